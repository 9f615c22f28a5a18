package orchestrator

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"drover/generator"
	"drover/orchestrator/journal"
	"drover/orchestrator/reconcile"
)

const recoverTime = 30 * time.Minute

// Recover writes to the journal what is there, once a person has read it. Beside it, only the files are written that
// come from the journal. active is the color
// that is to have all traffic, where both have some.
func Recover(ctx context.Context, o Options, active string, ask func(found string) error) error {
	return within(ctx, recoverTime, "recover", func(ctx context.Context) error { return recoverJournal(ctx, o, active, ask) })
}

func recoverJournal(ctx context.Context, o Options, active string, ask func(found string) error) (err error) {
	s, err := open(ctx, o)
	if err != nil {
		return err
	}
	defer closing(s, &err)
	if _, err := s.accountOf(ctx); err != nil {
		return err
	}
	known := knownOf(s.name(), s.state, s.empty)
	seen, err := s.look(ctx, everything, known)
	if err != nil {
		return fmt.Errorf("looking at what is there of %s: %w", s.name(), err)
	}
	disagreements := reconcile.Compare(known, seen)
	if len(disagreements) == 0 {
		return &Refused{"the journal of " + s.name() + " and what is there agree", "there is nothing to recover"}
	}
	found, err := s.remains(ctx, seen)
	if err != nil {
		return err
	}
	events, err := recovery(s.state, found, active)
	if err != nil {
		return err
	}
	if err := s.agrees(ctx, events, seen); err != nil {
		return err
	}
	if err := ask(describeRecovery(disagreements, events)); err != nil {
		return err
	}
	return s.writeRecovery(ctx, events)
}

func (s *session) writeRecovery(ctx context.Context, events []journal.Event) error {
	s.keepWhatStands(events)
	for _, e := range events {
		if err := s.record(ctx, e); err != nil {
			return err
		}
	}
	return s.writeInputs()
}

// writeInputs writes the files that the roots read and that come from the journal alone.
func (s *session) writeInputs() error {
	if len(s.state.Weights) > 0 {
		if err := s.writeColors(s.state.Weights); err != nil {
			return err
		}
	}
	for color := range s.state.Colors {
		if err := s.writeOrigin(generator.Root(color), ""); err != nil {
			return err
		}
	}
	return nil
}

// agrees refuses to write what would still not be what is there.
func (s *session) agrees(ctx context.Context, events []journal.Event, seen reconcile.Seen) error {
	before, err := s.store.Events(ctx)
	if err != nil {
		return err
	}
	after := journal.Fold(append(before, events...))
	if left := reconcile.Compare(knownOf(s.name(), after, false), seen); len(left) > 0 {
		return s.disagrees(left)
	}
	return nil
}

// remains adds to what was seen what only a color's root knows: its load balancers.
func (s *session) remains(ctx context.Context, seen reconcile.Seen) (remains, error) {
	r := remains{foundation: seen.Roots[string(generator.Foundation)].Resources, traffic: seen.Roots[string(generator.Traffic)].Resources,
		colors: map[string]standing{}, weights: seen.Weights}
	for _, color := range reconcile.Colors {
		c := standing{Cluster: seen.Clusters[color], resources: seen.Roots[color].Resources}
		if c.Exists && c.resources > 0 {
			health, err := s.Ports.Cloud.ClusterActive(ctx, s.cluster(color))
			if err != nil {
				return r, fmt.Errorf("asking when the cluster %s was made: %w", s.cluster(color), err)
			}
			c.created = health.Created
			if c.endpoint, err = s.endpointIfWhole(ctx, generator.Root(color)); err != nil {
				return r, err
			}
		}
		r.colors[color] = c
	}
	return r, nil
}

// endpointIfWhole is nil for a color whose build did not come as far as its outputs.
func (s *session) endpointIfWhole(ctx context.Context, root generator.Root) (*journal.Endpoint, error) {
	stack, err := s.prepare(ctx, root)
	if err != nil {
		return nil, err
	}
	outputs, err := stack.Outputs(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the outputs of %s: %w", root, err)
	}
	if text := outputs["load_balancer"]; text == nil || !json.Valid(text) || string(text) == "null" {
		return nil, nil
	}
	return endpointOf(ctx, stack, root)
}

// keepWhatStands puts the files of a color back into the store, if those on disk are the ones that it was built from.
func (s *session) keepWhatStands(events []journal.Event) {
	for _, e := range events {
		if e.Kind != journal.Applied || e.Revision == "" {
			continue
		}
		if err := s.keepPresent(generator.Root(e.Root), e.Revision); err != nil {
			s.Observer.Progress(fmt.Sprintf("the files that %s was built from are not in the store: %v; restore its directory from version control before you change it", e.Root, err))
		}
	}
}

func (s *session) keepPresent(root generator.Root, revision string) error {
	rendered, err := generator.Render(s.Spec, generator.Options{Version: s.Version, Roots: []generator.Root{root}})
	if err != nil {
		return err
	}
	present, err := generator.Present(s.Out, rendered)
	if err != nil {
		return err
	}
	own := present.Root(s.name(), root)
	if got := own.Revision(); got != revision {
		return fmt.Errorf("those on disk are of revision %s, not %s", got, revision)
	}
	return s.store.SaveBundle(revision, own)
}

// describeRecovery is what a person reads before the journal is written.
func describeRecovery(disagreements []reconcile.Disagreement, events []journal.Event) string {
	var text strings.Builder
	for _, d := range disagreements {
		fmt.Fprintf(&text, "now: %s\n", d)
	}
	for _, e := range events {
		fmt.Fprintf(&text, "the journal will say: %s\n", recovered(e))
	}
	return text.String()
}

func recovered(e journal.Event) string {
	switch e.Kind {
	case journal.RotationFinished:
		return fmt.Sprintf("rotation %s ended, failed", e.Rotation)
	case journal.Applied:
		text := e.Root + " stands"
		if e.Version != "" {
			text += " at Kubernetes " + e.Version
		}
		if e.Revision != "" {
			text += ", revision " + e.Revision
		}
		return text
	case journal.ApplyIntended:
		return e.Root + " is there in part"
	case journal.Destroyed:
		return "what the journal had of " + e.Root + " is no more"
	case journal.Weights:
		return "DNS has " + weightsText(e.Weights)
	case journal.WeightsIntended:
		return "the next apply or rotate sets the weights to " + weightsText(e.Weights)
	case journal.Activated:
		return e.To + " is active"
	default:
		return string(e.Kind)
	}
}
