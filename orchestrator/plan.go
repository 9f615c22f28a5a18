package orchestrator

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"drover/generator"
	"drover/orchestrator/terraform"
)

// Planned is what would be done to a cluster: the shape of `plan --output json`.
type Planned struct {
	Cluster string        `json:"cluster"`
	Takes   string        `json:"takes"`  // the command that does it: apply or rotate; neither does what the foundation forbids; nothing where there is nothing to do
	Reason  string        `json:"reason"` // why that command
	Roots   []PlannedRoot `json:"roots"`
	Active  string        `json:"active"` // color; empty before the first build
	Timing
}

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

// Plan says what apply or rotate would do, and which of them it takes. It works on a copy of the Terraform directory,
// so that it needs no lease and leaves no file; connect gives the ports for the copy.
func Plan(ctx context.Context, o Options, connect func(context.Context, Options) (Ports, error)) (planned Planned, err error) {
	scratch, err := os.MkdirTemp("", "drover-plan-")
	if err != nil {
		return Planned{}, fmt.Errorf("making a place to plan in: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(scratch)) }()
	said := o // messages name the person's directory, not the copy
	if err := copyForPlan(scratch, o); err != nil {
		return Planned{}, err
	}
	o.Out = scratch
	if o.Ports, err = connect(ctx, o); err != nil {
		return Planned{}, err
	}
	s, err := open(ctx, o)
	if err != nil {
		return Planned{}, err
	}
	defer closing(s, &err)
	return (&planning{application{session: s, color: s.state.Active}, said}).run(ctx)
}

// copyForPlan copies what a plan of this cluster reads: the modules, its roots with their local state, and the journal.
// What Terraform keeps for a process, or failed to upload, stays behind.
func copyForPlan(scratch string, o Options) error {
	for _, part := range []string{"modules", o.name()} {
		from := filepath.Join(o.Out, part)
		err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if slices.Contains([]string{".terraform", "errored.tfstate", ".terraform.tfstate.lock.info", "lease.json"}, d.Name()) {
				if d.IsDir() {
					return filepath.SkipDir
				}
				return nil
			}
			inside, err := filepath.Rel(o.Out, path)
			if err != nil {
				return err
			}
			to := filepath.Join(scratch, inside)
			if d.IsDir() {
				return os.MkdirAll(to, 0o700)
			}
			if !d.Type().IsRegular() {
				return nil
			}
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			return os.WriteFile(to, data, 0o600)
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("copying %s to plan in: %w", from, err)
		}
	}
	return nil
}

// planning is a plan under way.
type planning struct {
	application
	said Options
}

func (p *planning) run(ctx context.Context) (Planned, error) {
	planned := Planned{Cluster: p.name(), Roots: []PlannedRoot{}, Active: p.state.Active, Timing: p.timing(p.state)}
	if r := p.state.Rotation; r != nil {
		planned.Takes = takesRotate
		planned.Reason = fmt.Sprintf("rotation %s is under way (in %s); %s goes on with it", r.ID, r.Phase, p.said.rotateCommand())
		return planned, nil
	}
	if _, err := p.accountOf(ctx); err != nil {
		return Planned{}, err
	}
	if err := p.agree(ctx, everything); err != nil {
		var disagrees *Disagrees
		if errors.As(err, &disagrees) {
			err = p.said.disagrees(disagrees.Disagreements)
		}
		return Planned{}, err
	}
	first, going := p.state.Active == "", []string(nil)
	if first {
		p.color = string(generator.Blue)
	}
	if _, err := p.write(); err != nil {
		return Planned{}, err
	}
	if !first {
		if err := errors.Join(p.writeColors(p.state.Weights), p.writeOrigin(generator.Root(p.color), "")); err != nil {
			return Planned{}, err
		}
	}
	have, want := p.state.Colors[p.color].Version, p.Spec.Spec.Kubernetes.Version
	for _, root := range []generator.Root{generator.Foundation, generator.Root(p.color), generator.Traffic} {
		if first && root != generator.Foundation {
			planned.later(root, "it is planned once the foundation stands")
			continue
		}
		if !first && root == generator.Root(p.color) && have != want {
			planned.Takes, planned.Reason = takesRotate, fmt.Sprintf("the spec says Kubernetes %s, and %s runs %s", want, p.color, have)
			planned.later(root, "it stays as it is until the rotation destroys it")
			continue
		}
		plan, err := p.planRoot(ctx, root)
		if err != nil {
			return Planned{}, err
		}
		if root == generator.Foundation {
			going = lost(plan.JSON)
		}
		if root == generator.Root(p.color) {
			planned.Takes, planned.Reason = p.colorTakes(plan)
		}
		planned.Roots = append(planned.Roots, inBrief(root, plan))
	}
	if len(going) > 0 {
		planned.Takes, planned.Reason = takesNeither, p.standsOn()+"; drover will not "+going[0]
		return planned, nil
	}
	return p.decide(planned, first), nil
}

// planRoot plans the copy of a root. What its changes do to locks and states is Terraform's own care.
func (p *planning) planRoot(ctx context.Context, root generator.Root) (*terraform.Plan, error) {
	p.Observer.Progress("planning " + string(root))
	stack, err := p.initialized(ctx, root)
	if err != nil {
		return nil, err
	}
	plan, err := stack.Plan(ctx, terraform.PlanOptions{})
	if err != nil {
		return nil, fmt.Errorf("planning %s: %w", root, err)
	}
	return plan, nil
}

// colorTakes says whether the change of a running color is one that apply makes.
func (p *planning) colorTakes(plan *terraform.Plan) (takes, reason string) {
	if going := lost(plan.JSON); len(going) > 0 {
		return takesRotate, fmt.Sprintf("changing %s in place would %s", p.color, going[0])
	}
	return "", ""
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
		planned.Takes, planned.Reason = takesApply, "nothing is built yet; "+p.said.command("apply")+" builds it"
	case planned.Takes == takesRotate && foundation > 0:
		planned.Reason += fmt.Sprintf("; the foundation changes too, so %s comes first and %s after it", p.said.command("apply"), p.said.rotateCommand())
	case planned.Takes == takesRotate:
		planned.Reason += "; " + p.said.rotateCommand() + " builds a new color beside it"
	case foundation > 0:
		planned.Takes = takesApply
		planned.Reason = fmt.Sprintf("nothing of the foundation is replaced; %s makes its changes, and then plans %s on what it has become, which may take a rotation",
			p.said.command("apply"), p.color)
	case total > 0:
		planned.Takes, planned.Reason = takesApply, "every change can be made in place; "+p.said.command("apply")+" makes them"
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
