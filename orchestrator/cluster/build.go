package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"drover/generator"
	"drover/orchestrator/journal"
	"drover/orchestrator/terraform"
)

// cluster is a color's name on the platform.
func (o Options) cluster(color string) string { return o.name() + "-" + color }

// render writes green's files once. What a rotation began with it ends with: a
// spec that changes meanwhile is for the next one.
func (r *rotation) render(ctx context.Context) (result, error) {
	root := generator.Root(r.to())
	if revision := r.state.Rotation.Revision; revision != "" {
		kept, err := r.store.Bundle(revision)
		if err != nil {
			return result{}, err
		}
		if _, err := generator.Write(r.Out, kept, generator.WriteOptions{Force: true}); err != nil {
			return result{}, fmt.Errorf("writing the files of revision %s again: %w", revision, err)
		}
		return result{journal.Done, "revision " + revision + " from its bundle"}, nil
	}
	files, err := generator.Render(r.Spec, generator.Options{Version: r.Version, Roots: []generator.Root{root}})
	if err != nil {
		return result{}, fmt.Errorf("rendering %s: %w", root, err)
	}
	if _, err := generator.Write(r.Out, files, generator.WriteOptions{}); err != nil {
		return result{}, fmt.Errorf("writing %s: %w", root, err)
	}
	revision, err := r.keep(ctx, files, root)
	return result{journal.Done, "revision " + revision}, err
}

// keep puts a root's bundle into the store and records its revision.
func (s *session) keep(ctx context.Context, files generator.Files, root generator.Root) (string, error) {
	own := files.Root(s.name(), root)
	revision := own.Revision()
	if err := s.store.SaveBundle(revision, own); err != nil {
		return "", err
	}
	return revision, s.record(ctx, journal.Event{Kind: journal.Rendered, Root: string(root), Revision: revision})
}

// rendered asks that the files on disk are the ones in the bundle.
func (r *rotation) rendered(context.Context) error {
	kept, err := r.store.Bundle(r.state.Rotation.Revision)
	if err != nil {
		return err
	}
	changes, err := generator.Write(r.Out, kept, generator.WriteOptions{Check: true})
	if err != nil {
		return fmt.Errorf("comparing %s with its bundle: %w", r.to(), err)
	}
	if !changes.Empty() {
		return fmt.Errorf("the files of %s are not those of revision %s", r.to(), r.state.Rotation.Revision)
	}
	return nil
}

func (r *rotation) build(ctx context.Context) (result, error) {
	root := generator.Root(r.to())
	if !r.state.Rotation.Building {
		if err := r.clearStandby(ctx); err != nil {
			return result{}, err
		}
	}
	made, err := r.applyColor(ctx, root, r.state.Rotation.Version, r.state.Rotation.Revision, buildsOnly)
	if err != nil {
		return result{}, err
	}
	return result{journal.Done, fmt.Sprintf("%s at %s, %d changes", r.cluster(r.to()), r.state.Rotation.Version, made)}, nil
}

// clearStandby removes what an earlier, abandoned rotation left in the
// standby's state: green is always built anew.
func (r *rotation) clearStandby(ctx context.Context) error {
	if weight := r.servedWeights()[r.to()]; weight > 0 {
		return &Refused{fmt.Sprintf("%s should be the standby, and has %d of the traffic", r.to(), weight), "send all traffic to one color with " + r.command("rollback")}
	}
	stack, err := r.prepare(ctx, generator.Root(r.to()))
	if err != nil {
		return err
	}
	empty, err := stack.StateEmpty(ctx)
	if err != nil {
		return fmt.Errorf("asking what %s's state holds: %w", r.to(), err)
	}
	if empty {
		return nil
	}
	r.Observer.Progress("removing what an earlier rotation left of " + r.to())
	if _, ok := r.state.Weights[r.to()]; ok {
		if _, err := r.setWeights(ctx, map[string]int{r.from(): 100}); err != nil {
			return err
		}
	}
	if err := r.clearFirst(ctx, r.to()); err != nil {
		return err
	}
	return r.destroyRoot(ctx, stack, generator.Root(r.to()), r.to())
}

// applyColor plans a color's root, has the plan guarded, applies it and
// records what stands. It gives the number of changes made.
func (s *session) applyColor(ctx context.Context, root generator.Root, version, revision string, guard planGuard) (int, error) {
	if err := s.writeOrigin(root, revision); err != nil {
		return 0, err
	}
	stack, err := s.prepare(ctx, root)
	if err != nil {
		return 0, err
	}
	plan, err := stack.Plan(ctx, terraform.PlanOptions{})
	if err != nil {
		return 0, fmt.Errorf("planning %s: %w", root, err)
	}
	if err := guard(plan.JSON, s.name(), string(root)); err != nil {
		return 0, err
	}
	changes := len(changed(plan.JSON))
	if changes > 0 {
		event := journal.Event{Kind: journal.ApplyIntended, Root: string(root), Version: version, Revision: revision}
		if err := s.record(ctx, event); err != nil {
			return 0, err
		}
		if err := stack.Apply(ctx, plan); err != nil {
			return 0, fmt.Errorf("applying %s: %w", root, err)
		}
	}
	endpoint, err := endpointOf(ctx, stack, root)
	if err != nil {
		return 0, err
	}
	have := s.state.Colors[string(root)]
	if changes == 0 && have.Endpoint == *endpoint && have.Revision == revision && have.Version == version {
		return 0, nil // nothing new to record
	}
	return changes, s.record(ctx, journal.Event{Kind: journal.Applied, Root: string(root), Version: version, Revision: revision,
		Endpoint: endpoint, Detail: fmt.Sprintf("%d changes", changes)})
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

// built asks the platform, not the state.
func (r *rotation) built(ctx context.Context) error { return r.colorActive(ctx, r.to()) }

func (s *session) colorActive(ctx context.Context, color string) error {
	health, err := s.Ports.Cloud.ClusterActive(ctx, s.cluster(color))
	if err != nil {
		return fmt.Errorf("asking for cluster %s: %w", s.cluster(color), err)
	}
	if !health.Active {
		return fmt.Errorf("cluster %s is not active: %s", s.cluster(color), health.Detail)
	}
	return nil
}

// bootstrap has nothing to do without GitOps; preflight refuses a spec that asks for it.
func (r *rotation) bootstrap(context.Context) (result, error) {
	if r.Spec.Spec.GitOps != nil {
		return result{}, errors.New("starting a GitOps agent is not built yet: remove spec.gitops")
	}
	return result{journal.Skipped, "the spec names no GitOps repository; Pod Identity was joined by build"}, nil
}
