package cluster

import (
	"context"
	"fmt"

	"drover/generator"
	"drover/orchestrator/terraform"
)

// stateWasKept refuses to make a root again that stands by the journal, since its state was lost: a bucket that was moved
// with the store and without the states looks so. A rotation reads no state for that alone: only a plan that makes
// everything has it asked. A color may be made again, as somebody may have deleted it, and the platform tells.
func (s *session) stateWasKept(ctx context.Context, stack Stack, r generator.Root, plan *terraform.Plan) error {
	stands := r == generator.Foundation && s.state().Zone != "" || r == generator.Traffic && len(s.state().Weights) > 0
	if !stands || s.state().Open[string(r)] != "" || !makesEverything(plan) {
		return nil
	}
	empty, err := stack.StateEmpty(ctx)
	if err != nil {
		return fmt.Errorf("asking what %s's state holds: %w", r, err)
	}
	if !empty {
		return nil
	}
	return refuse(fmt.Sprintf("%s stands by the journal, and the Terraform state of %s is empty; nothing of it is made again", r, r),
		"restore that state: if the bucket was moved, copy the states too, which are beside the store")
}

// makesEverything is true for a plan that makes something, and has nothing that is there already.
func makesEverything(plan *terraform.Plan) bool {
	made := false
	for _, c := range plan.JSON.ResourceChanges {
		if c.Mode == "data" || c.Change == nil {
			continue
		}
		if !c.Change.Actions.Create() {
			return false
		}
		made = true
	}
	return made
}
