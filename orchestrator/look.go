package orchestrator

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"time"

	"drover/generator"
	"drover/orchestrator/platform"
	"drover/orchestrator/reconcile"
)

// The times that a source has to answer. A root may have to be initialized first, with providers to download.
const (
	sourceTime = time.Minute
	stateTime  = 10 * time.Minute
)

// look asks all sources at once. One that does not answer is an error, never nothing.
func (o Options) look(ctx context.Context, from sources, known reconcile.Known) (reconcile.Seen, error) {
	l := &looking{Options: o, seen: reconcile.Seen{Roots: map[string]reconcile.Root{}, Clusters: map[string]reconcile.Cluster{}}}
	for _, root := range from.roots {
		l.ask(ctx, stateTime, func(ctx context.Context) (found, error) { return l.root(ctx, root) })
	}
	for _, color := range reconcile.Colors {
		l.ask(ctx, sourceTime, func(ctx context.Context) (found, error) {
			had, err := l.color(ctx, color)
			if err != nil && from.rollingBack {
				l.Observer.Progress(fmt.Sprintf("%v; DNS has to do", err))
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

// looking is one look at everything.
type looking struct {
	Options
	wait sync.WaitGroup
	mu   sync.Mutex // guards what is below
	seen reconcile.Seen
	errs []error
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

func (l *looking) root(ctx context.Context, root generator.Root) (found, error) {
	if _, err := os.Stat(l.dir(root)); errors.Is(err, fs.ErrNotExist) {
		return func(s *reconcile.Seen) { s.Roots[string(root)] = reconcile.Root{NoFiles: true} }, nil
	}
	stack, err := l.Ports.Stack(root)
	if err != nil {
		return nil, fmt.Errorf("opening the %s root: %w", root, err)
	}
	state, err := stack.State(ctx)
	if err != nil {
		return nil, fmt.Errorf("asking what %s's state holds: %w", root, err)
	}
	return func(s *reconcile.Seen) {
		s.Roots[string(root)] = reconcile.Root{Resources: state.Resources}
	}, nil
}

func (l *looking) color(ctx context.Context, color string) (found, error) {
	name := l.cluster(color)
	health, err := l.Ports.Cloud.ClusterActive(ctx, name)
	if err != nil {
		return nil, fmt.Errorf("asking whether the cluster %s exists: %w", name, err)
	}
	return func(s *reconcile.Seen) {
		s.Clusters[color] = reconcile.Cluster{Name: name, Exists: health.Exists, Version: health.Version,
			Revision: health.Tags[revisionTag], Rotation: health.Tags[rotationTag]}
	}, nil
}

// weights are those of the colors: whatever else has a weight in an adopted zone is somebody's.
func (l *looking) weights(ctx context.Context) (found, error) {
	ingress := l.Spec.Spec.Ingress
	all, err := l.Ports.Cloud.Weights(ctx, platform.Zone{ID: ingress.ZoneID, Cluster: l.name(), Domain: ingress.Domain})
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
	resources, err := l.Ports.Cloud.Leftovers(ctx, l.name(), "")
	if err != nil {
		return nil, fmt.Errorf("asking what carries the tags of %s: %w", l.name(), err)
	}
	var ids []string
	for _, r := range resources {
		if !r.Keeps {
			ids = append(ids, r.ID)
		}
	}
	return func(s *reconcile.Seen) { s.Tagged = ids }, nil
}
