package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"drover/generator"
	"drover/orchestrator/color"
	"drover/orchestrator/journal"
	"drover/orchestrator/rotation"
	"drover/orchestrator/terraform"
)

// render writes a color's files once, and keeps them.
func (s *session) render(ctx context.Context, e rotation.Effect, emit rotation.Emit) error {
	r := root(e.Color)
	all, err := generator.Render(ctx, s.Spec, generator.Options{Version: s.Version, Roots: []generator.Root{r}})
	if err != nil {
		return fmt.Errorf("rendering %s: %w", r, err)
	}
	rendered := all.Root(s.name(), r)
	files, err := s.withAsked(ctx, e.Color, rendered)
	if err != nil {
		return err
	}
	digest, err := s.Store.SaveBundle(ctx, files)
	if err != nil {
		return err
	}
	return emit(ctx, journal.Event{Kind: journal.Rendered, Phase: e.Phase, Root: string(r), Revision: rendered.Revision(), Bundle: digest})
}

// build stands a color up from the files that were rendered for it.
func (s *session) build(ctx context.Context, e rotation.Effect, emit rotation.Emit) error {
	files, err := s.files(ctx, root(e.Color), s.state().Rotation.Bundle)
	if err != nil {
		return err
	}
	return s.applyColor(ctx, coloring{color: e.Color, files: files, version: e.Version, revision: e.Revision, guard: buildsOnly, active: true}, emit)
}

// coloring is an apply of a color's root.
type coloring struct {
	color             color.Color
	files             generator.Files
	version, revision string
	guard             planGuard
	active            bool // it is done only once the platform says that the cluster is active
}

// applyColor plans a color's root, has the plan guarded, applies it and records what stands.
func (s *session) applyColor(ctx context.Context, c coloring, emit rotation.Emit) error {
	r := root(c.color)
	stack, err := s.prepareColor(ctx, c.color, c.files, c.revision, emit)
	if err != nil {
		return err
	}
	done, err := s.carryOut(ctx, stack, c, emit)
	var failed *terraform.Error
	if errors.As(err, &failed) && failed.Kind == terraform.AlreadyThere { // the intent is recorded: what is there is looked for
		done, err = s.carryOut(ctx, stack, c, emit)
	}
	if err != nil {
		return err
	}
	endpoint, err := endpointOf(ctx, stack, r)
	if err != nil {
		return err
	}
	have, open := s.state().Colors[c.color], s.state().Open[string(r)] != "" || done.imported > 0
	if c.active {
		if err := s.colorActive(ctx, c.color); err != nil {
			return err
		}
	} else if done.changes == 0 && !open && have.Endpoint == *endpoint && have.Bundle == done.bundle && have.Version == c.version {
		return nil // nothing new to record
	}
	return emit(ctx, journal.Event{Kind: journal.Applied, Root: string(r), Version: c.version, Revision: c.revision, Bundle: done.bundle,
		Endpoint: endpoint, Detail: done.String()})
}

// carried is what was done to a root.
type carried struct {
	changes, imported int
	bundle            string
}

func (c carried) String() string {
	text := fmt.Sprintf("%d changes", c.changes)
	if c.imported > 0 {
		text += fmt.Sprintf(", and %d resources taken over that an apply which was cut off had made", c.imported)
	}
	return text
}

// carryOut plans a color's root, has the plan guarded, and applies it.
func (s *session) carryOut(ctx context.Context, stack Stack, c coloring, emit rotation.Emit) (carried, error) {
	r := root(c.color)
	plan, imported, err := s.planned(ctx, stack, r)
	if err != nil {
		return carried{}, err
	}
	if err := c.guard(plan.JSON, s.name(), string(r)); err != nil {
		return carried{}, err
	}
	digest, err := s.keep(ctx, r, c.files)
	if err != nil {
		return carried{}, err
	}
	done := carried{changes: len(changed(plan.JSON)), imported: imported, bundle: digest}
	if done.changes == 0 {
		return done, nil
	}
	intent := journal.Event{Kind: journal.ApplyIntended, Root: string(r), Version: c.version, Revision: c.revision, Bundle: digest}
	if err := emit(ctx, intent); err != nil {
		return carried{}, err
	}
	if err := s.apply(ctx, stack, plan, r, emit); err != nil {
		return carried{}, fmt.Errorf("applying %s: %w", r, err)
	}
	return done, nil
}

// prepareColor is prepare for a color, whose tags say what it was built by.
func (s *session) prepareColor(ctx context.Context, c color.Color, files generator.Files, revision string, emit rotation.Emit) (Stack, error) {
	if err := s.place(root(c), files); err != nil {
		return nil, err
	}
	if err := s.writeOrigin(c, revision); err != nil {
		return nil, err
	}
	return s.prepare(ctx, root(c), files, emit)
}

// endpointOf reads a color's load balancers from its root's outputs. A root of
// before there were any for management has no such output.
func endpointOf(ctx context.Context, stack Stack, root generator.Root) (*journal.Endpoint, error) {
	outputs, err := stack.Outputs(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the outputs of %s: %w", root, err)
	}
	var endpoint journal.Endpoint
	if err := json.Unmarshal(outputs["load_balancer"], &endpoint); err != nil {
		return nil, fmt.Errorf("the root %s has no output load_balancer that drover can read: %w; write outputs.tf again with `drover generate`", root, err)
	}
	if endpoint.DNSName == "" {
		return nil, errors.New("the output load_balancer of " + string(root) + " names no host")
	}
	management := outputs["management"]
	if management == nil {
		return &endpoint, nil
	}
	if err := json.Unmarshal(management, &endpoint.Management); err != nil {
		return nil, fmt.Errorf("the output management of %s is not what drover can read: %w; write outputs.tf again with `drover generate`", root, err)
	}
	if m := endpoint.Management; m != (journal.Management{}) && (m.Domain == "" || m.DNSName == "") {
		return nil, fmt.Errorf("the output management of %s names no domain or no host", root)
	}
	return &endpoint, nil
}

// colorActive asks the platform, not the state.
func (s *session) colorActive(ctx context.Context, c color.Color) error {
	health, err := s.ports.Cloud.ClusterActive(ctx, s.cluster(c))
	if err != nil {
		return fmt.Errorf("asking for cluster %s: %w", s.cluster(c), err)
	}
	if !health.Active {
		return &inactive{fmt.Sprintf("cluster %s is not active: %s", s.cluster(c), health.Detail)}
	}
	return nil
}

// inactive says that the platform was asked, and has no cluster that is up.
type inactive struct{ says string }

func (e *inactive) Error() string { return e.says }

// confirm asks again whether what a phase reached, or rests on, still holds.
func (s *session) confirm(ctx context.Context, e rotation.Effect, emit rotation.Emit) error {
	var err error
	switch e.Phase {
	case rotation.Building:
		err = s.colorActive(ctx, e.Color)
	case rotation.Shift, rotation.Drain, rotation.Destroying:
		err = s.dnsServes(ctx, e.Weights)
	default:
		return fmt.Errorf("confirming %s: it has no post-condition", e.Phase)
	}
	var down *inactive
	if errors.As(err, &down) {
		return emit(ctx, journal.Event{Kind: journal.PhaseReopened, Phase: e.Phase, Detail: err.Error()})
	}
	if err != nil {
		return err
	}
	return emit(ctx, journal.Event{Kind: journal.Stands, Phase: e.Phase})
}
