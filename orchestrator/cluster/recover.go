package cluster

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"drover/generator"
	"drover/orchestrator/color"
	"drover/orchestrator/journal"
	"drover/orchestrator/reconcile"
)

const recoverTime = 30 * time.Minute

// Recover writes to the journal what is there, once a person has read it. active is the color that is to have all
// traffic, where both have some.
func Recover(ctx context.Context, o Options, active color.Color, ask func(found string) error) error {
	return within(ctx, recoverTime, "recover", func(ctx context.Context) error {
		return drive(ctx, o, func(ctx context.Context, s *session) error { return s.recoverJournal(ctx, active, ask) })
	})
}

func (s *session) recoverJournal(ctx context.Context, active color.Color, ask func(found string) error) error {
	if _, err := s.accountOf(ctx); err != nil {
		return err
	}
	known := s.known()
	seen, err := s.see(ctx, everything, known)
	if err != nil {
		return fmt.Errorf("looking at what is there of %s: %w", s.name(), err)
	}
	disagreements := Compare(*s.state(), known, seen)
	if len(disagreements) == 0 {
		return refuse("the journal of "+s.name()+" and what is there agree", "there is nothing to recover")
	}
	found, err := s.remains(ctx, seen)
	if err != nil {
		return err
	}
	events, err := recovery(*s.state(), found, active)
	if err != nil {
		return err
	}
	if events, err = s.withFiles(ctx, events); err != nil {
		return err
	}
	if err := s.agrees(events, seen); err != nil {
		return err
	}
	if err := ask(describeRecovery(disagreements, events)); err != nil {
		return err
	}
	for _, e := range events {
		if err := s.record(ctx, e); err != nil {
			return err
		}
	}
	return s.record(ctx, journal.Event{Kind: journal.Recovered, By: s.By})
}

// withFiles gives each root that stands the files by which drover changes or destroys it: those of today's spec. It says
// where a color was built from others: then drover destroys it with these, and changes it in place only as far as they do.
func (s *session) withFiles(ctx context.Context, events []journal.Event) ([]journal.Event, error) {
	var all []journal.Event
	for _, e := range events {
		if e.Kind != journal.Applied && e.Kind != journal.ApplyIntended {
			all = append(all, e)
			continue
		}
		r := generator.Root(e.Root)
		rendered, err := generator.Render(s.Spec, generator.Options{Version: s.Version, Roots: []generator.Root{r}})
		if err != nil {
			return nil, fmt.Errorf("rendering %s: %w", r, err)
		}
		files := rendered.Root(s.name(), r)
		if got := files.Revision(); e.Revision != "" && got != e.Revision {
			s.Observer.Progress(fmt.Sprintf("%s was built from revision %s, and the spec and this drover render revision %s: restore the spec that it was built from, "+
				"or rotate soon", r, e.Revision, got))
		}
		if e.Bundle, err = s.keep(ctx, r, files); err != nil {
			return nil, err
		}
		if r == generator.Foundation && e.Kind == journal.Applied {
			stack, err := s.asIs(ctx, r)
			if err != nil {
				return nil, err
			}
			if e.Zone, err = zoneOf(ctx, stack); err != nil {
				return nil, err
			}
		}
		all = append(all, e)
	}
	return all, nil
}

// agrees refuses to write what would still not be what is there.
func (s *session) agrees(events []journal.Event, seen reconcile.Seen) error {
	after := s.state().Clone()
	for _, e := range events {
		after.Add(e)
	}
	if left := Compare(after, KnownOf(s.name(), after, false), seen); len(left) > 0 {
		return s.disagrees(left)
	}
	return nil
}

// remains adds to what was seen what only a color's root knows: its load balancers.
func (s *session) remains(ctx context.Context, seen reconcile.Seen) (remains, error) {
	r := remains{foundation: seen.Roots[string(generator.Foundation)].Resources, traffic: seen.Roots[string(generator.Traffic)].Resources,
		colors: map[color.Color]standing{}, weights: weightsOf(seen.Weights)}
	for _, of := range colors {
		c := standing{Cluster: seen.Clusters[string(of)], resources: seen.Roots[string(of)].Resources}
		if c.Exists && c.resources > 0 {
			health, err := s.ports.Cloud.ClusterActive(ctx, s.cluster(of))
			if err != nil {
				return r, fmt.Errorf("asking when the cluster %s was made: %w", s.cluster(of), err)
			}
			c.created = health.Created
			if c.endpoint, err = s.endpointIfWhole(ctx, of); err != nil {
				return r, err
			}
		}
		r.colors[of] = c
	}
	return r, nil
}

// endpointIfWhole is nil for a color whose build did not come as far as its outputs.
func (s *session) endpointIfWhole(ctx context.Context, of color.Color) (*journal.Endpoint, error) {
	stack, err := s.asIs(ctx, root(of))
	if err != nil {
		return nil, err
	}
	outputs, err := stack.Outputs(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the outputs of %s: %w", of, err)
	}
	if text := outputs["load_balancer"]; text == nil || !json.Valid(text) || string(text) == "null" {
		return nil, nil
	}
	return endpointOf(ctx, stack, root(of))
}

// weightsOf are weights by color.
func weightsOf(plain map[string]int) color.Weights {
	weights := color.Weights{}
	for c, weight := range plain {
		weights[color.Color(c)] = weight
	}
	return weights
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
		return "DNS has " + e.Weights.String()
	case journal.WeightsIntended:
		return "the next apply or rotate sets the weights to " + e.Weights.String()
	case journal.Activated:
		return string(e.To) + " is active"
	default:
		return string(e.Kind)
	}
}
