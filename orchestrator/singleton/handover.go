package singleton

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"drover/orchestrator/journal"
	"drover/orchestrator/kubernetes"
)

// Hold keeps a color from running singletons that it does not have yet.
func (k *Keeper) Hold(ctx context.Context) error { return k.hold(ctx) }

// Held stops what is there by now, which runs nothing under Hold, and names the entries for which nothing is. An agent that
// starts it again meanwhile makes it run no more.
func (k *Keeper) Held(ctx context.Context) (missing []string, err error) {
	if err := k.agentLeaves(ctx); err != nil {
		return nil, err
	}
	found, missing, err := k.workloads(ctx)
	if err != nil {
		return nil, err
	}
	for _, w := range found {
		if w.stopped() {
			continue
		}
		if err := k.stop(ctx, w); err != nil {
			return nil, err
		}
	}
	return missing, nil
}

// Between is Held in the middle of something else: what another writer changed meanwhile is stopped the next time.
func (k *Keeper) Between(ctx context.Context) error {
	_, err := k.Held(ctx)
	if kubernetes.Conflict(err) {
		return nil
	}
	return err
}

// Settled is Held once the API server answers.
func (k *Keeper) Settled(ctx context.Context) (missing []string, err error) {
	err = k.until(ctx, k.Patience, "stopping singletons", func(ctx context.Context) (waits []string, err error) {
		missing, err = k.Held(ctx)
		return nil, err
	})
	return missing, err
}

// Halt stops every singleton, and returns once nothing of them runs: what Jobs have begun they finish. A *StuckError names
// what does not end.
func (k *Keeper) Halt(ctx context.Context) (detail string, runs []journal.Run, err error) {
	if err := k.hold(ctx); err != nil {
		return "", nil, err
	}
	var last []workload
	err = k.until(ctx, k.Limit, "waiting until singletons have ended", func(ctx context.Context) ([]string, error) {
		if _, err := k.Held(ctx); err != nil {
			return nil, err
		}
		left, err := k.remains(ctx)
		if err != nil {
			return nil, err
		}
		last, _, err = k.workloads(ctx)
		return left, err
	})
	if err != nil {
		return "", nil, err
	}
	for _, w := range last {
		name := w.Metadata.Namespace + "/" + w.Metadata.Name
		last := k.began[name]
		if at := w.Status.LastScheduleTime; at != nil && at.After(last) {
			last = *at
		}
		if w.kind == "CronJob" && !last.IsZero() {
			runs = append(runs, journal.Run{Name: name, Last: last})
		}
	}
	return names(last), runs, nil
}

// Start lets a color run its singletons as they were before they were stopped, tells its CronJobs what ran elsewhere, and
// returns once they are ready, with the moment from which they could run. A *StuckError names what does not become ready, or is
// not there; on a way back, what is not there is only told: it may be new in the other color.
func (k *Keeper) Start(ctx context.Context, runs []journal.Run, back bool) (detail string, since time.Time, err error) {
	if err := k.tellRuns(ctx, runs); err != nil {
		return "", since, err
	}
	if err := k.rest(ctx); err != nil {
		return "", since, err
	}
	if err := k.release(ctx); err != nil {
		return "", since, err
	}
	err = k.until(ctx, k.Limit, "waiting until singletons are ready", func(ctx context.Context) (waits []string, err error) {
		found, missing, err := k.workloads(ctx)
		if err != nil {
			return nil, err
		}
		detail = names(found)
		for _, name := range missing {
			if back {
				detail += ", " + name + " is not there"
				continue
			}
			waits = append(waits, name+" is not there")
		}
		for _, w := range found {
			if w.Metadata.Annotations[keeps] != "" {
				if err := k.start(ctx, w); err != nil {
					return nil, err
				}
				waits = append(waits, w.String()+" was started")
			} else if w.kind != "CronJob" && (w.Status.ReadyReplicas < w.desired() || w.Status.ObservedGeneration < w.Metadata.Generation) {
				waits = append(waits, fmt.Sprintf("%s has %d of %d pods ready", w, w.Status.ReadyReplicas, w.desired()))
			}
		}
		if since.IsZero() {
			since = k.Clock.Now()
		}
		return waits, nil
	})
	return detail, since, err
}

// tellRuns is before anything starts, so that no CronJob begins again what the other color did.
func (k *Keeper) tellRuns(ctx context.Context, runs []journal.Run) error {
	return k.until(ctx, k.Patience, "telling CronJobs when they ran last", func(ctx context.Context) ([]string, error) {
		found, _, err := k.workloads(ctx)
		if err != nil {
			return nil, err
		}
		for _, w := range found {
			for _, r := range runs {
				if w.kind == "CronJob" && r.Name == w.Metadata.Namespace+"/"+w.Metadata.Name {
					err = errors.Join(err, k.ran(ctx, w, r.Last))
				}
			}
		}
		return nil, err
	})
}

func names(all []workload) string {
	if len(all) == 0 {
		return "no singleton is there"
	}
	parts := make([]string, len(all))
	for i, w := range all {
		parts[i] = w.String()
	}
	return strings.TrimSpace(list(parts))
}
