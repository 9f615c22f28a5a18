package singleton

import (
	"context"
	"errors"
	"time"

	"drover/orchestrator/kubernetes"
)

// restLimit is how long controllers have to see that what was denied is not wanted any more.
const restLimit = 30 * time.Second

// rest stops once more what somebody else started while the policy denied it, and waits until its controllers have seen that.
// Else they would start it late: a controller whose pods are denied waits longer and longer before it tries again, up to a
// quarter of an hour. What does not come to rest is started all the same.
func (k *Keeper) rest(ctx context.Context) error {
	held := false
	err := k.until(ctx, k.Patience, "asking whether singletons are held", func(ctx context.Context) (_ []string, err error) {
		held, err = k.held(ctx)
		return nil, err
	})
	if err != nil || !held { // they were let go already, and run
		return err
	}
	err = k.until(ctx, restLimit, "waiting until denied singletons are stopped", func(ctx context.Context) (waits []string, err error) {
		found, _, err := k.workloads(ctx)
		if err != nil {
			return nil, err
		}
		for _, w := range found {
			switch {
			case w.denied():
				if err := k.stop(ctx, w); err != nil {
					return nil, err
				}
				waits = append(waits, w.String()+" was started by somebody else")
			case !w.seen():
				waits = append(waits, w.String()+" is not seen to be stopped")
			}
		}
		return waits, nil
	})
	var stuck *StuckError
	if errors.As(err, &stuck) {
		k.Progress(stuck.Error() + "; it may start late")
		return nil
	}
	return err
}

// denied is true of a workload that is to have pods and has too few.
func (w workload) denied() bool {
	return w.kind != "CronJob" && !w.stopped() && w.Status.Replicas < w.desired()
}

// seen is true once the controllers of a stopped workload know that it is stopped, and complain of no pods.
func (w workload) seen() bool {
	if w.kind == "CronJob" || !w.stopped() {
		return true
	}
	c, has := kubernetes.Named(w.Status.Conditions, "ReplicaFailure")
	return w.Status.ObservedGeneration >= w.Metadata.Generation && (!has || c.Status != "True")
}
