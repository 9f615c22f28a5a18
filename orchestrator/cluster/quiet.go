package cluster

import (
	"context"
	"fmt"
	"slices"
	"time"

	"drover/orchestrator/color"
	"drover/orchestrator/journal"
	"drover/orchestrator/platform"
	"drover/orchestrator/rotation"
)

// flowsTime is how long one measurement may take.
const flowsTime = 30 * time.Second

// quiet waits until a color that ever had traffic is measured quiet, open connections included. A rotation measures the
// color that it drains itself; this is for one that is left of an earlier rotation, or that a recovery found. Of a color
// whose deletion has begun nothing can be asked any more.
func (s *session) quiet(ctx context.Context, c color.Color) error {
	had, stands := s.state().Colors[c]
	if !stands || !had.Carried || s.state().Open[string(c)] == journal.DestroyIntended {
		return nil
	}
	wanted := rotation.Quiet{Since: had.ZeroAt.Add(s.state().TTL), For: s.Spec.Spec.Rotation.Quiet.Std(), Peak: s.peak()}
	var last *journal.Flows
	var at time.Time
	for until, said := s.Clock.Now().Add(wanted.For+rotation.QuietLimit), ""; ; {
		flows, err := s.flows(ctx, had.Endpoint.ARN, wanted.Window(s.Clock.Now(), last, at))
		if err != nil {
			return fmt.Errorf("measuring connections to %s before it is destroyed: %w", c, err)
		}
		last, at = &flows, s.Clock.Now()
		if !flows.Gone {
			wanted.Gone = time.Time{}
		} else if wanted.Gone.IsZero() {
			wanted.Gone = at
		}
		why := wanted.Not(flows, at)
		if why == "" {
			return nil
		}
		if why != said {
			said = why
			s.Observer.Progress(fmt.Sprintf("waiting for %s to be quiet before it is destroyed: %s", c, why))
		}
		if err := s.awaitQuiet(ctx, c, why, wanted.Again(at), until); err != nil {
			return err
		}
	}
}

// awaitQuiet waits for the next measurement, if there is to be one.
func (s *session) awaitQuiet(ctx context.Context, c color.Color, why string, again, until time.Time) error {
	if again.After(until) {
		return refuse(fmt.Sprintf("%s is not destroyed, as it had traffic and is not quiet: %s, after %s", c, why, s.Spec.Spec.Rotation.Quiet.Std()+rotation.QuietLimit),
			"find out who is still connected, for instance by the network's flow logs, and have these clients connect anew")
	}
	if !s.Stop.IsZero() && again.After(s.Stop) {
		return &rotation.Waiting{Phase: "the end of " + string(c), For: string(c) + " to be quiet: " + why}
	}
	if err := s.Clock.Sleep(ctx, again.Sub(s.Clock.Now())); err != nil {
		return fmt.Errorf("waiting for %s to be quiet (%s): %w", c, why, err)
	}
	return nil
}

// flows asks what a load balancer took.
func (s *session) flows(ctx context.Context, arn string, window time.Duration) (journal.Flows, error) {
	bounded, cancel := context.WithTimeout(ctx, askTries*flowsTime)
	defer cancel()
	flows, err := askAgain(bounded, s.Clock, flowsTime, func(ctx context.Context) (platform.Flows, error) {
		return s.ports.Cloud.Flows(ctx, arn, window)
	})
	return journal.Flows{Alive: flows.Alive, Gone: flows.Gone, New: flows.New, Active: flows.Active, Until: flows.Until, Seconds: window.Seconds()}, err
}

// peak is what the cluster's traffic was when a rotation last measured it; nil if none did.
func (s *session) peak() *journal.Flows {
	if r := s.state().Rotation; r != nil && r.Peak != nil {
		return r.Peak
	}
	for _, past := range slices.Backward(s.state().Past) {
		if past.Peak != nil {
			return past.Peak
		}
	}
	return nil
}
