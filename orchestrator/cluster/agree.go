package cluster

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"drover/orchestrator/color"
	"drover/orchestrator/history"
	"drover/orchestrator/journal"
	"drover/orchestrator/reconcile"
	"drover/orchestrator/rotation"
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

// agree refuses to go on where the journal and what is there differ. It changes nothing, and takes no answer for "nothing
// is there". A process asks once.
func (s *session) agree(ctx context.Context, from sources) error {
	if s.agreed {
		return nil
	}
	if r := s.state().Rotation; r != nil && r.Back != nil {
		from = theWayBack
	}
	known := s.known()
	if !from.rollingBack { // what somebody else's account holds says nothing; a way back does not wait for more answers than it needs
		if _, err := s.accountOf(ctx); err != nil {
			return s.unasked(err)
		}
	}
	s.Observer.Progress("comparing the journal with what is there")
	seen, err := s.survey(ctx, from, known)
	if err != nil {
		return s.unasked(fmt.Errorf("comparing the journal of %s with what is there: %w", s.name(), err))
	}
	if from.rollingBack && known.Rotation != nil {
		seen = seen.ToRollBack(known.Rotation.From)
	}
	if found := reconcile.Compare(known, seen); len(found) > 0 {
		return s.disagrees(found)
	}
	s.agreed = true
	return nil
}

// unasked says what to do about a question that was not answered; a refusal says that itself.
func (s *session) unasked(err error) error {
	var refused *rotation.Refused
	if errors.As(err, &refused) {
		return err
	}
	return fmt.Errorf("%w; nothing was changed; fix this, then run %s again", err, s.command(strings.TrimPrefix(s.Holder.Command, "drover ")))
}

// known is the journal as plain data.
func (s *session) known() reconcile.Known { return knownOf(s.name(), *s.state(), s.unknown) }

func (o Options) disagrees(found []reconcile.Disagreement) error {
	return &Disagrees{Cluster: o.name(), Disagreements: found,
		Next: fmt.Sprintf("the journal is in %s; where no newer one is to be found, %s writes one from what is there", o.StoreAt, o.command("recover"))}
}

// knownOf is a journal as plain data. Empty is true if it tells nothing of a cluster.
func knownOf(cluster string, s journal.State, empty bool) reconcile.Known {
	known := reconcile.Known{Cluster: cluster, Empty: empty, Active: string(s.Active), Foundation: s.Foundation(), Weights: plain(s.Weights),
		Colors: map[string]reconcile.Color{}, Open: map[string]reconcile.Intent{}}
	for _, weights := range s.Unsure {
		known.Unsure = append(known.Unsure, plain(weights))
	}
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

// colored is weights as the journal has them.
func colored(weights map[string]int) color.Weights {
	w := make(color.Weights, len(weights))
	for c, weight := range weights {
		w[color.Color(c)] = weight
	}
	return w
}

// Stands is an error where the account is not as the journal says, or where there is no journal and no answer, so that
// it is not known whether anything stands.
func (o Options) Stands(status history.Status) error {
	a := status.Account
	switch {
	case a == nil:
		return nil
	case len(a.Disagreements) > 0:
		return o.disagrees(a.Disagreements)
	case !a.Asked && status.Active == "":
		return fmt.Errorf("cannot tell whether %s is built: the journal in %s has no active cluster, and the account did not answer: %s",
			o.name(), o.StoreAt, a.Reason)
	}
	return nil
}
