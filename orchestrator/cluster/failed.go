package cluster

import (
	"context"
	"fmt"
	"time"

	"drover/generator/cost"
	"drover/orchestrator/journal"
)

// Overdue is the color that a rotation was rolled back from and whose time to be looked at is over; nil if there is none.
func (o Options) Overdue(state journal.State) *journal.FailedColor {
	if f := state.Failed; f != nil && state.Rotation == nil && !o.Clock.Now().Before(f.Until) {
		return f
	}
	return nil
}

// EndFailed destroys a color that was rolled back from, once its time is over. A rotation and an apply do that by
// themselves; this is for a process that has nothing else to do.
func EndFailed(ctx context.Context, o Options) error {
	ctx, cancel := context.WithTimeoutCause(ctx, destroyLimit, fmt.Errorf("%w: it did not end within %s", context.DeadlineExceeded, destroyLimit))
	defer cancel()
	return drive(ctx, o, asRotating, func(ctx context.Context, s *session) error { return s.endFailed(ctx) })
}

// endFailed destroys a color that was rolled back from, once nobody is to look at it any more. It has no traffic, and
// costs as much as one that has.
func (s *session) endFailed(ctx context.Context) error {
	f := s.Overdue(*s.state())
	if f == nil {
		return nil
	}
	if _, err := s.accountOf(ctx); err != nil {
		return err
	}
	s.Observer.Progress(fmt.Sprintf("destroying %s, which was rolled back from %s ago (%s)", f.Color, s.Clock.Now().Sub(f.Since).Round(time.Minute), f.Reason))
	if err := s.destroyColor(ctx, f.Color, s.record); err != nil {
		return fmt.Errorf("destroying %s, which an earlier rotation was rolled back from: %w; fix this, then run %s or %s", f.Color, err, s.command("apply"), s.rotateCommand())
	}
	return nil
}

// hourly is what a color costs, for a sentence; empty where it is not known.
func (s *session) hourly(now time.Time) string {
	e, known := cost.Of(s.Spec, now)
	if !known || !e.Regional {
		return ""
	}
	return fmt.Sprintf(" some %.2f USD an hour at list prices of %s", e.Color.Hourly, e.PricesOf)
}
