package cluster

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"drover/generator"
	"drover/orchestrator/color"
	"drover/orchestrator/journal"
	"drover/orchestrator/reconcile"
)

// standing is what stands of a color, as recover found it.
type standing struct {
	reconcile.Cluster
	resources int // in its state
	endpoint  *journal.Endpoint
	created   time.Time
}

// remains is what stands of a cluster, as recover found it.
type remains struct {
	foundation, traffic int // resources in the states
	colors              map[color.Color]standing
	weights             color.Weights
	zone                string
	bundles             map[generator.Root]string // digests of what the roots are destroyed with
}

// remains adds to what was seen what only a root knows: load balancers, the zone, and the files.
func (r *recovering) remains(ctx context.Context, seen reconcile.Seen) (remains, error) {
	found := remains{foundation: seen.Roots[string(generator.Foundation)].Resources, traffic: seen.Roots[string(generator.Traffic)].Resources,
		colors: map[color.Color]standing{}, weights: colored(seen.Weights), bundles: map[generator.Root]string{}}
	for _, name := range reconcile.Colors {
		c := standing{Cluster: seen.Clusters[name], resources: seen.Roots[name].Resources}
		found.colors[color.Color(name)] = c
	}
	if err := found.managed(); err != nil {
		return found, err
	}
	for _, root := range allRoots {
		if seen.Roots[string(root)].Resources == 0 {
			continue
		}
		stack, err := r.opened(ctx, root)
		if err != nil {
			return found, err
		}
		found.bundles[root] = r.bundles[root].digest
		if root == generator.Foundation {
			if found.zone, err = zoneIfWhole(ctx, stack); err != nil {
				return found, err
			}
		}
		c, is := found.colors[color.Color(root)]
		if !is || !c.Exists {
			continue
		}
		if c.endpoint, err = endpointIfWhole(ctx, stack, root); err != nil {
			return found, err
		}
		health, err := r.ports.Cloud.ClusterActive(ctx, c.Name)
		if err != nil {
			return found, fmt.Errorf("asking when the cluster %s was made: %w", c.Name, err)
		}
		c.created = health.Created
		found.colors[color.Color(root)] = c
	}
	return found, nil
}

// opened initializes a root with the files that are there, and puts those into the store: they are what destroys it.
func (r *recovering) opened(ctx context.Context, root generator.Root) (Stack, error) {
	rendered, err := r.rendered(ctx, root)
	if err != nil {
		return nil, err
	}
	files := rendered
	present, err := r.ports.Workspace.Present(rendered)
	if err != nil {
		return nil, err
	}
	if own := present.Root(r.name(), root); len(own) > 0 {
		files = own
	}
	revision := files.Revision()
	if err := r.place(root, files); err != nil {
		return nil, err
	}
	stack, err := r.initialized(ctx, root)
	if err != nil {
		return nil, err
	}
	digest, err := r.keep(ctx, root, files)
	if err != nil {
		return nil, err
	}
	r.bundles[root] = kept{digest, revision}
	return stack, nil
}

// zoneIfWhole is empty for a foundation whose build did not come as far as its outputs.
func zoneIfWhole(ctx context.Context, stack Stack) (string, error) {
	outputs, err := stack.Outputs(ctx)
	if err != nil {
		return "", fmt.Errorf("reading the outputs of the foundation: %w", err)
	}
	if !given(outputs["zone_id"]) {
		return "", nil
	}
	return zoneOf(ctx, stack)
}

// endpointIfWhole is nil for a color whose build did not come as far as its outputs.
func endpointIfWhole(ctx context.Context, stack Stack, root generator.Root) (*journal.Endpoint, error) {
	outputs, err := stack.Outputs(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the outputs of %s: %w", root, err)
	}
	if !given(outputs["load_balancer"]) {
		return nil, nil
	}
	return endpointOf(ctx, stack, root)
}

func given(output json.RawMessage) bool {
	return output != nil && json.Valid(output) && string(output) != "null"
}
