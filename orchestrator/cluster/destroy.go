package cluster

import (
	"context"
	"fmt"
	"time"

	"drover/generator"
	"drover/orchestrator/color"
	"drover/orchestrator/journal"
	"drover/orchestrator/rotation"
	"drover/orchestrator/terraform"
)

// measure asks what a color's load balancer took.
func (s *session) measure(ctx context.Context, e rotation.Effect, emit rotation.Emit) error {
	flows, err := s.ports.Cloud.Flows(ctx, s.state().Colors[e.Color].Endpoint.ARN, e.Window)
	if err != nil {
		return fmt.Errorf("measuring connections to %s: %w", e.Color, err)
	}
	return emit(ctx, journal.Event{Kind: journal.Measured, Phase: e.Phase, Root: string(e.Color), Flows: &journal.Flows{
		Alive: flows.Alive, Gone: flows.Gone, New: flows.New, Active: flows.Active, Until: flows.Until, Seconds: e.Window.Seconds()}})
}

// planStandbyEnd plans the deletion of all that a color's root holds, and keeps the plan for destroyOld.
func (s *session) planStandbyEnd(ctx context.Context, e rotation.Effect, emit rotation.Emit) error {
	stack, err := s.prepareEnd(ctx, root(e.Color), emit)
	if err != nil {
		return err
	}
	plan, err := s.planEnd(ctx, stack, root(e.Color), string(e.Color), emit)
	if err != nil {
		return err
	}
	s.ends[root(e.Color)] = plan
	return emit(ctx, journal.Event{Kind: journal.EndPlanned, Phase: e.Phase, Root: string(e.Color), Detail: fmt.Sprintf("%d resources", len(changed(plan.JSON)))})
}

// destroyOld carries the plan of this process out; a process that goes on with a deletion makes one of its own.
func (s *session) destroyOld(ctx context.Context, e rotation.Effect, emit rotation.Emit) error {
	r := root(e.Color)
	stack, err := s.prepareEnd(ctx, r, emit)
	if err != nil {
		return err
	}
	plan := s.ends[r]
	delete(s.ends, r)
	if plan == nil {
		if plan, err = s.planEnd(ctx, stack, r, string(e.Color), emit); err != nil {
			return err
		}
	}
	return s.applyEnd(ctx, stack, plan, r, emit)
}

// emptyStandby destroys what an earlier rotation left of a color, from the files that it was built with.
func (s *session) emptyStandby(ctx context.Context, e rotation.Effect, emit rotation.Emit) error {
	if s.standing(e.Color) {
		s.Observer.Progress("removing what an earlier rotation left of " + string(e.Color))
		return s.destroyColor(ctx, e.Color, emit)
	}
	// The journal knows of nothing, which the state has to bear out.
	files, err := s.files(ctx, root(e.Color), s.state().Rotation.Bundle)
	if err != nil {
		return err
	}
	stack, err := s.prepareColor(ctx, e.Color, files, s.state().Rotation.Revision, emit)
	if err != nil {
		return err
	}
	empty, err := stack.StateEmpty(ctx)
	if err != nil {
		return fmt.Errorf("asking what %s's state holds: %w", e.Color, err)
	}
	if !empty {
		return refuse(fmt.Sprintf("the state of %s holds resources that the journal knows nothing of", e.Color),
			"look at them with `terraform state list` in "+s.dir(root(e.Color))+", and destroy by hand what is not needed")
	}
	return emit(ctx, journal.Event{Kind: journal.Destroyed, Outcome: journal.Skipped, Phase: e.Phase, Root: string(e.Color), Detail: "there was nothing"})
}

