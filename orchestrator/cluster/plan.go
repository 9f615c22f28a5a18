package cluster

import (
	"context"
	"fmt"
	"strings"

	"drover/generator"
	"drover/orchestrator/color"
	"drover/orchestrator/history"
	"drover/orchestrator/terraform"
)

// Planned is what would be done to a cluster: the shape of `plan --output json`.
type Planned struct {
	Cluster string        `json:"cluster"`
	Takes   string        `json:"takes"`  // the command that does it: apply or rotate; neither does what the foundation forbids; nothing where there is nothing to do
	Reason  string        `json:"reason"` // why that command
	Roots   []PlannedRoot `json:"roots"`
	Active  color.Color   `json:"active"` // empty before the first build
	history.Timing

	rotates bool // a rotation is under way
}

// Differs is true if the cluster is not as the spec says, and no rotation is on its way there.
func (p Planned) Differs() bool { return p.Takes != takesNothing && !p.rotates }

// PlannedRoot is what Terraform would change in one root.
type PlannedRoot struct {
	Root    string          `json:"root"`
	Changes []PlannedChange `json:"changes"`
	// Later says why the root cannot be planned yet; its changes are not known then.
	Later string `json:"later,omitempty"`
}

// PlannedChange is one resource.
type PlannedChange struct {
	Action  string `json:"action"` // create, update, delete or replace
	Address string `json:"address"`
}

// The commands that a plan may take.
const (
	takesNothing = "nothing"
	takesNeither = "neither"
	takesApply   = "apply"
	takesRotate  = "rotate"
)

// Plan says what apply or rotate would do, and which of them it takes. It needs no lease and changes nothing: Connect
// gives it a copy of the Terraform directory to work in.
func Plan(ctx context.Context, o Options) (Planned, error) {
	s, err := look(ctx, o, sources{})
	if err != nil {
		return Planned{}, err
	}
	return (&planning{application{session: s, color: s.state().Active}}).run(ctx)
}

// planning is a plan under way.
type planning struct{ application }

func (p *planning) run(ctx context.Context) (Planned, error) {
	planned := Planned{Cluster: p.name(), Roots: []PlannedRoot{}, Active: p.state().Active,
		Timing: history.TimingOf(p.Spec.Spec.Rotation, *p.state(), p.Clock.Now())}
	if r := p.state().Rotation; r != nil {
		planned.Takes, planned.rotates = takesRotate, true
		planned.Reason = fmt.Sprintf("rotation %s is under way (in %s); %s goes on with it", r.ID, r.Phase, p.rotateCommand())
		return planned, nil
	}
	if err := p.agree(ctx, asApplying); err != nil {
		return Planned{}, err
	}
	first, gone := p.state().Active == "", []string(nil)
	if first {
		p.color = color.Blue
	}
	if err := p.write(ctx); err != nil {
		return Planned{}, err
	}
	have, want := p.state().Colors[p.color].Version, p.Spec.Spec.Kubernetes.Version
	for _, r := range []generator.Root{generator.Foundation, root(p.color), generator.Traffic} {
		if first && r != generator.Foundation {
			planned.later(r, "it is planned once the foundation stands")
			continue
		}
		if !first && r == root(p.color) && have != want {
			planned.Takes, planned.Reason = takesRotate, fmt.Sprintf("the spec says Kubernetes %s, and %s runs %s", want, p.color, have)
			planned.later(r, "it stays as it is until the rotation destroys it")
			continue
		}
		plan, err := p.planRoot(ctx, r)
		if err != nil {
			return Planned{}, err
		}
		if r == generator.Foundation {
			gone = p.lost(plan.JSON)
			awaited, err := p.awaited(ctx, plan.JSON)
			if err != nil {
				return Planned{}, err
			}
			if len(awaited) > 0 {
				planned.later(r, "nothing is to be done: "+strings.Join(awaited, "; "))
				continue
			}
		}
		brief := inBrief(r, plan)
		if r == root(p.color) {
			if planned.Takes, planned.Reason, err = p.colorTakes(ctx, plan, &brief); err != nil {
				return Planned{}, err
			}
		}
		planned.Roots = append(planned.Roots, brief)
	}
	if len(gone) > 0 {
		planned.Takes, planned.Reason = takesNeither, p.standsOn()+"; drover will not "+gone[0]
		return planned, nil
	}
	return p.decide(planned, first), nil
}

