package cluster

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"drover/orchestrator/journal"
	"drover/orchestrator/rotation"
	"drover/orchestrator/store"
)

// rollbackLimit is how long a way back may take: the write to DNS takes seconds, and the records follow by Terraform.
const rollbackLimit = time.Hour

// Rollback ends the rotation under way with all traffic on the old color. Where another process drives, it is asked to.
// Requests that cannot be read or written, such as a broken one, are in nobody's way: this process decides by itself then.
func Rollback(ctx context.Context, o Options) error {
	ctx, cancel := context.WithTimeoutCause(ctx, rollbackLimit, fmt.Errorf("%w: rollback did not end within %s", context.DeadlineExceeded, rollbackLimit))
	defer cancel()
	asked, unasked := Ask(ctx, o, rotation.Request{Asks: rotation.Rollback})
	var refused *Refused
	if errors.As(unasked, &refused) {
		return unasked
	}
	if unasked != nil {
		o.Observer.Progress(fmt.Sprintf("nobody can be asked to roll back (%v); this process does it once it has the lease", unasked))
	}
	for until, told := o.Clock.Now().Add(answerLimit), false; ; {
		err := drive(ctx, o, theWayBack, func(ctx context.Context, s *session) error {
			if err := s.canGoBack(asked.Rotation); err != nil {
				return err
			}
			if unasked != nil {
				if err := s.decideBack(ctx); err != nil {
					return err
				}
			}
			return s.explain(s.loop.Run(ctx))
		})
		var held *store.HeldError
		if !errors.As(err, &held) {
			return err
		}
		if !told {
			told = true
			o.Observer.Progress(fmt.Sprintf("`%s` on %s (process %d) drives, and was asked to roll back; if it has ended, this process does that after %s",
				held.Holder.Command, held.Holder.Host, held.Holder.PID, held.Expires.Format(time.TimeOnly)))
		}
		if err := o.Clock.Sleep(ctx, answerPause); err != nil {
			return fmt.Errorf("waiting until `%s` rolls back: %w", held.Holder.Command, err)
		}
		answer, stopped := o.answer(ctx, asked)
		switch {
		case stopped != nil:
			return stopped
		case answer != nil && answer.Kind == journal.RequestRefused:
			return refuse(answer.Detail, "see "+o.command("status"))
		case answer != nil:
			o.Observer.Progress(fmt.Sprintf("`%s` on %s (process %d) drives, and rolls back: see %s", held.Holder.Command, held.Holder.Host, held.Holder.PID, o.command("status")))
			return nil
		case o.Clock.Now().After(until):
			return errors.Join(fmt.Errorf("nobody has taken the rollback up: %w", err), unasked)
		}
	}
}

// canGoBack refuses to drive a rotation that came too far since its end was asked for: this process would go on with it,
// and destroy what it was to go back to. An empty id is that of no rotation in particular.
func (s *session) canGoBack(id string) error {
	r := s.state().Rotation
	why := rotation.NoWayBack(*s.state())
	switch past := s.state().Past; {
	case r == nil && len(past) > 0 && past[len(past)-1].Outcome == journal.Done:
		why = "rotation " + past[len(past)-1].ID + " is done"
	case r != nil && id != "" && r.ID != id:
		why = fmt.Sprintf("rotation %s has ended, and rotation %s is under way", id, r.ID)
	}
	if why == "" {
		return nil
	}
	return refuse(why, "see "+s.command("status"))
}

// decideBack writes down what a request would have led to.
func (s *session) decideBack(ctx context.Context) error {
	r := s.state().Rotation
	if r == nil || r.Back != nil {
		return nil
	}
	decided := rotation.Take(*s.state(), rotation.Request{Asks: rotation.Rollback, Rotation: r.ID, By: s.By})[0]
	if decided.Kind == journal.RequestRefused {
		return refuse(decided.Detail, "see "+s.command("status"))
	}
	return s.record(ctx, decided)
}

const (
	// answerLimit is how long whoever drives may take to answer. It is longer than a lease lives without its holder.
	answerLimit = 5 * time.Minute
	answerPause = 2 * time.Second
)

// answer is what became of a request; nil while nobody has answered it.
func (o Options) answer(ctx context.Context, asked rotation.Request) (*journal.Event, error) {
	events, err := Events(ctx, o.Store)
	if err != nil {
		return nil, err
	}
	for _, e := range slices.Backward(events) {
		if e.Request == asked.ID && (e.Kind == journal.RequestTaken || e.Kind == journal.RequestRefused) {
			return &e, nil
		}
	}
	return nil, nil
}
