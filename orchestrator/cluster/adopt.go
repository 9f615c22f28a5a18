package cluster

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	tfjson "github.com/hashicorp/terraform-json"

	"drover/generator"
	"drover/orchestrator/color"
	"drover/orchestrator/journal"
	"drover/orchestrator/platform"
	"drover/orchestrator/terraform"
)

// A Terraform that is killed leaves what it made since it last wrote its state down, and what it was making: resources that
// exist and are in no state. The next plan would make them a second time, or fail on them. They are taken into the state
// if that is proven, and named otherwise. Tags alone prove nothing: a person can copy them, with a network or a whole
// cluster. So a resource has the name that the plan gives it, the tags of this cluster, root and rotation, stands in the network
// of the plan, and was not made before the apply began.

const (
	// mostRounds is how often a plan is made anew: what is inside of something that was taken over is seen only then.
	mostRounds = 8
	// mostClocks is by how much the platform's clock and this machine's may differ.
	mostClocks = 5 * time.Minute
	// settlePause is the time between two looks at something that is being made.
	settlePause = 5 * time.Second
)

// planned plans a root. If an apply of it was cut off, what that made and could not write down is imported before.
func (s *session) planned(ctx context.Context, stack Stack, r generator.Root) (plan *terraform.Plan, imported int, err error) {
	for range mostRounds {
		plan, err = stack.Plan(ctx, terraform.PlanOptions{})
		if err != nil {
			return nil, imported, fmt.Errorf("planning %s: %w", r, err)
		}
		if !s.cutOff(r) {
			return plan, imported, s.stateWasKept(ctx, stack, r, plan)
		}
		own, others, err := s.existing(ctx, plan.JSON, r)
		if err != nil {
			return nil, imported, err
		}
		if len(others) > 0 {
			return nil, imported, s.inTheWay(r, others)
		}
		if len(own) == 0 {
			return plan, imported, nil
		}
		if err := s.adopt(ctx, stack, r, own); err != nil {
			return nil, imported, err
		}
		imported += len(own)
	}
	return nil, imported, fmt.Errorf("planning %s: after %d plans there is still something to import; run %s once more", r, mostRounds, s.command("rotate"))
}

// cutOff is true if an apply of a root was begun and did not end.
func (s *session) cutOff(r generator.Root) bool {
	if r == generator.Traffic {
		return len(s.state().Unsure) > 0
	}
	return s.state().Open[string(r)] == journal.ApplyIntended
}

// adoptToEnd imports what an apply that was cut off made, so that it is destroyed with the rest. What is somebody else's
// is in nobody's way then.
func (s *session) adoptToEnd(ctx context.Context, stack Stack, r generator.Root) error {
	if r == generator.Traffic || !s.cutOff(r) {
		return nil
	}
	for range mostRounds {
		plan, err := stack.Plan(ctx, terraform.PlanOptions{})
		if err != nil {
			s.Observer.Progress(fmt.Sprintf("what a cut off apply of %s made is not looked for, as it cannot be planned: %v", r, err))
			return nil
		}
		own, _, err := s.existing(ctx, plan.JSON, r)
		if err != nil || len(own) == 0 {
			return err
		}
		if err := s.adopt(ctx, stack, r, own); err != nil {
			return err
		}
	}
	return nil
}

// adopt imports resources, one after the other.
func (s *session) adopt(ctx context.Context, stack Stack, r generator.Root, own []platform.Existing) error {
	for _, e := range own {
		if err := s.valid(); err != nil {
			return err
		}
		s.Observer.Progress(fmt.Sprintf("taking over %s of %s, which an apply that was cut off made: %s", e.Address, r, e.ID))
		err := stack.Import(ctx, e.Address, e.ID)
		var failed *terraform.Error
		if errors.As(err, &failed) && failed.Kind == terraform.NotThere { // a platform may list for an hour what was deleted
			s.ghosts = append(s.ghosts, e.Type+" "+e.ID)
			continue
		}
		if err != nil {
			return fmt.Errorf("importing %s (%s), which an apply of %s that was cut off made: %w", e.Address, e.ID, r, err)
		}
	}
	return nil
}

// existing are the resources that a plan would create and that are there: those of this root, and others. It waits for
// what is still being made.
func (s *session) existing(ctx context.Context, plan *tfjson.Plan, r generator.Root) (own []platform.Existing, others []other, err error) {
	for told := false; ; told = true {
		found, err := s.ports.Cloud.Existing(ctx, creates(plan))
		if err != nil {
			return nil, nil, fmt.Errorf("looking for what an apply of %s that was cut off made: %w", r, err)
		}
		has := inState(plan)
		found = slices.DeleteFunc(found, func(e platform.Existing) bool {
			return has[e.Type+" "+e.ID] || slices.Contains(s.ghosts, e.Type+" "+e.ID)
		})
		own, others = s.sorted(found, r)
		pending := slices.IndexFunc(own, func(e platform.Existing) bool { return e.Condition == platform.Pending })
		if pending < 0 {
			return own, others, nil
		}
		if !told {
			s.Observer.Progress(fmt.Sprintf("waiting for %s, which an apply that was cut off has begun to make: %s", own[pending].Address, own[pending].ID))
		}
		if err := s.Clock.Sleep(ctx, settlePause); err != nil {
			return nil, nil, fmt.Errorf("waiting until %s (%s) is made: %w", own[pending].Address, own[pending].ID, errors.Join(err, context.Cause(ctx)))
		}
	}
}

