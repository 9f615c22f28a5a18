package cluster

import (
	"context"
	"fmt"
	"slices"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"

	"drover/generator"
	"drover/orchestrator/color"
	"drover/orchestrator/journal"
	"drover/orchestrator/rotation"
)

// records has Terraform make or remove weighted records, or take over the weights that DNS serves already.
func (s *session) records(ctx context.Context, e rotation.Effect, emit rotation.Emit) error {
	files, err := s.bundle(ctx, generator.Traffic)
	if err != nil {
		return err
	}
	return s.applyTraffic(ctx, files, e, emit)
}

// applyTraffic applies the traffic root at some weights. Where it only follows, DNS serves what it did.
func (s *session) applyTraffic(ctx context.Context, files generator.Files, e rotation.Effect, emit rotation.Emit) error {
	if err := s.mayServe(e.Weights); err != nil {
		return err
	}
	exposed := s.state().Exposed()
	follows := s.state().Intended == nil && s.state().Weights.Equal(e.Weights)
	if err := s.place(generator.Traffic, files); err != nil {
		return err
	}
	if err := s.writeColors(e.Weights); err != nil {
		return err
	}
	stack, err := s.prepare(ctx, generator.Traffic, files, emit)
	if err != nil {
		return err
	}
	plan, _, err := s.planned(ctx, stack, generator.Traffic)
	if err != nil {
		return err
	}
	if err := keepsServing(plan.JSON, exposed, e.Weights); err != nil {
		return err
	}
	if !follows {
		if err := emit(ctx, journal.Event{Kind: journal.WeightsIntended, Phase: e.Phase, Weights: e.Weights}); err != nil {
			return err
		}
	}
	if plan.Changed {
		if err := s.leavesTraffic(ctx, e.Weights); err != nil {
			return err
		}
		if err := s.apply(ctx, stack, plan, generator.Traffic, emit); err != nil {
			return fmt.Errorf("applying traffic at %s: %w", e.Weights, err)
		}
	}
	return s.recordServed(ctx, e, follows, emit)
}

// recordServed confirms what Terraform wrote. Writing the same weights once more returns what the platform can be asked
// for until all its servers have them.
func (s *session) recordServed(ctx context.Context, e rotation.Effect, follows bool, emit rotation.Emit) error {
	zone, err := s.zone(ctx, emit)
	if err != nil {
		return err
	}
	if follows {
		return emit(ctx, journal.Event{Kind: journal.Followed, Phase: e.Phase, Weights: e.Weights})
	}
	ttl, err := s.setWeights(ctx, zone, []color.Weights{e.Weights}, e.Weights)
	if err != nil {
		return err
	}
	if err := emit(ctx, journal.Event{Kind: journal.Weights, Phase: e.Phase, Weights: e.Weights, TTL: ttl.Seconds()}); err != nil {
		return err
	}
	return emit(ctx, journal.Event{Kind: journal.Followed, Phase: e.Phase, Weights: e.Weights})
}

// mayServe refuses weights by which traffic would go nowhere, or by which a color loses the record of its traffic.
func (s *session) mayServe(weights color.Weights) error {
	if weights.Nothing() {
		return refuse(fmt.Sprintf("the weights %q send traffic nowhere", weights), "this is a defect of drover: report it")
	}
	for c, exposed := range s.state().Exposed() {
		if _, kept := weights[c]; !kept && exposed > 0 {
			return refuse(fmt.Sprintf("%s may have %d of the traffic and would lose its record", c, exposed), "send all traffic to the other color first")
		}
	}
	return nil
}

// leavesTraffic refuses to take the record of a color that has traffic by the platform's own word: somebody may have sent
// it there by hand while Terraform planned.
func (s *session) leavesTraffic(ctx context.Context, weights color.Weights) error {
	found, err := s.recordsNow(ctx)
	if err != nil {
		return err
	}
	for _, c := range bothColors {
		if _, kept := weights[c]; !kept && found[string(c)] > 0 {
			return refuse(fmt.Sprintf("%s would lose its record, which has the weight %d in DNS: another process or a person changed it", c, found[string(c)]),
				"look at "+s.command("status")+" before you go on")
		}
	}
	return nil
}

// keepsServing refuses a plan of the traffic root that deletes the record of a color which has traffic, or will have.
// drover's modules have a record for each color and name, with the keys "blue/apex" and "blue/wildcard".
func keepsServing(plan *tfjson.Plan, exposed, weights color.Weights) error {
	var wrong []string
	for _, change := range changed(plan) {
		if !slices.Contains(change.Change.Actions, tfjson.ActionDelete) {
			continue
		}
		for _, c := range []color.Color{color.Blue, color.Green} {
			serves := exposed[c] > 0 || weights[c] > 0
			for _, name := range []string{"apex", "wildcard"} {
				if serves && strings.HasSuffix(change.Address, fmt.Sprintf("[%q]", string(c)+"/"+name)) {
					wrong = append(wrong, fmt.Sprintf("%s %s: %s has traffic", action(change.Change.Actions), change.Address, c))
				}
			}
		}
	}
	return refusePlan(wrong, "changing the records")
}
