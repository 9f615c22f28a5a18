package orchestrator

import (
	"context"
	"fmt"
	"strings"

	"drover/generator"
	"drover/orchestrator/journal"
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
		if next := i + 1; next == len(lines) || e.Disagreements[next].Do != d.Do {
			lines[i] += ": " + d.Do // once for all that it is about
		}
	}
	return fmt.Sprintf("the journal of %s and what is there disagree; nothing was changed:\n%s\n%s", e.Cluster, strings.Join(lines, "\n"), e.Next)
}

// sources are what a command asks before it acts.
type sources struct {
	roots       []generator.Root
	rollingBack bool // a platform that does not answer for a cluster is no reason to stop
}

var (
	everything = sources{roots: []generator.Root{generator.Foundation, generator.Blue, generator.Green, generator.Traffic}}
	theWayBack = sources{roots: []generator.Root{generator.Traffic}, rollingBack: true}
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
	if from.rollingBack && known.Rotation != nil {
		seen = seen.ToRollBack(known.Rotation.From)
	}
	if found := reconcile.Compare(known, seen); len(found) > 0 {
		return s.disagrees(found)
	}
	return nil
}

func (o Options) disagrees(found []reconcile.Disagreement) error {
	return &Disagrees{Cluster: o.name(), Disagreements: found,
		Next: fmt.Sprintf("the journal is in %s; where no newer one is to be found, %s writes one from what is there", StoreDir(o.Out, o.name()), o.command("recover"))}
}

// knownOf is a journal as plain data.
func knownOf(cluster string, s journal.State, empty bool) reconcile.Known {
	known := reconcile.Known{Cluster: cluster, Empty: empty, Active: s.Active, Foundation: s.Foundation, Weights: s.Weights, Intended: s.Intended,
		Colors: map[string]reconcile.Color{}, Open: map[string]reconcile.Intent{}}
	for name, c := range s.Colors {
		known.Colors[name] = reconcile.Color{Version: c.Version, Revision: c.BuiltFrom, Rotation: c.BuiltBy}
	}
	for root, kind := range s.Open {
		known.Open[root] = map[journal.Kind]reconcile.Intent{journal.ApplyIntended: reconcile.Apply, journal.DestroyIntended: reconcile.Destroy}[kind]
	}
	if r := s.Rotation; r != nil {
		known.Rotation = &reconcile.Rotation{ID: r.ID, From: r.From, To: r.To}
	}
	return known
}
