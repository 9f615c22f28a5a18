package cluster

import (
	"context"
	"fmt"
	"sync"
	"time"

	"drover/orchestrator/color"
	"drover/orchestrator/journal"
	"drover/orchestrator/rotation"
	"drover/orchestrator/verify"
)

// shareTime is how long the two load balancers may take to say what they took: the checks wait meanwhile.
const shareTime = 20 * time.Second

// compare asks which part of the new connections the new color took. It never fails: that nothing could be measured is
// recorded, and takes no traffic from a color that is well.
func (s *session) compare(ctx context.Context, e rotation.Effect, emit rotation.Emit) error {
	asked, plan := s.state().Weights[e.Color], s.state().Rotation.Plan
	bounded, cancel := context.WithTimeout(ctx, shareTime)
	defer cancel()
	var flows [2]journal.Flows
	var failures [2]error
	var wait sync.WaitGroup
	for i, c := range []color.Color{e.Color.Other(), e.Color} {
		wait.Go(func() { flows[i], failures[i] = s.taken(bounded, c, e.Window) })
	}
	wait.Wait()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	event := rotation.Arrived(plan, e.Color, asked, flows[0], flows[1])
	for _, err := range failures {
		if err != nil {
			event.Verdict, event.Value, event.Share.Arrived = string(verify.Error), nil, 0
			event.Detail = fmt.Sprintf("%d %% asked for; what arrived could not be measured: %v", asked, err)
		}
	}
	return emit(ctx, event)
}

// taken asks once what a color's load balancer took.
func (s *session) taken(ctx context.Context, c color.Color, window time.Duration) (journal.Flows, error) {
	flows, err := s.ports.Cloud.Flows(ctx, s.state().Colors[c].Endpoint.ARN, window)
	if err != nil {
		return journal.Flows{Seconds: window.Seconds()}, fmt.Errorf("measuring connections to %s: %w", c, err)
	}
	return journal.Flows{Alive: flows.Alive, Gone: flows.Gone, New: flows.New, Active: flows.Active, Until: flows.Until, Seconds: window.Seconds()}, nil
}