// destroyColor destroys a color that has no traffic.
func (s *session) destroyColor(ctx context.Context, c color.Color, emit rotation.Emit) error {
	if weight := s.state().Exposed()[c]; weight > 0 {
		return refuse(fmt.Sprintf("%s is not destroyed, as it may have %d of the traffic", c, weight), "send all traffic to one color with "+s.command("rollback"))
	}
	if err := s.unserved(ctx, c); err != nil {
		return err
	}
	if _, has := s.state().Weights[c]; has && s.state().Active != c {
		if err := s.records(ctx, rotation.Effect{Weights: color.Only(s.state().Active)}, emit); err != nil {
			return err
		}
	}
	stack, err := s.prepareEnd(ctx, root(c), emit)
	if err != nil {
		return err
	}
	empty, err := stack.StateEmpty(ctx)
	if err != nil {
		return fmt.Errorf("asking what %s's state holds: %w", c, err)
	}
	if !empty {
		if err := s.clearFirst(ctx, c, emit); err != nil {
			return err
		}
		if err := s.unserved(ctx, c); err != nil { // that took a while
			return err
		}
	}
	return s.destroyRoot(ctx, stack, root(c), string(c), emit)
}

// unserved refuses to delete a color that DNS has traffic for, whatever the journal says: somebody may have sent it there
// by hand since the two were compared. It waits until no resolver sends anybody there any more, and nobody is connected.
// A cluster that is destroyed as a whole has no weights.
func (s *session) unserved(ctx context.Context, c color.Color) error {
	if len(s.state().Weights) == 0 {
		return nil
	}
	found, err := s.recordsNow(ctx)
	if err != nil {
		return err
	}
	if weight := found[string(c)]; weight > 0 {
		return refuse(fmt.Sprintf("%s is not destroyed, as its record in DNS has the weight %d, which the journal does not know of", c, weight),
			"set the records back, or have "+s.command("recover")+" write down that they are meant")
	}
	if err := s.forgotten(ctx, c); err != nil {
		return err
	}
	return s.quiet(ctx, c)
}

// forgotten waits until no resolver sends anybody to a color that has no traffic any more.
func (s *session) forgotten(ctx context.Context, c color.Color) error {
	forgotten := s.state().WeightsAt.Add(s.state().TTL)
	left := forgotten.Sub(s.Clock.Now())
	if left <= 0 {
		return nil
	}
	s.Observer.Progress(fmt.Sprintf("waiting until %s, when no resolver sends anybody to %s any more", forgotten.Format(time.TimeOnly), c))
	if err := s.Clock.Sleep(ctx, left); err != nil {
		return fmt.Errorf("waiting until resolvers have forgotten %s: %w", c, err)
	}
	return nil
}

// prepareEnd makes a root ready to be deleted, with the files that its state was last changed with.
func (s *session) prepareEnd(ctx context.Context, r generator.Root, emit rotation.Emit) (Stack, error) {
	files, err := s.bundle(ctx, r)
	if err != nil {
		return nil, err
	}
	switch r {
	case generator.Blue, generator.Green:
		return s.prepareColor(ctx, color.Color(r), files, s.revisionOf(color.Color(r)), emit)
	case generator.Foundation: // it has no input of drover's
	case generator.Traffic:
		if err := s.place(r, files); err != nil {
			return nil, err
		}
		if err := s.writeColors(s.state().Weights); err != nil {
			return nil, err
		}
	}
	return s.prepare(ctx, r, files, emit)
}

// revisionOf is what a color that may not have been finished was built from.
func (s *session) revisionOf(c color.Color) string {
	if f := s.state().Failed; f != nil && f.Color == c {
		return f.Revision
	}
	return s.state().Colors[c].Revision
}

// destroyRoot plans the deletion of one root and carries it out. The color is
// empty for a root that has none.
func (s *session) destroyRoot(ctx context.Context, stack Stack, r generator.Root, of string, emit rotation.Emit) error {
	plan, err := s.planEnd(ctx, stack, r, of, emit)
	if err != nil {
		return err
	}
	return s.applyEnd(ctx, stack, plan, r, emit)
}

// planEnd plans the deletion of all that a root holds, once nothing refuses it, and guards the plan.
func (s *session) planEnd(ctx context.Context, stack Stack, r generator.Root, of string, emit rotation.Emit) (*terraform.Plan, error) {
	if err := s.adoptToEnd(ctx, stack, r); err != nil {
		return nil, err
	}
	if err := s.liftProtection(ctx, stack, r, emit); err != nil {
		return nil, err
	}
	plan, err := stack.Plan(ctx, terraform.PlanOptions{Destroy: true})
	if err != nil {
		return nil, fmt.Errorf("planning the end of %s: %w", r, err)
	}
	if !plan.Changed && of != "" {
		return plan, s.isGone(ctx, color.Color(of))
	}
	return plan, deletesOnly(plan.JSON, s.name(), of)
}

