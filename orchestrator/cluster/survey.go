package cluster

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"drover/generator"
	"drover/orchestrator/color"
	"drover/orchestrator/journal"
	"drover/orchestrator/platform"
	"drover/orchestrator/reconcile"
)

// The times that a source has to answer. A root may have to be initialized first, with providers to download. A way back
// does not wait for a platform that hangs.
const (
	sourceTime = time.Minute
	onceTime   = 20 * time.Second // of it, so that one request that hangs leaves time for others
	backTime   = 5 * time.Second
	stateTime  = 10 * time.Minute
)

// sources are what a command asks before it acts. Clusters and weights always are: the platform answers for them in a
// request each. A state takes Terraform, which takes seconds.
type sources struct {
	states      []generator.Root // that are read; with an empty journal, all whose files are there
	standby     bool             // also that of a color of which the journal has nothing
	rollingBack bool             // a platform that does not answer for a cluster is no reason to stop
}

var (
	allRoots   = []generator.Root{generator.Foundation, generator.Blue, generator.Green, generator.Traffic}
	everything = sources{states: allRoots, standby: true}
	// asApplying leaves out a standby that is empty: apply does not touch it, and the platform tells whether it has a cluster.
	asApplying = sources{states: allRoots}
	// asRotating leaves out the states: a rotation plans what it uses of them, and refuses a plan of a state that was lost.
	asRotating = sources{}
	theWayBack = sources{rollingBack: true}
)

// survey asks all sources at once. One that does not answer is an error, never nothing.
func (s *session) survey(ctx context.Context, from sources, known reconcile.Known) (reconcile.Seen, error) {
	asked := newSurvey(s.Options, s.ports.Cloud, zoneToAsk(s.Options, *s.state()))
	if known.Empty && !from.rollingBack {
		from = everything
	}
	for _, r := range from.states {
		if isColor := r == generator.Blue || r == generator.Green; isColor && !from.standby && !known.MayStand(string(r)) {
			continue
		}
		stack, err := s.readable(ctx, r)
		if err != nil {
			return reconcile.Seen{}, err
		}
		asked.stacks[r] = stack
	}
	return asked.run(ctx, from, known)
}

// readable opens a root whose state can be read, with the files that are there, or else with those that the journal has.
// It is nil if there are none.
func (s *session) readable(ctx context.Context, r generator.Root) (Stack, error) {
	has, err := s.hasFiles(r)
	if err != nil {
		return nil, err
	}
	if !has && s.state().Bundles[string(r)] == "" {
		return nil, nil
	}
	if !has {
		files, err := s.bundle(ctx, r)
		if err != nil {
			return nil, err
		}
		if err := s.place(r, files); err != nil {
			return nil, err
		}
	}
	stack, err := s.ports.Stack(r)
	if err != nil {
		return nil, fmt.Errorf("opening the %s root: %w", r, err)
	}
	return stack, nil
}

// hasFiles is true if the directory has a root's configuration, or a local state that was left without one.
func (s *session) hasFiles(r generator.Root) (bool, error) {
	for _, name := range []string{mainFile, stateFile} {
		has, err := s.ports.Workspace.Get(r, name)
		if err != nil {
			return false, fmt.Errorf("looking for the files of %s: %w", r, err)
		}
		if has != nil {
			return true, nil
		}
	}
	return false, nil
}

// survey is one look at everything.
type survey struct {
	Options
	cloud  platform.Platform
	zone   platform.Zone
	stacks map[generator.Root]Stack // whose states are read; nil: there are no files to read one with

	wait sync.WaitGroup
	mu   sync.Mutex // guards what is below
	seen reconcile.Seen
	errs []error
}

func newSurvey(o Options, cloud platform.Platform, zone platform.Zone) *survey {
	return &survey{Options: o, cloud: cloud, zone: zone, stacks: map[generator.Root]Stack{},
		seen: reconcile.Seen{Roots: map[string]reconcile.Root{}, Clusters: map[string]reconcile.Cluster{}}}
}

// zoneToAsk is the zone of the domain: the spec's, or that of a foundation that surely stands, or whichever has the
// domain's name.
func zoneToAsk(o Options, s journal.State) platform.Zone {
	zone := platform.Zone{ID: o.Spec.Spec.Ingress.ZoneID, Cluster: o.name(), Domain: o.Spec.Spec.Ingress.Domain}
	if _, open := s.Open[string(generator.Foundation)]; zone.ID == "" && !open {
		zone.ID = s.Zone
	}
	return zone
}

func (l *survey) run(ctx context.Context, from sources, known reconcile.Known) (reconcile.Seen, error) {
	for r, stack := range l.stacks {
		l.ask(ctx, stateTime, stateTime, func(ctx context.Context) (found, error) { return l.root(ctx, r, stack) })
	}
	limit, once := sourceTime, onceTime
	if from.rollingBack {
		limit, once = backTime, backTime
	}
	for _, c := range reconcile.Colors {
		l.ask(ctx, limit, once, func(ctx context.Context) (found, error) {
			had, err := l.color(ctx, color.Color(c))
			if err != nil && from.rollingBack {
				l.Observer.Progress(fmt.Sprintf("%v; DNS has to do", err))
				return nothingFound, nil
			}
			return had, err
		})
	}
	l.ask(ctx, sourceTime, onceTime, l.weights)
	if known.Empty {
		l.ask(ctx, sourceTime, onceTime, l.tagged)
	}
	l.wait.Wait()
	return l.seen, errors.Join(l.errs...)
}

// found puts an answer where it belongs.
type found func(*reconcile.Seen)

func nothingFound(*reconcile.Seen) {}

// ask asks one source, in the time that it has as a whole and once.
func (l *survey) ask(ctx context.Context, limit, once time.Duration, question func(context.Context) (found, error)) {
	l.wait.Go(func() {
		bounded, cancel := context.WithTimeout(ctx, limit)
		defer cancel()
		answer, err := askAgain(bounded, l.Clock, once, question)
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

func (l *survey) root(ctx context.Context, r generator.Root, stack Stack) (found, error) {
	if stack == nil {
		return func(s *reconcile.Seen) { s.Roots[string(r)] = reconcile.Root{NoFiles: true} }, nil
	}
	state, err := stack.State(ctx)
	if err != nil {
		return nil, fmt.Errorf("asking what %s's state holds: %w", r, err)
	}
	return func(s *reconcile.Seen) {
		s.Roots[string(r)] = reconcile.Root{Resources: state.Resources}
	}, nil
}

func (l *survey) color(ctx context.Context, c color.Color) (found, error) {
	name := l.cluster(c)
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
func (l *survey) weights(ctx context.Context) (found, error) {
	all, err := l.cloud.Weights(ctx, l.zone)
	if err != nil {
		return nil, fmt.Errorf("asking for the weights in DNS: %w", err)
	}
	own := map[string]int{}
	for _, c := range reconcile.Colors {
		if weight, has := all[c]; has {
			own[c] = weight
		}
	}
	return func(s *reconcile.Seen) { s.Weights = own }, nil
}

// tagged asks what no state may know. What holds data may have been left by a destroy.
func (l *survey) tagged(ctx context.Context) (found, error) {
	resources, err := l.cloud.Leftovers(ctx, l.name(), "")
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
