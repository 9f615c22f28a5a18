package orchestrator

import (
	"context"
	"fmt"

	"drover/orchestrator/journal"
)

// rollBack sends all traffic back to the old color and ends the rotation. The
// new color is left standing for a person to look at; the next rotation
// removes it first.
func (r *rotation) rollBack(ctx context.Context, p Phase, cause *Unhealthy) error {
	if noWayBack := r.noWayBack(); noWayBack != "" {
		return fmt.Errorf("%s: %w; it is not rolled back, as %s; %s tries again", p.Name, cause, noWayBack, r.rotateCommand())
	}
	r.Observer.Progress(fmt.Sprintf("%s: %v; rolling back", p.Name, cause))
	return r.restore(ctx, cause.Error())
}

func (r *rotation) restore(ctx context.Context, why string) error {
	back := map[string]int{r.from(): 100}
	if _, shared := r.state.Weights[r.to()]; shared || r.state.Intended != nil {
		back[r.to()] = 0
		if _, err := r.setWeights(ctx, back); err != nil {
			return fmt.Errorf("rolling back, because %s: %w; run %s", why, err, r.command("rollback"))
		}
	}
	if r.state.Active != r.from() {
		if err := r.record(ctx, journal.Event{Kind: journal.Activated, From: r.to(), To: r.from()}); err != nil {
			return err
		}
	}
	done := &RolledBack{Rotation: r.state.Rotation.ID, Active: r.from(), Reason: why}
	if err := r.record(ctx, journal.Event{Kind: journal.RotationFinished, Outcome: journal.RolledBack, Detail: why, From: r.from(), To: r.to()}); err != nil {
		return err
	}
	return done
}

// noWayBack says why traffic cannot go back to the old color; empty while it can.
func (r *rotation) noWayBack() string {
	switch {
	case r.state.Rotation.Destroying:
		return r.from() + " is being destroyed, so there is nothing to go back to"
	case r.state.Rotation.Draining:
		return "the load balancers and ingresses in " + r.from() + "'s cluster are being deleted, so there is nothing to go back to"
	}
	return ""
}

// Rollback ends the rotation under way with all traffic on the old color.
func Rollback(ctx context.Context, o Options) error {
	return within(ctx, rollbackTime, "rollback", func(ctx context.Context) error { return rollback(ctx, o) })
}

func rollback(ctx context.Context, o Options) (err error) {
	s, err := open(ctx, o)
	if err != nil {
		return err
	}
	defer closing(s, &err)
	if s.state.Rotation == nil {
		return &Refused{"no rotation of " + o.name() + " is under way", "there is nothing to roll back; a finished rotation is undone by another " + o.rotateCommand()}
	}
	r := &rotation{s}
	if noWayBack := r.noWayBack(); noWayBack != "" {
		return &Refused{noWayBack, "finish with " + o.rotateCommand() + ", then rotate again"}
	}
	if err := s.agree(ctx, theWayBack); err != nil {
		return err
	}
	return r.restore(ctx, "a person asked for it")
}
