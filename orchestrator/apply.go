package orchestrator

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"

	"drover/generator"
	"drover/orchestrator/journal"
	"drover/orchestrator/terraform"
)

// Apply builds the first cluster, and makes changes that Terraform can make
// in place. What would replace or delete is refused and offered as a rotation.
func Apply(ctx context.Context, o Options) error {
	return within(ctx, applyTime(o.Spec.Spec.Rotation), "apply", func(ctx context.Context) error { return apply(ctx, o) })
}

func apply(ctx context.Context, o Options) (err error) {
	s, err := open(ctx, o)
	if err != nil {
		return err
	}
	defer closing(s, &err)
	if r := s.state.Rotation; r != nil {
		return &Refused{fmt.Sprintf("rotation %s is under way (in %s)", r.ID, r.Phase),
			"finish it with " + o.rotateCommand() + " or end it with " + o.command("rollback") + ", then apply"}
	}
	a := &application{session: s, color: s.state.Active}
	if a.color == "" {
		a.color = string(generator.Blue)
	}
	return a.run(ctx)
}

// application is one run of apply on one color.
type application struct {
	*session
	color  string
	before generator.Files // what write found of its own
}

// run applies root after root; a color gets traffic only once it is verified.
func (a *application) run(ctx context.Context) error {
	if _, err := a.accountOf(ctx); err != nil {
		return err
	}
	if err := a.agree(ctx, everything); err != nil {
		return err
	}
	if err := a.sameVersion(); err != nil {
		return err
	}
	files, err := a.write()
	if err != nil {
		return err
	}
	if err := a.foundation(ctx); err != nil {
		return err
	}
	if err := a.colorRoot(ctx, files); err != nil {
		return err
	}
	if a.state.Active == "" {
		if err := a.verifyFirst(ctx); err != nil {
			return err
		}
	}
	return a.traffic(ctx)
}

// sameVersion refuses an upgrade in place: it could not be undone.
func (a *application) sameVersion() error {
	have, want := a.state.Colors[a.color].Version, a.Spec.Spec.Kubernetes.Version
	if a.state.Active == "" || have == want {
		return nil
	}
	return &Refused{fmt.Sprintf("the spec's Kubernetes version is %s and %s runs %s; an upgrade in place cannot be undone", want, a.color, have),
		"take it as a rotation: " + a.rotateCommand()}
}

// write renders all roots but the standby's, which a rotation renders.
func (a *application) write() (generator.Files, error) {
	roots := []generator.Root{generator.Foundation, generator.Root(a.color), generator.Traffic}
	if a.state.Active == "" {
		roots = nil // all four: a person sees the whole from the start
	}
	files, err := generator.Render(a.Spec, generator.Options{Version: a.Version, Roots: roots})
	if err != nil {
		return nil, fmt.Errorf("rendering %s: %w", a.name(), err)
	}
	if a.before, err = generator.Present(a.Out, files); err != nil {
		return nil, err
	}
	if _, err := generator.Write(a.Out, files, generator.WriteOptions{}); err != nil {
		return nil, fmt.Errorf("writing %s: %w", a.Out, err)
	}
	return files, nil
}

func (a *application) foundation(ctx context.Context) error {
	a.Observer.Progress("planning foundation")
	stack, err := a.prepare(ctx, generator.Foundation)
	if err != nil {
		return err
	}
	plan, err := stack.Plan(ctx, terraform.PlanOptions{})
	if err != nil {
		return fmt.Errorf("planning foundation: %w", err)
	}
	if going := lost(plan.JSON); len(going) > 0 {
		return errors.Join(a.foundationStays(going), a.undoWrite())
	}
	if !plan.Changed {
		return nil
	}
	if err := a.record(ctx, journal.Event{Kind: journal.ApplyIntended, Root: string(generator.Foundation)}); err != nil {
		return err
	}
	if err := stack.Apply(ctx, plan); err != nil {
		return fmt.Errorf("applying foundation: %w; run %s again once that is mended, it goes on from there", err, a.command("apply"))
	}
	return a.record(ctx, journal.Event{Kind: journal.Applied, Root: string(generator.Foundation), Detail: fmt.Sprintf("%d changes", len(changed(plan.JSON)))})
}

