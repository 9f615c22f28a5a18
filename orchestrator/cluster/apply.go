package cluster

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	tfjson "github.com/hashicorp/terraform-json"

	"drover/generator"
	"drover/orchestrator/color"
	"drover/orchestrator/journal"
	"drover/orchestrator/rotation"
	"drover/orchestrator/terraform"
)

// applyLimit is how long an apply may take: a foundation with databases takes an hour, a color as long as a rotation
// gives it, and its verification what the spec says.
const applyLimit = 4 * time.Hour

// Apply builds the first cluster, and makes changes that Terraform can make
// in place. What would replace or delete is refused and offered as a rotation.
func Apply(ctx context.Context, o Options) error {
	ctx, cancel := context.WithTimeoutCause(ctx, applyLimit, fmt.Errorf("%w: apply did not end within %s", context.DeadlineExceeded, applyLimit))
	defer cancel()
	return drive(ctx, o, asApplying, func(ctx context.Context, s *session) error {
		if err := s.idle("apply"); err != nil {
			return err
		}
		a := &application{session: s, color: s.state().Active}
		if a.color == "" {
			a.color = color.Blue
		}
		if err := a.run(ctx); err != nil {
			return err
		}
		return s.endFailed(ctx)
	})
}

// application is one run of apply on one color.
type application struct {
	*session
	color    color.Color
	rendered generator.Files
}

// run applies root after root; a color gets traffic only once it is verified.
func (a *application) run(ctx context.Context) error {
	if err := a.sameVersion(); err != nil {
		return err
	}
	if err := a.write(ctx); err != nil {
		return err
	}
	if err := a.settle(ctx); err != nil {
		return err
	}
	unproven := a.state().Active == "" || len(a.state().Weights) == 0 // it has no traffic, or none any more
	if err := a.preflight(ctx, beforeFoundation); err != nil {
		return err
	}
	if err := a.foundation(ctx); err != nil {
		return err
	}
	if err := a.preflight(ctx, beforeColor); err != nil {
		return err
	}
	if err := a.colorRoot(ctx); err != nil {
		return err
	}
	if err := a.installed(ctx); err != nil {
		return err
	}
	if unproven {
		bounded, cancel := context.WithTimeout(ctx, verifyTime(a.Spec.Spec.Rotation))
		defer cancel()
		if err := a.verifyFirst(bounded, a.color); err != nil {
			return err
		}
	}
	return a.traffic(ctx)
}

// sameVersion refuses an upgrade in place: it could not be undone.
func (a *application) sameVersion() error {
	have, want := a.state().Colors[a.color].Version, a.Spec.Spec.Kubernetes.Version
	if !a.mayServeNow() || have == want {
		return nil
	}
	if a.state().Active == "" {
		return refuse(fmt.Sprintf("the spec's Kubernetes version is %s, and %s runs %s and may have traffic already", want, a.color, have),
			"finish the first build with the version that it has, and then take the other one as a rotation")
	}
	return refuse(fmt.Sprintf("the spec's Kubernetes version is %s and %s runs %s; an upgrade in place cannot be undone", want, a.color, have),
		"take it as a rotation: "+a.rotateCommand())
}

// mayServeNow is true if the color may have traffic. A first build may before it is recorded as active.
func (a *application) mayServeNow() bool {
	return a.state().Active != "" || a.state().Exposed()[a.color] > 0
}

// write renders all roots but the standby's, which a rotation renders.
func (a *application) write(ctx context.Context) error {
	roots := []generator.Root{generator.Foundation, root(a.color), generator.Traffic}
	if a.state().Active == "" {
		roots = nil // all four: a person sees the whole from the start
	}
	files, err := a.renderStanding(ctx, roots)
	if err != nil {
		return err
	}
	if _, err := a.ports.Workspace.Write(files, false); err != nil {
		return fmt.Errorf("writing %s: %w", a.Out, err)
	}
	a.rendered = files
	return nil
}

// files are those of one root, with the provider versions that its state was last changed with.
func (a *application) filesOf(ctx context.Context, r generator.Root) (generator.Files, error) {
	return a.withVersions(ctx, r, a.rendered.Root(a.name(), r))
}

func (a *application) foundation(ctx context.Context) error {
	a.Observer.Progress("planning foundation")
	files, err := a.filesOf(ctx, generator.Foundation)
	if err != nil {
		return err
	}
	stack, err := a.prepare(ctx, generator.Foundation, files, a.record)
	if err != nil {
		return err
	}
	err = a.changeFoundation(ctx, stack, files)
	var failed *terraform.Error
	if errors.As(err, &failed) && failed.Kind == terraform.AlreadyThere { // the intent is recorded: what is there is looked for
		err = a.changeFoundation(ctx, stack, files)
	}
	return err
}

// changeFoundation plans the foundation, has the plan guarded, and applies it.
func (a *application) changeFoundation(ctx context.Context, stack Stack, files generator.Files) error {
	plan, imported, err := a.planned(ctx, stack, generator.Foundation)
	if err != nil {
		return err
	}
	if gone := a.lost(plan.JSON); len(gone) > 0 {
		return errors.Join(a.foundationStays(gone), a.restore(ctx))
	}
	digest, err := a.keep(ctx, generator.Foundation, files)
	if err != nil {
		return err
	}
	event := journal.Event{Root: string(generator.Foundation), Bundle: digest, Revision: a.rendered.Root(a.name(), generator.Foundation).Revision()}
	if plan.Changed {
		event.Kind, event.Location = journal.ApplyIntended, a.location
		if err := a.record(ctx, event); err != nil {
			return err
		}
		if err := a.apply(ctx, stack, plan, generator.Foundation, a.record); err != nil {
			return fmt.Errorf("applying foundation: %w; fix this, then run %s; it resumes there", err, a.command("apply"))
		}
	}
	event.Detail = carried{changes: len(changed(plan.JSON)), imported: imported}.String()
	return a.foundationStands(ctx, stack, plan, event)
}

