package cluster

import (
	"context"
	"fmt"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"drover/generator"
	"drover/orchestrator/journal"
	"drover/orchestrator/terraform"
)

// drain waits until blue, at weight 0, is measured quiet. Then it takes back
// what controllers in blue hold in the cloud, which is the first deletion: it
// asks all that destroy asks, and from then on there is no way back to blue.
func (r *rotation) drain(ctx context.Context) (result, error) {
	if err := r.awaitQuiet(ctx); err != nil {
		return result{}, err
	}
	if err := r.mayDestroy(ctx); err != nil {
		return result{}, err
	}
	cleared, err := r.clearCluster(ctx, r.from())
	if err != nil {
		return result{}, err
	}
	return result{journal.Done, fmt.Sprintf("%s took no new connection for %s; %s", r.from(), r.Spec.Spec.Rotation.Quiet.Std(), cleared)}, nil
}

func (r *rotation) awaitQuiet(ctx context.Context) error {
	window := r.Spec.Spec.Rotation.Quiet.Std()
	for {
		reason, err := r.notQuiet(ctx, window)
		if err != nil || reason == "" {
			return err
		}
		r.Observer.Progress(r.from() + " is not quiet yet: " + reason)
		if err := pause(ctx, min(window/2+time.Second, time.Minute)); err != nil {
			return fmt.Errorf("%s was not quiet in time: %s: %w; see who still connects to %s", r.from(), reason, err, r.state.Colors[r.from()].Endpoint.DNSName)
		}
	}
}

// metricsDelay is how late a platform may publish what its load balancers saw:
// CloudWatch has a minute's metric within three.
const metricsDelay = 3 * time.Minute

// notQuiet gives the reason why blue is not measured quiet; no data is a reason.
func (r *rotation) notQuiet(ctx context.Context, window time.Duration) (string, error) {
	flows, err := r.Ports.Cloud.Flows(ctx, r.state.Colors[r.from()].Endpoint.ARN, window)
	if err != nil {
		return "", fmt.Errorf("measuring connections to %s: %w", r.from(), err)
	}
	if !flows.Alive {
		return "its load balancer has no metrics in the last " + window.String(), nil
	}
	// What came after the newest measurement is not in the numbers.
	if age := time.Since(flows.Until); age > window+metricsDelay {
		return fmt.Sprintf("the newest metric of its load balancer is %s old", age.Round(time.Second)), nil
	}
	if flows.New > 0 {
		return fmt.Sprintf("%.0f new connections in the last %s", flows.New, window), nil
	}
	return "", nil
}

// destroyCondition is one thing that must hold before anything is deleted.
type destroyCondition struct {
	name  string
	holds func(*rotation, context.Context) error
}

// destroyConditions are all asked; the plan's own condition is deletesOnly.
var destroyConditions = []destroyCondition{
	{"the journal says that the new color is verified", (*rotation).verified},
	{"the journal says that the new color has soaked", (*rotation).soaked},
	{"the authoritative servers answer weight 0 for the old color", (*rotation).shifted},
	{"the old color is measured quiet", (*rotation).quiet},
	{"the fencing number is current", func(r *rotation, _ context.Context) error { return r.lease.Current() }},
}

func (r *rotation) soaked(context.Context) error {
	if !r.progress(Soak).Done() {
		return fmt.Errorf("soak is not done")
	}
	return nil
}

func (r *rotation) quiet(ctx context.Context) error {
	reason, err := r.notQuiet(ctx, r.Spec.Spec.Rotation.Quiet.Std())
	if err == nil && reason != "" {
		err = fmt.Errorf("%s is not quiet: %s", r.from(), reason)
	}
	return err
}

// destroy deletes blue. Once its deletion has begun there is no way back, and
// the conditions, which then can no longer be asked of blue, are not asked again.
func (r *rotation) destroy(ctx context.Context) (result, error) {
	if err := r.mayDestroy(ctx); err != nil {
		return result{}, err
	}
	old := generator.Root(r.from())
	stack, err := r.prepare(ctx, old)
	if err != nil {
		return result{}, err
	}
	// Dropping blue's records and planning its end touch different roots.
	group, both := errgroup.WithContext(ctx)
	var plan *terraform.Plan
	group.Go(func() (err error) {
		plan, err = r.planEnd(both, stack, old)
		return err
	})
	group.Go(func() error { return r.dropRecords(both) })
	if err := group.Wait(); err != nil {
		return result{}, err
	}
	// The plan and DNS took a while, in which blue may have been found by someone.
	if err := r.mayDestroy(ctx); err != nil {
		return result{}, err
	}
	if err := r.applyEnd(ctx, stack, plan, old, string(old)); err != nil {
		return result{}, err
	}
	return result{journal.Done, r.cluster(r.from()) + " is gone"}, nil
}

