package cluster

import (
	"context"
	"fmt"

	tfjson "github.com/hashicorp/terraform-json"

	"drover/orchestrator/platform"
)

// awaited says what of a plan the platform does by itself, at a time of its own, such as an upgrade of a database in its
// maintenance window. It is empty unless that is all that the plan would do: then there is no drift, and nothing to apply.
func (s *session) awaited(ctx context.Context, plan *tfjson.Plan) ([]string, error) {
	var says []string
	for _, c := range changed(plan) {
		if !c.Change.Actions.Update() {
			return nil, nil
		}
		before, _ := c.Change.Before.(map[string]any)
		after, _ := c.Change.After.(map[string]any)
		one, err := s.ports.Cloud.Awaits(ctx, platform.Update{Kind: c.Type, Before: before, After: after})
		if err != nil {
			return nil, fmt.Errorf("asking what becomes of %s: %w", c.Address, err)
		}
		if one == "" {
			return nil, nil
		}
		says = append(says, one)
	}
	return says, nil
}

// lost are the resources of the foundation that a plan deletes or replaces, but for those that hold nothing and go for good.
func (s *session) lost(plan *tfjson.Plan) []string {
	kept := *plan
	kept.ResourceChanges = nil
	for _, c := range plan.ResourceChanges {
		if c.Change != nil && c.Change.Actions.Delete() && s.ports.Cloud.HoldsNothing(c.Type) {
			continue
		}
		kept.ResourceChanges = append(kept.ResourceChanges, c)
	}
	return going(&kept)
}
