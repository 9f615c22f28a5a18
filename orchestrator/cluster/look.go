package cluster

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"drover/generator"
	"drover/generator/spec"
	"drover/orchestrator/color"
	"drover/orchestrator/platform"
	"drover/orchestrator/reconcile"
)

// The times that a source has to answer. A root may have to be initialized first, with providers to download.
const (
	sourceTime = time.Minute
	stateTime  = 10 * time.Minute
)

// see asks all sources at once. One that does not answer is an error, never nothing.
func (s *session) see(ctx context.Context, from sources, known reconcile.Known) (reconcile.Seen, error) {
	l := looking{spec: s.Spec, cloud: s.ports.Cloud, observer: s.Observer, stacks: map[generator.Root]Stack{}}
	for _, r := range from.roots { // files are written by one after the other
		stack, err := s.asIs(ctx, r)
		if err != nil {
			return reconcile.Seen{}, err
		}
		l.stacks[r] = stack
	}
	return l.all(ctx, from, known)
}

// asIs opens a root with the files that its state was last changed with, or would be changed with first.
func (s *session) asIs(ctx context.Context, r generator.Root) (Stack, error) {
	if s.state().Bundles[string(r)] != "" {
		files, err := s.bundle(ctx, r)
		if err != nil {
			return nil, err
		}
		if err := s.place(r, files); err != nil {
			return nil, err
		}
	} else {
		files, err := generator.Render(s.Spec, generator.Options{Version: s.Version, Roots: []generator.Root{r}})
		if err != nil {
			return nil, fmt.Errorf("rendering %s: %w", r, err)
		}
		if _, err := s.ports.Workspace.Write(files.Root(s.name(), r), false); err != nil {
			return nil, fmt.Errorf("writing the files of %s: %w", r, err)
		}
	}
	stack, err := s.ports.Stack(r)
	if err != nil {
		return nil, fmt.Errorf("opening the %s root: %w", r, err)
	}
	return stack, nil
}

// looking is one look at everything.
type looking struct {
	spec     spec.Cluster
	cloud    platform.Platform
	observer Observer
	stacks   map[generator.Root]Stack // that are asked for their states
	wait     sync.WaitGroup
	mu       sync.Mutex // guards what is below
	seen     reconcile.Seen
	errs     []error
}

func (l *looking) all(ctx context.Context, from sources, known reconcile.Known) (reconcile.Seen, error) {
	l.seen = reconcile.Seen{Roots: map[string]reconcile.Root{}, Clusters: map[string]reconcile.Cluster{}}
	for r, stack := range l.stacks {
		l.ask(ctx, stateTime, func(ctx context.Context) (found, error) { return l.root(ctx, r, stack) })
	}
	for _, c := range colors {
		l.ask(ctx, sourceTime, func(ctx context.Context) (found, error) {
			had, err := l.color(ctx, c)
			if err != nil && from.rollingBack {
				l.observer.Progress(fmt.Sprintf("%v; DNS has to do", err))
				return nothingFound, nil
			}
			return had, err
		})
	}
	l.ask(ctx, sourceTime, l.weights)
	if known.Empty {
		l.ask(ctx, sourceTime, l.tagged)
	}
	l.wait.Wait()
	return l.seen, errors.Join(l.errs...)
}

// found puts an answer where it belongs.
type found func(*reconcile.Seen)

func nothingFound(*reconcile.Seen) {}

// ask asks one source, in the time that it has.
func (l *looking) ask(ctx context.Context, limit time.Duration, question func(context.Context) (found, error)) {
	l.wait.Go(func() {
		bounded, cancel := context.WithTimeout(ctx, limit)
		defer cancel()
		answer, err := question(bounded)
		if err != nil && bounded.Err() != nil && ctx.Err() == nil {
			err = fmt.Errorf("no answer within %s, try again later: %w", limit, err)
		}
		l.mu.Lock()
		defer l.mu.Unlock()
		if err != nil {
			l.errs = append(l.errs, err)
			return
		}
		answer(&l.seen)
	})
}

func (l *looking) root(ctx context.Context, r generator.Root, stack Stack) (found, error) {
	state, err := stack.State(ctx)
	if err != nil {
		return nil, fmt.Errorf("asking what %s's state holds: %w", r, err)
	}
	return func(s *reconcile.Seen) { s.Roots[string(r)] = reconcile.Root{Resources: state.Resources} }, nil
}

func (l *looking) color(ctx context.Context, c color.Color) (found, error) {
	name := platformName(l.spec, c)
	health, err := l.cloud.ClusterActive(ctx, name)
	if err != nil {
		return nil, fmt.Errorf("asking whether the cluster %s exists: %w", name, err)
	}
	return func(s *reconcile.Seen) {
		s.Clusters[string(c)] = reconcile.Cluster{Name: name, Exists: health.Exists, Version: health.Version,
			Revision: health.Tags[revisionTag], Rotation: health.Tags[rotationTag]}
	}, nil
}

// weights are those of the colors: whatever else has a weight in an adopted zone is somebody's.
func (l *looking) weights(ctx context.Context) (found, error) {
	all, err := l.cloud.Weights(ctx, zoneFor(l.spec, l.spec.Spec.Ingress.ZoneID))
	if err != nil {
		return nil, fmt.Errorf("asking for the weights in DNS: %w", err)
	}
	own := map[string]int{}
	for _, color := range reconcile.Colors {
		if weight, has := all[color]; has {
			own[color] = weight
		}
	}
	return func(s *reconcile.Seen) { s.Weights = own }, nil
}

// tagged asks what no state may know. What holds data may have been left by a destroy.
func (l *looking) tagged(ctx context.Context) (found, error) {
	resources, err := l.cloud.Leftovers(ctx, l.spec.Metadata.Name, "")
	if err != nil {
		return nil, fmt.Errorf("asking what carries the tags of %s: %w", l.spec.Metadata.Name, err)
	}
	var ids []string
	for _, r := range resources {
		if !r.Keeps {
			ids = append(ids, r.ID)
		}
	}
	return func(s *reconcile.Seen) { s.Tagged = ids }, nil
}

// zoneFor names the zone of a cluster's domain; the id may be empty.
func zoneFor(c spec.Cluster, id string) platform.Zone {
	return platform.Zone{ID: id, Cluster: c.Metadata.Name, Domain: c.Spec.Ingress.Domain}
}
