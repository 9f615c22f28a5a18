package cluster

import (
	"context"
	"fmt"
	"time"

	"drover/orchestrator/history"
	"drover/orchestrator/journal"
	"drover/orchestrator/rotation"
)

// theRotation waits for the window as a whole, before there is anything of it.
const theRotation = "the rotation"

// InWindow says before anything else is asked that a new rotation would have to wait for its window longer than a
// process does.
func (o Options) InWindow(state journal.State) error {
	if state.Rotation != nil {
		return nil
	}
	_, err := o.untilWindow()
	return err
}

// ignoreWindow keeps in the journal whose decision it was to go on outside of the window.
func (s *session) ignoreWindow(ctx context.Context) error {
	r := s.state().Rotation
	if r == nil || !s.NoWindow || r.Ignored != "" || r.Plan.Window == nil {
		return nil
	}
	opens, err := r.Plan.Window.Opens(s.Clock.Now())
	if err != nil {
		return fmt.Errorf("asking when the window opens: %w", err)
	}
	detail := "the window is open"
	if opens.After(s.Clock.Now()) {
		detail = "the window opens " + inZone(opens)
	}
	return s.record(ctx, journal.Event{Kind: journal.WindowIgnored, Phase: r.Phase, By: s.By, Detail: detail})
}

// awaitWindow waits in this process if that is not too long.
func (s *session) awaitWindow(ctx context.Context) error {
	for {
		left, err := s.untilWindow()
		if err != nil || left <= 0 {
			return err
		}
		s.Observer.Progress(fmt.Sprintf("%s waits for the spec's window, which opens in %s", theRotation, history.Age(left)))
		if err := s.Clock.Sleep(ctx, left); err != nil {
			return fmt.Errorf("%w: %w", rotation.ErrInterrupted, err)
		}
	}
}

// untilWindow is how long the window keeps a rotation from beginning; longer than a process waits is a Waiting.
func (o Options) untilWindow() (time.Duration, error) {
	w := o.Spec.Spec.Rotation.Window
	if o.NoWindow || w == nil {
		return 0, nil
	}
	now := o.Clock.Now()
	opens, err := w.Opens(now)
	if err != nil {
		return 0, fmt.Errorf("asking when the window opens: %w", err)
	}
	left := opens.Sub(now)
	if left > waitInProcess {
		waiting := &rotation.Waiting{Phase: theRotation, For: "the spec's window, which opens " + inZone(opens)}
		return 0, fmt.Errorf("%w; run %s then, or now with --ignore-window", waiting, o.rotateCommand())
	}
	return left, nil
}

func inZone(t time.Time) string { return t.Format("Mon 2006-01-02 15:04 MST") }
