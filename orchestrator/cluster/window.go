package cluster

import (
	"context"
	"errors"
	"fmt"
	"time"

	"drover/orchestrator/journal"
)

// theRotation waits for the window as a whole, before there is anything of it.
const theRotation = "the rotation"

// InWindow says before anything else is asked that a new rotation would have to wait for its window longer than a
// process does. It needs neither lease nor cloud.
func InWindow(ctx context.Context, o Options) error {
	events, err := journal.Open(StoreDir(o.Out, o.name())).Events(ctx)
	if err != nil {
		return err
	}
	if journal.Fold(events).Rotation != nil {
		return nil
	}
	_, err = o.untilWindow(theRotation)
	return err
}

// awaitHours waits until a phase may begin. One that was cut short or failed has begun, and goes on: half of a shift or
// of a deletion is nothing to leave for a week.
func (r *rotation) awaitHours(ctx context.Context, p Phase) error {
	had := r.progress(p.Name)
	if begun := had.Starts > 0 && (had.Outcome == "" || had.Outcome == journal.Failed); begun || p.Begins != inWindow {
		return nil
	}
	if r.NoWindow != "" {
		return r.ignoreWindow(ctx, p)
	}
	err := r.awaitWindow(ctx, p.Name)
	var waiting *Waiting
	if !errors.As(err, &waiting) {
		return err
	}
	return errors.Join(err, r.record(ctx, journal.Event{Kind: journal.PhaseDone, Phase: p.Name, Outcome: journal.Waiting, Detail: "for " + waiting.For}))
}

// ignoreWindow keeps in the journal whose decision it was.
func (r *rotation) ignoreWindow(ctx context.Context, p Phase) error {
	opens, err := r.windowOpens()
	if err != nil || time.Until(opens) <= 0 {
		return err
	}
	return r.record(ctx, journal.Event{Kind: journal.WindowIgnored, Phase: p.Name, By: r.NoWindow, Detail: "the window opens " + inZone(opens)})
}

// awaitWindow waits in this process if that is not too long.
func (r *rotation) awaitWindow(ctx context.Context, what string) error {
	for {
		left, err := r.untilWindow(what)
		if err != nil || left <= 0 {
			return err
		}
		r.Observer.Progress(fmt.Sprintf("%s waits for the spec's window, which opens in %s", what, Age(left)))
		if err := pause(ctx, left); err != nil {
			return fmt.Errorf("%w: %w", errInterrupted, err)
		}
	}
}

// untilWindow is how long the window keeps what from beginning; longer than a process waits is a Waiting.
func (o Options) untilWindow(what string) (time.Duration, error) {
	if o.NoWindow != "" {
		return 0, nil
	}
	opens, err := o.windowOpens()
	if err != nil {
		return 0, err
	}
	left := time.Until(opens)
	if left > waitInProcess {
		return 0, &Waiting{what, "the spec's window, which opens " + inZone(opens), "run " + o.rotateCommand() + " then, or now with --ignore-window"}
	}
	return left, nil
}

// windowOpens is now at the latest if the window is open, or the spec has none.
func (o Options) windowOpens() (time.Time, error) {
	if w := o.Spec.Spec.Rotation.Window; w != nil {
		return w.Opens(time.Now())
	}
	return time.Now(), nil
}

func inZone(t time.Time) string { return t.Format("Mon 2006-01-02 15:04 MST") }