// planRoot plans the copy of a root, with the files that apply would write.
func (p *planning) planRoot(ctx context.Context, r generator.Root) (*terraform.Plan, error) {
	p.Observer.Progress("planning " + string(r))
	files, err := p.filesOf(ctx, r)
	if err != nil {
		return nil, err
	}
	stack, err := p.ready(ctx, r, files)
	if err != nil {
		return nil, err
	}
	plan, err := stack.Plan(ctx, terraform.PlanOptions{})
	if err != nil {
		return nil, fmt.Errorf("planning %s: %w", r, err)
	}
	return plan, nil
}

// ready is a root with the variables that drover writes for it.
func (p *planning) ready(ctx context.Context, r generator.Root, files generator.Files) (Stack, error) {
	switch {
	case r == root(p.color):
		return p.prepareColor(ctx, p.color, files, "", p.record)
	case r == generator.Traffic:
		if err := p.place(r, files); err != nil {
			return nil, err
		}
		if err := p.writeColors(p.state().Weights); err != nil {
			return nil, err
		}
	}
	return p.prepare(ctx, r, files, p.record)
}

// colorTakes says whether the change of a running color, and of what drover applied in it, is one that apply makes.
func (p *planning) colorTakes(ctx context.Context, plan *terraform.Plan, brief *PlannedRoot) (takes, reason string, err error) {
	files, err := p.filesOf(ctx, root(p.color))
	if err != nil {
		return "", "", err
	}
	changes, unnamed, err := p.objectChanges(ctx, p.color, files)
	if err != nil {
		return "", "", err
	}
	brief.Changes = append(brief.Changes, changes...)
	if gone := append(going(plan.JSON), unnamed...); len(gone) > 0 {
		return takesRotate, fmt.Sprintf("changing %s in place would %s", p.color, gone[0]), nil
	}
	return "", "", nil
}

// decide names the command, unless the color has: a change of the foundation comes before a rotation.
func (p *planning) decide(planned Planned, first bool) Planned {
	total := 0
	for _, r := range planned.Roots {
		total += len(r.Changes)
	}
	foundation := len(planned.Roots[0].Changes) // it is the first
	switch {
	case first:
		planned.Takes, planned.Reason = takesApply, "nothing is built yet; "+p.command("apply")+" builds it"
	case planned.Takes == takesRotate && foundation > 0:
		planned.Reason += fmt.Sprintf("; the foundation changes too, so %s comes first and %s after it", p.command("apply"), p.rotateCommand())
	case planned.Takes == takesRotate:
		planned.Reason += "; " + p.rotateCommand() + " builds a new color beside it"
	case foundation > 0:
		planned.Takes = takesApply
		planned.Reason = fmt.Sprintf("nothing of the foundation is replaced; %s makes its changes, and then plans %s on what it has become, which may take a rotation",
			p.command("apply"), p.color)
	case total > 0:
		planned.Takes, planned.Reason = takesApply, "every change can be made in place; "+p.command("apply")+" makes them"
	default:
		planned.Takes, planned.Reason = takesNothing, "the cluster is as the spec says"
	}
	return planned
}

// later names a root that is not planned now.
func (p *Planned) later(root generator.Root, why string) {
	p.Roots = append(p.Roots, PlannedRoot{Root: string(root), Changes: []PlannedChange{}, Later: why})
}

func inBrief(root generator.Root, plan *terraform.Plan) PlannedRoot {
	brief := PlannedRoot{Root: string(root), Changes: []PlannedChange{}}
	for _, c := range changed(plan.JSON) {
		brief.Changes = append(brief.Changes, PlannedChange{action(c.Change.Actions), c.Address})
	}
	return brief
}
