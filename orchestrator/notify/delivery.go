package notify

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const (
	// mostAttempts is how often one process tries to send one message.
	mostAttempts = 4
	firstPause   = time.Second
	mostPause    = 30 * time.Second // also of what a receiver asks for
)

// Deliver sends a message to one receiver, and tries again in bounded time where that may help.
func Deliver(ctx context.Context, clock Clock, r Receiver, m Message) error {
	return deliver(ctx, clock, r, m, mostAttempts)
}

func deliver(ctx context.Context, clock Clock, r Receiver, m Message, attempts int) error {
	if r.Sender == nil {
		return errors.New(r.Problem)
	}
	pause := firstPause
	for try := 1; ; try++ {
		err := r.Sender.Send(ctx, m)
		var refused *refusal
		final := errors.As(err, &refused) && refused.final
		if err == nil || final || try == attempts || ctx.Err() != nil {
			return err
		}
		if refused != nil {
			pause = max(pause, refused.after)
		}
		if clock.Sleep(ctx, pause) != nil {
			return fmt.Errorf("%w; there was no time to try again", err)
		}
		pause = min(3*pause, mostPause)
	}
}
