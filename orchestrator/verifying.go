package orchestrator

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"drover/generator/spec"
	"drover/orchestrator/journal"
	"drover/orchestrator/platform"
	"drover/orchestrator/verify"
)

// A new color's checks are asked again and again for a while: its DNS name and
// load balancer need some time to be seen. During the shift and the soak, a
// check that gives no answer may be silent for as long as patience.
const (
	verifyLeast = 5 * time.Minute
	verifyPause = 10 * time.Second
	patience    = 2 * time.Minute
)

// verifyWindow is how long a new color has to pass every check. Where the spec
// asks the Kubernetes API, its timeout says how long nodes and workloads take.
func verifyWindow(r spec.Rotation) time.Duration {
	window := verifyLeast
	for _, c := range r.Verify {
		if c.Kubernetes != nil {
			window = max(window, c.Kubernetes.Timeout.Std())
		}
	}
	return window
}

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
	until := time.Now().Add(verifyWindow(s.Spec.Spec.Rotation))
	s.Observer.Progress("verifying " + color)
	said := ""
	for {
		results := verify.All(ctx, s.Ports.Checks(color, s.cluster(color)))
		err := judge(color, results)
		if err == nil || time.Now().After(until) {
			return results, nil // the caller judges
		}
		if err.Error() != said { // the same, ten seconds later, is no news
			said = err.Error()
			s.Observer.Progress(fmt.Sprintf("not yet, asked again until %s: %s", until.Format(time.TimeOnly), said))
		}
		if stopped := pause(ctx, verifyPause); stopped != nil {
			return nil, fmt.Errorf("verifying %s: %w; last: %w", color, stopped, err)
		}
	}
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

// analyze asks the checks again and again for as long as traffic is watched,
// and ends well only with a pass. One fail is repeated before it counts, so
// that one lost packet is no verdict; a check without an answer, as while a
// node joins, is asked again until patience ends.
func (s *session) analyze(ctx context.Context, color string, until time.Time) error {
	var silent time.Time // since when some check has had no answer
	for {
		err := s.askTwice(ctx, color)
		var unhealthy *Unhealthy
		switch {
		case err == nil:
			silent = time.Time{}
		case errors.As(err, &unhealthy):
			return err
		case silent.IsZero():
			silent = time.Now()
		case time.Since(silent) > patience:
			return fmt.Errorf("for %s: %w", patience, err)
		}
		left := time.Until(until)
		if left <= 0 && err == nil {
			return nil
		}
		if stopped := pause(ctx, analysisPause(left)); stopped != nil {
			return errors.Join(stopped, err)
		}
	}
}

// askTwice asks the checks, and once more if they do not pass.
func (s *session) askTwice(ctx context.Context, color string) error {
	err := judge(color, verify.All(ctx, s.Ports.Checks(color, s.cluster(color))))
	if err == nil {
		return nil
	}
	s.Observer.Progress(fmt.Sprintf("asking %s again: %v", color, err))
	if err := pause(ctx, time.Second); err != nil {
		return err
	}
	return judge(color, verify.All(ctx, s.Ports.Checks(color, s.cluster(color))))
}

// analysisPause asks about twenty times in what is left, between 1 and 30 s,
// and once more right at the end.
func analysisPause(left time.Duration) time.Duration {
	between := min(max(left/20, time.Second), 30*time.Second)
	if left > 0 {
		return min(left, between)
	}
	return between
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
	platform platform.Platform
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
