package notify

import (
	"context"
	"errors"
	"fmt"
	"time"

	"drover/generator/untrusted"
)

const (
	// mostAttempts is how often one process tries to send one message.
	mostAttempts = 4
	firstPause   = time.Second
	mostPause    = 30 * time.Second // also of what a receiver asks for
	// mostReason is how many characters of an error are shown and remembered: receivers write parts of it.
	mostReason = 500
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
		err := brief(r.Sender.Send(ctx, m))
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

// brief bounds the text of an error, and makes it visible as what it is.
func brief(err error) error {
	if err == nil {
		return nil
	}
	return &shown{err, untrusted.Clip(untrusted.Printable(err.Error()), mostReason)}
}

type shown struct {
	err  error
	text string
}

func (s *shown) Error() string { return s.text }

func (s *shown) Unwrap() error { return s.err }