// other is something that is there and is not taken over.
type other struct {
	platform.Existing
	why string
}

// sorted tells what is provably of this root, and one of each only, from the rest.
func (s *session) sorted(found []platform.Existing, r generator.Root) (own []platform.Existing, others []other) {
	taken := map[string]bool{}
	for _, e := range found {
		why := s.notOwn(e, r)
		if why == "" && taken[e.Address] {
			why = "another one is taken over already"
		}
		if why != "" {
			others = append(others, other{e, why})
			continue
		}
		taken[e.Address] = true
		own = append(own, e)
	}
	return own, others
}

// notOwn says why a resource is not provably what an apply of a root made that was cut off; it is empty if it is.
func (s *session) notOwn(e platform.Existing, r generator.Root) string {
	if len(e.Tags) == 0 {
		return "its owner is unknown"
	}
	if why := foreign(tagged(e.Tags), s.name(), colorOf(r)); why != "" {
		return why
	}
	if c := color.Color(colorOf(r)); c != "" {
		if has, want := e.Tags[rotationTag], originOf(*s.state(), c, "")[rotationTag]; has != want {
			return fmt.Sprintf("its tag %s is %q, not %q", rotationTag, has, want)
		}
	}
	begun := s.state().Begun[string(r)].At
	switch {
	case !begun.IsZero() && !e.Created.IsZero() && e.Created.Before(begun.Add(-mostClocks)):
		return fmt.Sprintf("it was made at %s, and the apply began at %s", e.Created.UTC().Format(time.DateTime), begun.UTC().Format(time.DateTime))
	case e.Elsewhere != "":
		return e.Elsewhere
	case e.Condition == platform.Broken:
		return "it is broken"
	}
	return ""
}

// tagged are tags as foreign reads them.
func tagged(tags map[string]string) map[string]any {
	all := map[string]any{}
	for name, value := range tags {
		all[name] = value
	}
	return map[string]any{"tags_all": all}
}

// colorOf is empty for a root that has none.
func colorOf(r generator.Root) string {
	if r == generator.Blue || r == generator.Green {
		return string(r)
	}
	return ""
}

// creates are the resources that a plan makes anew.
func creates(plan *tfjson.Plan) []platform.Wanted {
	var wanted []platform.Wanted
	for _, c := range changed(plan) {
		if after, ok := c.Change.After.(map[string]any); ok && c.Change.Actions.Create() {
			wanted = append(wanted, platform.Wanted{Address: c.Address, Type: c.Type, Values: after})
		}
	}
	return wanted
}

// inState has the types and ids of what the state of a plan holds.
func inState(plan *tfjson.Plan) map[string]bool {
	has := map[string]bool{}
	if plan.PriorState == nil || plan.PriorState.Values == nil {
		return has
	}
	modules := []*tfjson.StateModule{plan.PriorState.Values.RootModule}
	for len(modules) > 0 {
		m := modules[0]
		modules = modules[1:]
		if m == nil {
			continue
		}
		modules = append(modules, m.ChildModules...)
		for _, resource := range m.Resources {
			has[fmt.Sprint(resource.Type, " ", resource.AttributeValues["id"])] = true
		}
	}
	return has
}

// inTheWay names what drover will not import: each with what it is, its tags, and the command that ends the matter.
func (s *session) inTheWay(r generator.Root, others []other) error {
	var lines []string
	for _, e := range others {
		lines = append(lines, fmt.Sprintf("  %s %s (%s, %s; %s): remove it with `%s`, or keep it with `terraform import '%s' '%s'` in %s",
			e.Type, e.ID, e.Condition, tagsText(e.Tags), e.why, e.Remove, e.Address, e.ID, s.dir(r)))
	}
	return refuse(fmt.Sprintf("%s is to be built, and what it needs is there already and is not provably its own, or is broken:\n%s", r, strings.Join(lines, "\n")),
		"nothing was changed; decide on each, and then run the same command again")
}

func tagsText(tags map[string]string) string {
	if len(tags) == 0 {
		return "no tags"
	}
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(tags)) {
		if strings.HasPrefix(name, "drover:") || name == "Name" {
			parts = append(parts, name+"="+tags[name])
		}
	}
	if len(parts) == 0 {
		return fmt.Sprintf("%d tags, none of drover's", len(tags))
	}
	return "tags " + strings.Join(parts, " ")
}
