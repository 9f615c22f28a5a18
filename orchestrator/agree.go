package orchestrator

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"sync"
	"time"

	"drover/generator"
	"drover/orchestrator/journal"
	"drover/orchestrator/platform"
	"drover/orchestrator/reconcile"
)

// Disagrees says that the journal and what is there differ, so that nothing was changed.
type Disagrees struct {
	Cluster       string
	Disagreements []reconcile.Disagreement
	Next          string
}

func (e *Disagrees) Error() string {
	lines := make([]string, len(e.Disagreements))
	for i, d := range e.Disagreements {
		lines[i] = "  " + d.String()
	}
	return fmt.Sprintf("the journal of %s and what is there disagree; nothing was changed:\n%s\n%s", e.Cluster, strings.Join(lines, "\n"), e.Next)
}

// sources are what a command asks before it acts.
type sources struct {
	roots []generator.Root
	// clustersIfTheyAnswer: a platform that does not answer for a cluster is no reason to stop.
	clustersIfTheyAnswer bool
	onlyFrom             bool // of the clusters, only the one that a rotation goes back to
}

var (
	everything = sources{roots: []generator.Root{generator.Foundation, generator.Blue, generator.Green, generator.Traffic}}
	// theWayBack needs neither color's state and not the new color: what is wrong with those must not keep traffic from
	// going back. A color's record is taken out of DNS before the color is destroyed, so DNS alone tells.
	theWayBack = sources{roots: []generator.Root{generator.Traffic}, clustersIfTheyAnswer: true, onlyFrom: true}
	// theAccount is asked without Terraform, which takes no lock and leaves no file.
	theAccount = sources{}
)

// The times that the sources have. A root may have to be initialized first, with providers to download.
const (
	sourceTime = time.Minute
	stateTime  = 10 * time.Minute
)

// agree refuses to go on where the journal and what is there differ. It changes nothing, and takes no answer for "nothing
// is there".
func (s *session) agree(ctx context.Context, from sources) error {
	s.Observer.Progress("comparing the journal with what is there")
	known := knownOf(s.name(), s.state, s.empty)
	seen, err := s.look(ctx, from, known)
	if err != nil {
		return fmt.Errorf("comparing the journal of %s with what is there, before anything is changed: %w", s.name(), err)
	}
	if found := reconcile.Compare(known, seen); len(found) > 0 {
		return s.disagrees(found)
	}
	return nil
}

func (o Options) disagrees(found []reconcile.Disagreement) error {
	return &Disagrees{Cluster: o.name(), Disagreements: found,
		Next: fmt.Sprintf("the journal is in %s; see \"The journal and the account disagree\" in docs/troubleshooting.md", StoreDir(o.Out, o.name()))}
}

// knownOf is a journal as plain data.
func knownOf(cluster string, s journal.State, empty bool) reconcile.Known {
	known := reconcile.Known{Cluster: cluster, Empty: empty, Active: s.Active, Foundation: s.Foundation, Weights: s.Weights, Intended: s.Intended,
		Colors: map[string]reconcile.Color{}, Open: map[string]reconcile.Intent{}}
	for name, c := range s.Colors {
		known.Colors[name] = reconcile.Color{Version: c.Version, Revision: c.BuiltFrom, Rotation: c.BuiltBy, Endpoint: c.Endpoint.DNSName}
	}
	for root, kind := range s.Open {
		known.Open[root] = map[journal.Kind]reconcile.Intent{journal.ApplyIntended: reconcile.Apply, journal.DestroyIntended: reconcile.Destroy}[kind]
	}
	if r := s.Rotation; r != nil {
		known.Rotation = &reconcile.Rotation{ID: r.ID, From: r.From, To: r.To}
	}
	return known
}

