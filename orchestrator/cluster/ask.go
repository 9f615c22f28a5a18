package cluster

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"drover/generator/spec"
	"drover/orchestrator/color"
	"drover/orchestrator/journal"
	"drover/orchestrator/platform"
	"drover/orchestrator/rotation"
	"drover/orchestrator/verify"
)

// verifyPause is the time between two rounds of checks of a first build.
const verifyPause = 10 * time.Second

// ask has every check of a color asked once, all at the same time.
func (s *session) ask(ctx context.Context, e rotation.Effect, emit rotation.Emit) error {
	results := s.round(ctx, e.Color, e.During, e.Phase == rotation.Verify)
	if e.Phase == rotation.Soak {
		results = append(results, s.served(ctx))
	}
	if e.Phase == rotation.Verify && s.state().Rotation.Plan.Parity {
		results = append(results, s.parity(ctx, e.Color))
	}
	for _, r := range results {
		if !s.isNews(e.Phase, r) {
			continue
		}
		if err := emit(ctx, verdictOf(e.Phase, e.Color, r)); err != nil {
			return err
		}
	}
	return emit(ctx, journal.Event{Kind: journal.Checked, Phase: e.Phase, Root: string(e.Color), Verdicts: results})
}

// served is whether the records still have the weights that the journal says, by the platform's own word, as it stands for
// private zones too. It is no verdict on the color: somebody may have sent traffic back by hand.
func (s *session) served(ctx context.Context) journal.Result {
	r := journal.Result{Check: rotation.Served, Name: rotation.Served, Verdict: string(verify.Pass)}
	began := s.Clock.Now()
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	err := s.recordsHave(ctx, s.state().Weights)
	var changed *platform.ChangedError
	switch {
	case errors.As(err, &changed):
		r.Verdict, r.Detail = string(verify.Inconclusive), err.Error()
	case err != nil:
		r.Verdict, r.Detail = string(verify.Error), err.Error()
	}
	r.Seconds = s.Clock.Now().Sub(began).Seconds()
	return r
}

// isNews is true for a verdict that people are told in a line of its own: every one of verify, later those that differ.
func (s *session) isNews(phase string, r journal.Result) bool {
	before, had := s.state().Rotation.Watch.Results[r.Check]
	if had {
		return before.Verdict != r.Verdict
	}
	return phase == rotation.Verify || r.Verdict != string(verify.Pass)
}

// verdictOf is one check's answer in a line of its own.
func verdictOf(phase string, c color.Color, r journal.Result) journal.Event {
	return journal.Event{Kind: journal.Verdict, Phase: phase, Root: string(c), Check: r.Name, Verdict: r.Verdict, Detail: r.Detail, Value: r.Value, Unit: r.Unit, Seconds: r.Seconds}
}

// round asks the checks of a color that are asked on an occasion; of all if it is empty. Where all is true, nothing passes before it has all its
// samples; elsewhere a time is watched that has them in it.
func (s *session) round(ctx context.Context, c color.Color, during string, all bool) []journal.Result {
	checks := slices.DeleteFunc(s.ports.Checks(s.Spec, c), func(check Check) bool {
		return during != "" && len(check.When) > 0 && !slices.Contains(check.When, during)
	})
	asked := make([]verify.Check, len(checks))
	for i, check := range checks {
		asked[i] = check.Check
		if check.Limits != (verify.Limits{}) {
			asked[i] = verify.Limited{Check: check.Check, Limits: check.Limits, Series: s.seriesOf(check.ID, c, during), All: all, Now: s.Clock.Now}
		}
	}
	results := make([]journal.Result, len(checks))
	for i, r := range verify.All(verify.At(ctx, s.moment(c, during)), asked) {
		results[i] = journal.Result{Check: checks[i].ID, Name: r.Check, Verdict: string(r.Verdict), Detail: r.Detail, Value: r.Value, Unit: r.Unit, Seconds: r.Seconds}
	}
	return results
}

// moment is when checks are asked, for judges outside.
func (s *session) moment(c color.Color, during string) verify.Moment {
	m := verify.Moment{Phase: during, Share: s.state().Exposed()[c]}
	if r := s.state().Rotation; r != nil {
		m.Rotation = r.ID
	}
	return m
}

// verifyFirst is the verify phase of a first build. A fail is asked again too while the color is still new.
func (s *session) verifyFirst(ctx context.Context, c color.Color) error {
	until := s.Clock.Now().Add(verifyWindow(s.Spec.Spec.Rotation))
	s.Observer.Progress("verifying " + string(c))
	said := ""
	for {
		results := s.round(ctx, c, spec.DuringVerify, true)
		err := judge(c, results)
		if err == nil || s.Clock.Now().After(until) {
			for _, r := range results {
				if recorded := s.record(ctx, verdictOf("", c, r)); recorded != nil {
					return recorded
				}
			}
			return err
		}
		if err.Error() != said { // the same, ten seconds later, is no news
			said = err.Error()
			s.Observer.Progress(fmt.Sprintf("not yet, asked again until %s: %s", until.Format(time.TimeOnly), said))
		}
		if stopped := s.Clock.Sleep(ctx, verifyPause); stopped != nil {
			return fmt.Errorf("verifying %s: %w; last: %w", c, stopped, err)
		}
	}
}

// judge turns results into nothing, an Unhealthy color, or a question that
// was not answered. Those stay apart: only the first is a verdict.
func judge(c color.Color, results []journal.Result) error {
	if len(results) == 0 {
		return fmt.Errorf("no checks of %s ran; name one in spec.rotation.verify", c)
	}
	var failed, unanswered []string
	for _, got := range results {
		line := fmt.Sprintf("%s: %s (%s)", got.Name, got.Verdict, got.Detail)
		switch verify.Verdict(got.Verdict) {
		case verify.Pass:
		case verify.Fail:
			failed = append(failed, line)
		default:
			unanswered = append(unanswered, line)
		}
	}
	if len(failed) > 0 {
		return &Unhealthy{Color: string(c), Reason: strings.Join(append(failed, unanswered...), "; ")}
	}
	if len(unanswered) > 0 {
		return fmt.Errorf("%s could not be verified: %s", c, strings.Join(unanswered, "; "))
	}
	return nil
}

// verifyTime is how long a first build's verification may take: it leaves room for the slowest check.
func verifyTime(r spec.Rotation) time.Duration {
	return verifyWindow(r) + slowestCheck(r) + 5*time.Minute
}

// platformCheck passes when the platform itself says that the cluster and its
// node groups are up.
type platformCheck struct {
	platform platform.Platform
	cluster  string
}

var _ verify.Check = platformCheck{}

func (platformCheck) Name() string { return "platform" }

func (c platformCheck) Run(ctx context.Context) verify.Answer {
	health, err := c.platform.ClusterActive(ctx, c.cluster)
	if err != nil {
		return verify.Answer{Verdict: verify.Error, Detail: err.Error()}
	}
	if !health.Active {
		return verify.Answer{Verdict: verify.Fail, Detail: health.Detail}
	}
	return verify.Answer{Verdict: verify.Pass, Detail: health.Detail}
}