// isGone refuses to take a state that was lost for a color that is gone.
func (s *session) isGone(ctx context.Context, c color.Color) error {
	health, err := s.ports.Cloud.ClusterActive(ctx, s.cluster(c))
	if err != nil {
		return fmt.Errorf("asking whether the cluster %s is gone: %w", s.cluster(c), err)
	}
	if health.Exists {
		return refuse(fmt.Sprintf("the Terraform state of %s is empty, and the cluster %s exists; nothing of it was deleted", c, s.cluster(c)),
			"restore that state from a backup")
	}
	return nil
}

// applyEnd deletes, and sees that nothing is left in the state. The files of the active color are those in the shared
// directory of modules again afterwards.
func (s *session) applyEnd(ctx context.Context, stack Stack, plan *terraform.Plan, r generator.Root, emit rotation.Emit) error {
	if err := s.mayEnd(ctx, color.Color(r)); err != nil {
		return err
	}
	intent := journal.Event{Kind: journal.DestroyIntended, Root: string(r), Detail: fmt.Sprintf("%d resources", len(changed(plan.JSON)))}
	if err := emit(ctx, intent); err != nil {
		return err
	}
	if plan.Changed {
		if err := s.apply(ctx, stack, plan, r, emit); err != nil {
			return fmt.Errorf("destroying %s: %w", r, err)
		}
	}
	empty, err := stack.StateEmpty(ctx)
	if err != nil {
		return fmt.Errorf("asking what %s's state holds: %w", r, err)
	}
	if !empty {
		return fmt.Errorf("destroying %s: its state still holds resources", r)
	}
	if err := emit(ctx, journal.Event{Kind: journal.Destroyed, Root: string(r)}); err != nil {
		return err
	}
	if err := s.showActive(ctx, r); err != nil {
		s.Observer.Progress(fmt.Sprintf("%s is gone; its directory is not tidied up: %v", r, err))
	}
	return nil
}

// showActive leaves the directory, which is a cache, as the active color has it, once the other is gone.
func (s *session) showActive(ctx context.Context, gone generator.Root) error {
	if gone != generator.Blue && gone != generator.Green {
		return nil
	}
	if _, err := s.ports.Workspace.Put(gone, originFile, nil); err != nil {
		return fmt.Errorf("removing what %s was built by: %w", gone, err)
	}
	if _, err := s.ports.Workspace.Put(gone, askedFile, nil); err != nil {
		return fmt.Errorf("removing the versions of add-ons of %s: %w", gone, err)
	}
	active := root(s.state().Active)
	if active == "" || s.state().Bundles[string(active)] == "" {
		return nil
	}
	files, err := s.bundle(ctx, active)
	if err != nil {
		return err
	}
	return s.place(active, files)
}

// sweep reports what carries a color's tags and is still there. It deletes nothing.
func (s *session) sweep(ctx context.Context, e rotation.Effect, emit rotation.Emit) error {
	left, err := s.ports.Cloud.Leftovers(ctx, s.name(), string(e.Color))
	if err != nil {
		return fmt.Errorf("asking what is left of %s: %w", e.Color, err)
	}
	told := map[string]bool{} // by a process before this one, too
	for _, known := range s.state().Rotation.Leftovers {
		told[known] = true
	}
	for _, resource := range left {
		said := resource.Kind + " " + resource.ID
		if told[said] {
			continue
		}
		if err := emit(ctx, journal.Event{Kind: journal.Leftovers, Phase: e.Phase, Root: string(e.Color), Detail: said}); err != nil {
			return err
		}
	}
	return emit(ctx, journal.Event{Kind: journal.Swept, Phase: e.Phase, Root: string(e.Color)})
}
