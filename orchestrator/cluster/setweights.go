package cluster

import (
	"context"
	"fmt"
	"maps"
	"time"

	"drover/generator"
	"drover/orchestrator/journal"
	"drover/orchestrator/terraform"
)

// setWeights moves traffic: intent, write, confirmation at every
// authoritative server, outcome. It is safe to repeat. It gives the time to
// live after which no resolver can hold the weights of before.
func (s *session) setWeights(ctx context.Context, to map[string]int) (time.Duration, error) {
	var ttl time.Duration
	for _, weights := range writes(s.servedWeights(), to) {
		err := s.record(ctx, journal.Event{Kind: journal.WeightsIntended, Weights: weights})
		if err != nil {
			return 0, err
		}
		if err := s.writeColors(weights); err != nil {
			return 0, err
		}
		if err := s.applyTraffic(ctx); err != nil {
			return 0, fmt.Errorf("setting weights to %s: %w", weightsText(weights), err)
		}
		s.Observer.Progress("asking the authoritative servers for " + weightsText(weights))
		if ttl, err = s.Ports.DNS.Confirm(ctx, weights); err != nil {
			return 0, fmt.Errorf("confirming weights %s at the authoritative servers: %w", weightsText(weights), err)
		}
		if err := s.record(ctx, journal.Event{Kind: journal.Weights, Weights: weights}); err != nil {
			return 0, err
		}
	}
	return ttl, nil
}

// servedWeights is what DNS surely serves now: where the outcome of the last
// write was lost, of each color the lower of before and intended.
func (s *session) servedWeights() map[string]int {
	served := maps.Clone(s.state.Weights)
	if s.state.Intended == nil {
		return served
	}
	for color, weight := range served {
		served[color] = min(weight, s.state.Intended[color])
	}
	return served
}

func (s *session) applyTraffic(ctx context.Context) error {
	stack, err := s.prepare(ctx, generator.Traffic)
	if err != nil {
		return err
	}
	plan, err := stack.Plan(ctx, terraform.PlanOptions{Unread: true})
	if err != nil {
		return err
	}
	if !plan.Changed {
		return nil
	}
	return stack.Apply(ctx, plan)
}

// initialized opens a root and initializes it, once in a session: its files are
// only ever changed before that.
func (s *session) initialized(ctx context.Context, root generator.Root) (Stack, error) {
	if stack, ok := s.stacks.Load(root); ok {
		return stack.(Stack), nil
	}
	stack, err := s.Ports.Stack(root)
	if err != nil {
		return nil, fmt.Errorf("opening the %s root: %w", root, err)
	}
	if err := stack.Init(ctx); err != nil {
		return nil, fmt.Errorf("initializing the %s root: %w", root, err)
	}
	s.stacks.Store(root, stack)
	return stack, nil
}

// prepare gives a root that is ready to plan: initialized, and with the state
// that an earlier failed upload left behind pushed.
func (s *session) prepare(ctx context.Context, root generator.Root) (Stack, error) {
	stack, err := s.initialized(ctx, root)
	if err != nil {
		return nil, err
	}
	pushed, err := stack.RecoverState(ctx)
	if err != nil {
		return nil, fmt.Errorf("pushing the state that Terraform left behind in the %s root: %w", root, err)
	}
	if pushed {
		s.Observer.Progress(fmt.Sprintf("pushed the state that Terraform left behind in the %s root", root))
	}
	return stack, nil
}