// foundationStays refuses what would take the ground from under the clusters.
func (s *session) foundationStays(going []string) error {
	return &Refused{fmt.Sprintf("%s; drover will not delete or replace what it holds:\n  %s", s.standsOn(), strings.Join(going, "\n  ")),
		fmt.Sprintf("nothing was changed, and the roots are as they were. Take that change out of the spec again. For another network, "+
			"build a second cluster, from a spec with another name and domain, move to it, and end this one with %s. "+
			"What shall really go from a foundation, such as a repository, goes by hand: `drover generate`, and then `terraform apply` in %s",
			s.command("destroy"), filepath.Join(s.Out, s.name(), string(generator.Foundation)))}
}

// standsOn says why the foundation is kept.
func (s *session) standsOn() string {
	if s.state.Active == "" {
		return "the foundation lives for years"
	}
	return "the foundation lives for years, and " + s.state.Active + " runs on it"
}

// undoWrite puts the files back that write found.
func (a *application) undoWrite() error {
	if _, err := generator.Write(a.Out, a.before, generator.WriteOptions{Force: true}); err != nil {
		return fmt.Errorf("writing the files back that were in %s: %w", a.Out, err)
	}
	return nil
}

func (a *application) colorRoot(ctx context.Context, files generator.Files) error {
	root := generator.Root(a.color)
	a.Observer.Progress("planning " + a.color)
	revision, err := a.keep(ctx, files, root)
	if err != nil {
		return err
	}
	guard := planGuard(buildsOnly)
	if a.state.Active != "" {
		guard = inPlace
	}
	if _, err := a.applyColor(ctx, root, a.Spec.Spec.Kubernetes.Version, revision, guard); err != nil {
		var refused *Refused
		if errors.As(err, &refused) && a.state.Active != "" {
			return errors.Join(&Refused{refused.What, fmt.Sprintf("nothing of %s was changed; take it as a rotation: %s", a.color, a.rotateCommand())}, a.restoreFiles())
		}
		return fmt.Errorf("%w; run %s again once that is mended, it goes on from there", err, a.command("apply"))
	}
	return nil
}

// restoreFiles puts the files back that the active color was built from.
func (a *application) restoreFiles() error {
	kept, err := a.store.Bundle(a.state.Colors[a.color].Revision)
	if err != nil {
		return err
	}
	_, err = generator.Write(a.Out, kept, generator.WriteOptions{Force: true})
	return err
}

// verifyFirst is the verify phase of a first build.
func (a *application) verifyFirst(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, verifyTime(a.Spec.Spec.Rotation))
	defer cancel()
	results, err := a.checkColor(ctx, a.color)
	if err != nil {
		return err
	}
	for _, got := range results {
		if err := a.record(ctx, journal.Event{Kind: journal.Verdict, Check: got.Check, Verdict: string(got.Verdict), Detail: got.Detail, Seconds: got.Seconds}); err != nil {
			return err
		}
	}
	return judge(a.color, results)
}

// traffic gives a first build all of it; later it applies what else the
// traffic root holds, at the weights that the journal has.
func (a *application) traffic(ctx context.Context) error {
	if a.state.Active != "" && a.state.Intended == nil {
		return a.trafficInPlace(ctx, a.state.Weights)
	}
	if _, err := a.setWeights(ctx, map[string]int{a.color: 100}); err != nil {
		return err
	}
	if a.state.Active == a.color {
		return nil
	}
	return a.record(ctx, journal.Event{Kind: journal.Activated, To: a.color})
}

// trafficInPlace applies what else the traffic root holds, at the same weights.
func (a *application) trafficInPlace(ctx context.Context, weights map[string]int) error {
	a.Observer.Progress("planning traffic")
	if err := a.writeColors(weights); err != nil {
		return err
	}
	return a.applyTraffic(ctx)
}

// inPlace refuses what cannot be done to a running cluster.
func inPlace(plan *tfjson.Plan, _, color string) error {
	return refusePlan(lost(plan), "changing "+color+" in place")
}
