package cluster

import (
	"context"
	"fmt"
	"slices"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"

	"drover/generator"
	"drover/orchestrator/rotation"
	"drover/orchestrator/terraform"
)

// unprotected says of a root's variable that what it holds may be deleted. The
// end of a root is the only one to say so; without it a plan puts the
// protection back.
var unprotected = map[string]string{"deletion_protection": "false"}

// liftProtection makes deletable what the root's state holds and protects. It
// creates and deletes nothing.
func (s *session) liftProtection(ctx context.Context, stack Stack, root generator.Root, emit rotation.Emit) error {
	addresses, err := stack.Protected(ctx)
	if err != nil {
		return fmt.Errorf("asking what of %s is protected from deletion: %w", root, err)
	}
	if len(addresses) == 0 {
		return nil
	}
	// A load balancer stands on all of its color. Asked what has become of that, Terraform would want to mend it first.
	plan, err := stack.Plan(ctx, terraform.PlanOptions{Set: unprotected, Only: addresses, AsKnown: true})
	if err != nil {
		return fmt.Errorf("planning to lift the deletion protection of %s: %w", strings.Join(addresses, ", "), err)
	}
	if err := liftsOnly(plan.JSON); err != nil {
		return err
	}
	if !plan.Changed {
		return nil
	}
	s.Observer.Progress("lifting the deletion protection of " + strings.Join(addresses, ", "))
	if err := s.apply(ctx, stack, plan, root, emit); err != nil {
		if protectedAreGone(ctx, stack, addresses) {
			s.Observer.Progress(strings.Join(addresses, ", ") + " do not exist any more, so nothing protects them")
			return nil
		}
		return fmt.Errorf("lifting the deletion protection of %s: %w", strings.Join(addresses, ", "), err)
	}
	return nil
}

// protectedAreGone is true if Terraform, which looks now, would make every one of them again: somebody deleted them.
func protectedAreGone(ctx context.Context, stack Stack, addresses []string) bool {
	plan, err := stack.Plan(ctx, terraform.PlanOptions{Set: unprotected, Only: addresses})
	if err != nil {
		return false
	}
	gone := 0
	for _, c := range changed(plan.JSON) {
		if slices.Contains(addresses, c.Address) && c.Change.Actions.Create() {
			gone++
		}
	}
	return gone == len(addresses)
}

// liftsOnly refuses a plan that does more than change what is there: blue can
// still be gone back to.
func liftsOnly(plan *tfjson.Plan) error {
	var wrong []string
	for _, c := range changed(plan) {
		if !c.Change.Actions.Update() {
			wrong = append(wrong, action(c.Change.Actions)+" "+c.Address)
		}
	}
	return refusePlan(wrong, "lifting deletion protection")
}