// look asks all sources at once.
func (o Options) look(ctx context.Context, from sources, known reconcile.Known) (reconcile.Seen, error) {
	l := &looking{Options: o, from: from, seen: reconcile.Seen{Roots: map[string]reconcile.Root{}, Clusters: map[string]reconcile.Cluster{}}}
	for _, root := range from.roots {
		l.ask(ctx, stateTime, func(ctx context.Context) error { return l.root(ctx, root) })
	}
	for _, color := range reconcile.Colors {
		if !from.onlyFrom || (known.Rotation != nil && known.Rotation.From == color) {
			l.ask(ctx, sourceTime, func(ctx context.Context) error { return l.color(ctx, color) })
		}
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
	from sources
	wait sync.WaitGroup
	mu   sync.Mutex // guards what is below
	seen reconcile.Seen
	errs []error
}

// ask asks one source in the time that it has.
func (l *looking) ask(ctx context.Context, limit time.Duration, question func(context.Context) error) {
	l.wait.Go(func() {
		bounded, cancel := context.WithTimeout(ctx, limit)
		defer cancel()
		err := question(bounded)
		if err != nil && bounded.Err() != nil && ctx.Err() == nil {
			err = fmt.Errorf("no answer in %s: %w; try again, nothing was changed", limit, err)
		}
		if err != nil {
			l.mu.Lock()
			defer l.mu.Unlock()
			l.errs = append(l.errs, err)
		}
	})
}

func (l *looking) root(ctx context.Context, root generator.Root) error {
	if _, err := os.Stat(l.dir(root)); errors.Is(err, fs.ErrNotExist) {
		return l.note(func() { l.seen.Roots[string(root)] = reconcile.Root{NoFiles: true} })
	}
	stack, err := l.Ports.Stack(root)
	if err != nil {
		return fmt.Errorf("opening the %s root: %w", root, err)
	}
	state, err := stack.State(ctx)
	if err != nil {
		return fmt.Errorf("asking what %s's state holds: %w", root, err)
	}
	return l.note(func() {
		l.seen.Roots[string(root)] = reconcile.Root{Resources: state.Resources, Lineage: state.Lineage, Serial: state.Serial}
	})
}

func (l *looking) color(ctx context.Context, color string) error {
	name := l.cluster(color)
	health, err := l.Ports.Cloud.ClusterActive(ctx, name)
	if err != nil && l.from.clustersIfTheyAnswer {
		l.Observer.Progress(fmt.Sprintf("not known whether the cluster %s exists: %v", name, err))
		return nil
	}
	if err != nil {
		return fmt.Errorf("asking whether the cluster %s exists: %w", name, err)
	}
	return l.note(func() {
		l.seen.Clusters[color] = reconcile.Cluster{Name: name, Exists: health.Exists, Version: health.Version,
			Revision: health.Tags[revisionTag], Rotation: health.Tags[rotationTag]}
	})
}

// weights are those of the colors: whatever else has a weight in an adopted zone is somebody's.
func (l *looking) weights(ctx context.Context) error {
	ingress := l.Spec.Spec.Ingress
	weights, err := l.Ports.Cloud.Weights(ctx, platform.Zone{ID: ingress.ZoneID, Cluster: l.name(), Domain: ingress.Domain})
	if err != nil {
		return fmt.Errorf("asking for the weights in DNS: %w", err)
	}
	own := map[string]int{}
	for _, color := range reconcile.Colors {
		if weight, has := weights[color]; has {
			own[color] = weight
		}
	}
	return l.note(func() { l.seen.Weights = own })
}

// tagged asks what no state may know. What holds data may have been left by a destroy.
func (l *looking) tagged(ctx context.Context) error {
	resources, err := l.Ports.Cloud.Leftovers(ctx, l.name(), "")
	if err != nil {
		return fmt.Errorf("asking what carries the tags of %s: %w", l.name(), err)
	}
	var ids []string
	for _, r := range resources {
		if !r.Keeps {
			ids = append(ids, r.ID)
		}
	}
	return l.note(func() { l.seen.Tagged = ids })
}

func (l *looking) note(do func()) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	do()
	return nil
}