// mayDestroy asks every condition, until the deletion has begun.
func (r *rotation) mayDestroy(ctx context.Context) error {
	if r.state.Rotation.Destroying {
		return nil
	}
	for _, c := range destroyConditions {
		if err := c.holds(r, ctx); err != nil {
			return fmt.Errorf("%s is not destroyed, as this does not hold: %s: %w", r.from(), c.name, err)
		}
	}
	return nil
}

// dropRecords takes blue out of DNS, where it has weight 0 already.
func (r *rotation) dropRecords(ctx context.Context) error {
	if _, weighted := r.state.Weights[r.from()]; !weighted {
		return nil
	}
	_, err := r.setWeights(ctx, map[string]int{r.to(): 100})
	return err
}

// destroyRoot plans the deletion of one root and carries it out. The color is
// empty for a root that has none.
func (s *session) destroyRoot(ctx context.Context, stack Stack, root generator.Root, color string) error {
	plan, err := s.planEnd(ctx, stack, root)
	if err != nil {
		return err
	}
	return s.applyEnd(ctx, stack, plan, root, color)
}

// planEnd plans the deletion of all that a root holds, once nothing refuses it.
func (s *session) planEnd(ctx context.Context, stack Stack, root generator.Root) (*terraform.Plan, error) {
	if err := s.liftProtection(ctx, stack, root); err != nil {
		return nil, err
	}
	plan, err := stack.Plan(ctx, terraform.PlanOptions{Destroy: true})
	if err != nil {
		return nil, fmt.Errorf("planning the end of %s: %w", root, err)
	}
	return plan, nil
}

// applyEnd has the plan guarded, asks for the lease once more, and deletes.
func (s *session) applyEnd(ctx context.Context, stack Stack, plan *terraform.Plan, root generator.Root, color string) error {
	if err := deletesOnly(plan.JSON, s.name(), color); err != nil {
		return err
	}
	if err := s.lease.Current(); err != nil {
		return err
	}
	if err := s.record(ctx, journal.Event{Kind: journal.DestroyIntended, Root: string(root), Detail: fmt.Sprintf("%d resources", len(changed(plan.JSON)))}); err != nil {
		return err
	}
	if plan.Changed {
		if err := stack.Apply(ctx, plan); err != nil {
			return fmt.Errorf("destroying %s: %w", root, err)
		}
	}
	return s.record(ctx, journal.Event{Kind: journal.Destroyed, Root: string(root)})
}

// destroyed asks the state: it must hold nothing.
func (r *rotation) destroyed(ctx context.Context) error {
	stack, err := r.prepare(ctx, generator.Root(r.from()))
	if err != nil {
		return err
	}
	empty, err := stack.StateEmpty(ctx)
	if err != nil {
		return fmt.Errorf("asking what %s's state holds: %w", r.from(), err)
	}
	if !empty {
		return fmt.Errorf("the state of %s still holds resources", r.from())
	}
	return nil
}

// sweep reports what carries blue's tags and is still there. It deletes nothing.
func (r *rotation) sweep(ctx context.Context) (result, error) {
	left, err := r.Ports.Cloud.Leftovers(ctx, r.name(), r.from())
	if err != nil {
		return result{}, fmt.Errorf("asking what is left of %s: %w", r.from(), err)
	}
	var ids []string
	for _, resource := range left {
		ids = append(ids, resource.ID)
		if err := r.record(ctx, journal.Event{Kind: journal.Leftovers, Phase: Sweep, Detail: resource.Kind + " " + resource.ID}); err != nil {
			return result{}, err
		}
	}
	if len(ids) == 0 {
		return result{journal.Done, "nothing is left of " + r.from()}, nil
	}
	return result{journal.Done, fmt.Sprintf("%d resources carry %s's tags and are in no state; look at them and delete them: %s", len(ids), r.from(), strings.Join(ids, " "))}, nil
}