// foundationStands records what the foundation is now, where that is new.
func (a *application) foundationStands(ctx context.Context, stack Stack, plan *terraform.Plan, event journal.Event) error {
	name := string(generator.Foundation)
	if plan.Changed || a.state().Open[name] != "" || a.state().Zone == "" {
		zone, err := zoneOf(ctx, stack)
		if err != nil {
			return err
		}
		event.Kind, event.Zone, event.Location = journal.Applied, zone, a.location
		return a.record(ctx, event)
	}
	if a.state().Bundles[name] == event.Bundle {
		return nil
	}
	event.Kind, event.Detail = journal.Rendered, ""
	return a.record(ctx, event)
}

// foundationStays refuses what would take the ground from under the clusters.
func (s *session) foundationStays(going []string) error {
	return refuse(fmt.Sprintf("%s; drover will not delete or replace what it holds:\n  %s", s.standsOn(), strings.Join(going, "\n  ")),
		fmt.Sprintf("nothing was changed, and the roots are as they were. Take that change out of the spec again. For another network, "+
			"build a second cluster, from a spec with another name and domain, move to it, and end this one with %s. "+
			"What shall really go from a foundation, such as a repository, goes by hand: `drover generate`, and then `terraform apply` in %s",
			s.command("destroy"), s.dir(generator.Foundation)))
}

// standsOn says why the foundation is kept.
func (s *session) standsOn() string {
	if s.state().Active == "" {
		return "the foundation lives for years"
	}
	return fmt.Sprintf("the foundation lives for years, and %s runs on it", s.state().Active)
}

// restore puts the files back that the roots' states were made with.
func (a *application) restore(ctx context.Context) error {
	for _, r := range []generator.Root{generator.Foundation, root(a.color), generator.Traffic} {
		if a.state().Bundles[string(r)] == "" {
			continue
		}
		files, err := a.bundle(ctx, r)
		if err != nil {
			return err
		}
		if err := a.place(r, files); err != nil {
			return err
		}
	}
	return nil
}

func (a *application) colorRoot(ctx context.Context) error {
	r := root(a.color)
	a.Observer.Progress("planning " + string(a.color))
	files, err := a.filesOf(ctx, r)
	if err != nil {
		return err
	}
	if _, asked := files[a.askedName(r)]; !asked && a.state().Bundles[string(r)] == "" {
		if files, err = a.withAsked(ctx, a.color, files); err != nil {
			return err
		}
	}
	guard := planGuard(buildsOnly)
	if a.mayServeNow() {
		if guard, err = a.inPlaceToo(ctx, files); err != nil {
			return err
		}
	}
	revision := a.rendered.Root(a.name(), r).Revision()
	err = a.applyColor(ctx, coloring{color: a.color, files: files, version: a.Spec.Spec.Kubernetes.Version, revision: revision, guard: guard}, a.record)
	if err == nil {
		return nil
	}
	var refused *Refused
	if errors.As(err, &refused) && a.state().Active != "" {
		return errors.Join(refuse(refused.What, fmt.Sprintf("nothing of %s was changed; take it as a rotation: %s", a.color, a.rotateCommand())), a.restore(ctx))
	}
	return fmt.Errorf("%w; fix this, then run %s; it resumes there", err, a.command("apply"))
}

// traffic gives a first build all of it; later it applies what else the
// traffic root holds, at the weights that the journal has.
func (a *application) traffic(ctx context.Context) error {
	a.Observer.Progress("planning traffic")
	weights := color.Only(a.color)
	if a.state().Active != "" && a.state().Intended == nil && len(a.state().Weights) > 0 {
		weights = a.state().Weights
	}
	files, err := a.filesOf(ctx, generator.Traffic)
	if err != nil {
		return err
	}
	if err := a.keepTraffic(ctx, files); err != nil {
		return err
	}
	if err := a.applyTraffic(ctx, files, rotation.Effect{Expected: a.state().Weights, Weights: weights}, a.record); err != nil {
		return err
	}
	if a.state().Active == a.color {
		return nil
	}
	return a.record(ctx, journal.Event{Kind: journal.Activated, To: a.color})
}

// keepTraffic records the traffic root's files before they are applied: whoever destroys it needs them.
func (a *application) keepTraffic(ctx context.Context, files generator.Files) error {
	if _, err := a.prepare(ctx, generator.Traffic, files, a.record); err != nil {
		return err
	}
	digest, err := a.keep(ctx, generator.Traffic, files)
	if err != nil || a.state().Bundles[string(generator.Traffic)] == digest {
		return err
	}
	return a.record(ctx, journal.Event{Kind: journal.Rendered, Root: string(generator.Traffic), Bundle: digest})
}

// inPlaceToo is inPlace for the objects that drover applied, too: it takes none away from a running cluster.
func (a *application) inPlaceToo(ctx context.Context, wanted generator.Files) (planGuard, error) {
	_, gone, err := a.objectChanges(ctx, a.color, wanted)
	if err != nil {
		return nil, err
	}
	return func(plan *tfjson.Plan, cluster, of string) error {
		if err := inPlace(plan, cluster, of); err != nil {
			return err
		}
		return refusePlan(gone, "changing "+of+" in place")
	}, nil
}

// inPlace refuses what cannot be done to a running cluster.
func inPlace(plan *tfjson.Plan, _, color string) error {
	return refusePlan(going(plan), "changing "+color+" in place")
}
