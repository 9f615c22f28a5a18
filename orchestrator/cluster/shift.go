package cluster

import (
	"context"
	"fmt"
	"time"

	"drover/orchestrator/journal"
)

// shift moves traffic step by step; each step is written, confirmed, waited
// out for the time to live and watched. A step that a crash cut short is taken
// again, those before it are not.
func (r *rotation) shift(ctx context.Context) (result, error) {
	if err := r.verified(ctx); err != nil {
		return result{}, fmt.Errorf("no traffic moves to %s: %w", r.to(), err)
	}
	rotation := r.Spec.Spec.Rotation
	for _, share := range rotation.Traffic.Steps {
		if r.state.Weights[r.to()] > share {
			continue
		}
		weights := map[string]int{r.from(): 100 - share, r.to(): share}
		ttl, err := r.setWeights(ctx, weights)
		if err != nil {
			return result{}, err
		}
		r.Observer.Progress(fmt.Sprintf("%s for %s: resolvers forget, then green is watched", weightsText(weights), ttl+rotation.Traffic.Interval.Std()))
		if err := r.analyze(ctx, r.to(), time.Now().Add(ttl+rotation.Traffic.Interval.Std())); err != nil {
			return result{}, err
		}
	}
	if r.state.Active != r.to() {
		if err := r.record(ctx, journal.Event{Kind: journal.Activated, From: r.from(), To: r.to()}); err != nil {
			return result{}, err
		}
	}
	return result{journal.Done, weightsText(r.state.Weights)}, nil
}

// shifted asks the authoritative servers.
func (r *rotation) shifted(ctx context.Context) error {
	if r.state.Weights[r.to()] != 100 || r.state.Weights[r.from()] != 0 {
		return fmt.Errorf("the journal has %s", weightsText(r.state.Weights))
	}
	_, err := r.Ports.DNS.Confirm(ctx, r.state.Weights)
	return err
}

// handover has nothing to move: the spec has no way yet to name singletons.
func (r *rotation) handover(context.Context) (result, error) {
	return result{journal.Skipped, "the spec names no singletons"}, nil
}

// soak watches green for the whole of the time, counted from its first start
// however often the process was killed.
func (r *rotation) soak(ctx context.Context) (result, error) {
	length := r.Spec.Spec.Rotation.Soak.Std()
	until := r.progress(Soak).StartedAt.Add(length)
	r.Observer.Progress("soaking until " + until.Format(time.TimeOnly))
	if err := r.analyze(ctx, r.to(), until); err != nil {
		return result{}, err
	}
	return result{journal.Done, fmt.Sprintf("%s well for %s", r.to(), length)}, nil
}
