package cluster

import (
	"context"
	"fmt"
	"maps"
	"strings"

	"drover/generator"
	"drover/orchestrator/color"
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

// A way back rests on the old color alone: it must not wait for Terraform or the new color.
var (
	everything = sources{roots: generator.Roots()}
	theWayBack = sources{rollingBack: true}
)

// agree refuses to go on where the journal and what is there differ. It changes nothing, and takes no answer for "nothing
// is there".
func (s *session) agree(ctx context.Context, from sources) error {
	s.Observer.Progress("comparing the journal with what is there")
	known := s.known()
	seen, err := s.see(ctx, from, known)
	if err != nil {
		return fmt.Errorf("comparing the journal of %s with what is there, before anything is changed: %w", s.name(), err)
	}
	if from.rollingBack && known.Rotation != nil {
		seen = seen.ToRollBack(known.Rotation.From)
	}
	if found := Compare(*s.state(), known, seen); len(found) > 0 {
		return s.disagrees(found)
	}
	return nil
}

// Compare lists in what a journal and what is there differ. Any weights whose outcome was lost may be there.
func Compare(s journal.State, known reconcile.Known, seen reconcile.Seen) []reconcile.Disagreement {
	for _, weights := range s.Unsure {
		if maps.Equal(plain(weights), seen.Weights) {
			known.Intended = seen.Weights
		}
	}
	return reconcile.Compare(known, seen)
}

func (o Options) disagrees(found []reconcile.Disagreement) error {
	return &Disagrees{Cluster: o.name(), Disagreements: found,
		Next: fmt.Sprintf("the journal is in drover's store, beside the Terraform state; where no newer one is to be found, %s writes one from what is there", o.command("recover"))}
}

func (s *session) known() reconcile.Known { return KnownOf(s.name(), *s.state(), s.unknown) }

// KnownOf is a journal as plain data.
func KnownOf(cluster string, s journal.State, empty bool) reconcile.Known {
	known := reconcile.Known{Cluster: cluster, Empty: empty, Active: string(s.Active), Foundation: s.Bundles[string(generator.Foundation)] != "",
		Weights: plain(s.Weights), Intended: plain(s.Intended), Colors: map[string]reconcile.Color{}, Open: map[string]reconcile.Intent{}}
	for name, c := range s.Colors {
		known.Colors[string(name)] = reconcile.Color{Version: c.Version, Revision: c.BuiltFrom, Rotation: c.BuiltBy}
	}
	for root, kind := range s.Open {
		known.Open[root] = map[journal.Kind]reconcile.Intent{journal.ApplyIntended: reconcile.Apply, journal.DestroyIntended: reconcile.Destroy}[kind]
	}
	if r := s.Rotation; r != nil {
		known.Rotation = &reconcile.Rotation{ID: r.ID, From: string(r.From), To: string(r.To)}
	}
	return known
}

// colors are the two slots.
var colors = []color.Color{color.Blue, color.Green}
