package orchestrator

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"drover/generator/spec"
	"drover/orchestrator/cloud"
	"drover/orchestrator/journal"
	"drover/orchestrator/verify"
)

// verifyTries is how often inconclusive checks and errors are asked again:
// a new color's DNS name and load balancer need a while to be seen.
const (
	verifyTries = 30
	verifyPause = 10 * time.Second
)

// verify asks every check, on green's own host name, before any traffic.
func (r *rotation) verify(ctx context.Context) (result, error) {
	results, err := r.checkColor(ctx, r.to())
	if err != nil {
		return result{}, err
	}
	for _, got := range results {
		event := journal.Event{Kind: journal.Verdict, Phase: Verify, Check: got.Check, Verdict: string(got.Verdict), Detail: got.Detail, Seconds: got.Seconds}
		if err := r.record(ctx, event); err != nil {
			return result{}, err
		}
	}
	return result{journal.Done, fmt.Sprintf("%d checks passed", len(results))}, judge(r.to(), results)
}

// verified asks the journal: every check that the spec names has passed.
func (r *rotation) verified(context.Context) error {
	checks := r.Ports.Checks(r.to(), r.cluster(r.to()))
	if len(checks) == 0 {
		return errors.New("no check was asked, and none is no proof")
	}
	for _, c := range checks {
		if !r.state.Rotation.Passed[c.Name()] {
			return fmt.Errorf("check %s has not passed", c.Name())
		}
	}
	return nil
}

// checkColor asks all checks at once, and those again that gave no answer yet.
// A fail is asked again too while the color is still new: health follows the
// load balancer's own probes.
func (s *session) checkColor(ctx context.Context, color string) ([]verify.Result, error) {
	var results []verify.Result
	for try := range verifyTries {
		s.Observer.Progress(fmt.Sprintf("verifying %s, try %d", color, try+1))
		results = verify.All(ctx, s.Ports.Checks(color, s.cluster(color)))
		if verify.Passed(results) {
			return results, nil
		}
		if err := pause(ctx, verifyPause); err != nil {
			return nil, fmt.Errorf("verifying %s: %w; last: %w", color, err, judge(color, results))
		}
	}
	return results, nil
}

// judge turns results into nothing, an Unhealthy color, or a question that
// was not answered. Those stay apart: only the first is a verdict.
func judge(color string, results []verify.Result) error {
	if len(results) == 0 {
		return fmt.Errorf("no check was asked of %s, and none is no proof; name one in spec.rotation.verify", color)
	}
	var failed, unanswered []string
	for _, got := range results {
		line := fmt.Sprintf("%s: %s (%s)", got.Check, got.Verdict, got.Detail)
		switch got.Verdict {
		case verify.Pass:
		case verify.Fail:
			failed = append(failed, line)
		default:
			unanswered = append(unanswered, line)
		}
	}
	if len(failed) > 0 {
		return &Unhealthy{Color: color, Reason: strings.Join(append(failed, unanswered...), "; ")}
	}
	if len(unanswered) > 0 {
		return fmt.Errorf("%s could not be verified: %s", color, strings.Join(unanswered, "; "))
	}
	return nil
}

// analyze asks the checks again and again for as long as traffic is watched.
// One fail is repeated before it counts, so that one lost packet is no verdict.
func (s *session) analyze(ctx context.Context, color string, until time.Time) error {
	for {
		results := verify.All(ctx, s.Ports.Checks(color, s.cluster(color)))
		if err := judge(color, results); err != nil {
			s.Observer.Progress(fmt.Sprintf("asking %s again: %v", color, err))
			if err := pause(ctx, time.Second); err != nil {
				return err
			}
			results = verify.All(ctx, s.Ports.Checks(color, s.cluster(color)))
			if err := judge(color, results); err != nil {
				return err
			}
		}
		left := time.Until(until)
		if left <= 0 {
			return nil
		}
		if err := pause(ctx, min(left, analysisPause(left))); err != nil {
			return err
		}
	}
}

// analysisPause asks about twenty times in what is left, between 1 and 30 s.
func analysisPause(left time.Duration) time.Duration {
	return min(max(left/20, time.Second), 30*time.Second)
}

// pause waits for d or for ctx to end, whichever is first.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// slowestCheck is the longest time that one of the spec's checks may take.
func slowestCheck(r spec.Rotation) time.Duration {
	var slowest time.Duration
	for _, c := range r.Verify {
		slowest = max(slowest, checkLimit(c))
	}
	return slowest
}

// platformCheck passes when the platform itself says that the cluster and its
// node groups are up.
type platformCheck struct {
	platform cloud.Platform
	cluster  string
}

var _ verify.Check = platformCheck{}

func (platformCheck) Name() string { return "platform" }

func (c platformCheck) Run(ctx context.Context) (verify.Verdict, string) {
	health, err := c.platform.ClusterActive(ctx, c.cluster)
	if err != nil {
		return verify.Error, err.Error()
	}
	if !health.Active {
		return verify.Fail, health.Detail
	}
	return verify.Pass, health.Detail
}
