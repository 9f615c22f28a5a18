package cluster

import (
	"context"
	"errors"
	"fmt"
	"time"

	"drover/orchestrator/rotation"
)

const (
	askTries = 4
	askPause = time.Second // after the first try; doubled after each
)

// askAgain asks a question a few times within the context's time, as a platform that throttles, or loses one request, is no
// reason to leave a rotation unwatched. It must not be used for what changes anything.
func askAgain[T any](ctx context.Context, clock rotation.Clock, once time.Duration, question func(context.Context) (T, error)) (T, error) {
	for try := 1; ; try++ {
		bounded, cancel := context.WithTimeout(ctx, once)
		answer, err := question(bounded)
		cancel()
		var refused *Refused
		if err == nil || ctx.Err() != nil || errors.As(err, &refused) {
			return answer, err
		}
		if try == askTries || clock.Sleep(ctx, askPause<<(try-1)) != nil {
			return answer, fmt.Errorf("%w (asked %d times)", err, try)
		}
	}
}
