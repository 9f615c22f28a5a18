package rotation

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// takeRequests has what people asked for decided and recorded.
func (l *Loop) takeRequests(ctx context.Context) error {
	asked, err := l.unseen(ctx)
	if err != nil && ctx.Err() == nil && l.State.Rotation.Back != nil { // it is decided, and nothing that is asked keeps it
		if !l.unread {
			l.unread = true
			l.Observer.Progress(err.Error() + "; going back all the same")
		}
		return nil
	}
	if err != nil {
		return err
	}
	for _, q := range asked {
		for _, e := range Take(l.State, q) {
			if err := l.record(ctx, e); err != nil {
				return err
			}
		}
	}
	return nil
}

// unseen are the requests that no process has answered.
func (l *Loop) unseen(ctx context.Context) ([]Request, error) {
	now := l.Clock.Now()
	if !l.polled.IsZero() && now.Sub(l.polled) < pollRequests {
		return nil, nil
	}
	l.polled = now
	all, err := l.Memory.Requests(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading what was asked of the rotation: %w", err)
	}
	var fresh []Request
	for _, q := range all {
		if !l.State.Requests[q.ID] {
			fresh = append(fresh, q)
		}
	}
	return fresh, nil
}

// errAsked ends an effect because of what a person asked for.
var errAsked = errors.New("a person asked to go back or to stay")

// Unasked is an error if a person asked the rotation under way to go back or to stay and nobody has answered that yet, or
// if nobody can tell. It is for right before what cannot be undone, as the loop itself looks between effects only.
func (l *Loop) Unasked(ctx context.Context) error {
	if l.State.Rotation == nil {
		return nil
	}
	all, err := l.Memory.Requests(ctx)
	if err != nil {
		return fmt.Errorf("reading what was asked of the rotation: %w", err)
	}
	for _, q := range all {
		if !l.State.Requests[q.ID] && q.Rotation == l.State.Rotation.ID && stops(q.Asks) {
			return fmt.Errorf("%w: %s by %s", errAsked, q.Asks, q.By)
		}
	}
	return nil
}

func stops(a Asked) bool { return a == Rollback || a == Abort || a == Freeze || a == Pause }

// watchRequests gives a context that ends once a person wants to go back and can. Its end must be called.
func (l *Loop) watchRequests(ctx context.Context) (context.Context, func()) {
	watched, cancel := context.WithCancelCause(ctx)
	if l.Deaf {
		return watched, func() { cancel(nil) }
	}
	seen := l.State.Requests // read only: nothing is taken while an effect runs
	way, rotation := NoWayBack(l.State) == "", ""
	if r := l.State.Rotation; r != nil {
		rotation = r.ID
	}
	var wait sync.WaitGroup
	wait.Go(func() {
		for watched.Err() == nil && way {
			if err := l.Clock.Sleep(watched, pollRequests); err != nil {
				return
			}
			all, err := l.Memory.Requests(watched)
			if err != nil {
				continue // an effect is not ended because nobody could be asked
			}
			for _, q := range all {
				if !seen[q.ID] && q.Rotation == rotation && (q.Asks == Rollback || q.Asks == Abort) {
					cancel(errAsked)
					return
				}
			}
		}
	})
	return watched, func() {
		cancel(nil)
		wait.Wait()
	}
}
