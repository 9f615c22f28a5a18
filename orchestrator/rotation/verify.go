package rotation

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"drover/generator/spec"
	"drover/orchestrator/journal"
	check "drover/orchestrator/verify"
)

// A new color's checks are asked again and again for a while: its DNS name and load balancer need some time to be seen.
// A verdict is relied upon for as long as fresh.
const (
	verifyPause = 10 * time.Second
	fresh       = 30 * time.Second
)

// verify asks every check, on green's own host name, before any traffic. A fail is asked again too while the color is
// still new: health follows the load balancer's own probes.
func verify(v view) Step {
	w := v.Watch
	switch {
	case len(v.checks()) == 0:
		return failure{detail: "no checks ran; name one in spec.rotation.verify"}
	case w.Rounds == 0:
		return v.ask()
	case v.allPassed() && v.onPar():
		return done(fmt.Sprintf("%d checks passed", len(v.checks())))
	case v.now.Sub(w.Since) > v.plan.Verify:
		return failure{unhealthy: v.failed(), detail: v.notPassed()}
	case v.now.Before(w.At.Add(verifyPause)):
		return Wait{Phase: Verify, Until: w.At.Add(verifyPause), For: "another round of checks, as not yet: " + v.notPassed()}
	}
	return v.ask()
}

func (v view) ask() Step {
	return v.do(v.phase, Effect{Do: Ask, Color: v.To, During: v.during(), Limit: v.plan.Slowest + 30*time.Second})
}

// during is the occasion on which checks are asked now.
func (v view) during() string { return Occasion(v.State, v.phase) }

// Occasion is what a spec's checks name the time by at which a phase asks them. It goes by the traffic that the new color
// has: of requests that a color does not get, nothing can be measured, be it before the shift or of the old one after it.
func Occasion(s journal.State, phase string) string {
	if phase == Verify || s.Rotation == nil {
		return spec.DuringVerify
	}
	switch share := s.Exposed()[s.Rotation.To]; {
	case share == 0:
		return spec.DuringVerify
	case share < 100:
		return spec.DuringShift
	}
	return spec.DuringSoak
}

// checks are those of the plan that count now.
func (v view) checks() []string { return v.plan.Asked(v.during()) }

// allPassed is true if this process saw every check of the plan pass in its last round.
func (v view) allPassed() bool {
	checks := v.checks()
	return !v.Watch.Passed.IsZero() && len(checks) > 0 && !slices.ContainsFunc(checks, func(id string) bool {
		return v.Watch.Results[id].Verdict != string(check.Pass)
	})
}

// failed is true if a check failed in the last round.
func (v view) failed() bool {
	return slices.ContainsFunc(v.asked(), func(id string) bool { return v.Watch.Results[id].Verdict == string(check.Fail) })
}

// Parity is the id of what is asked beside the plan's checks before any traffic: whether green has what blue runs. Later a
// commit can reach one color before the other.
const Parity = "parity"

func (v view) onPar() bool {
	return !v.plan.Parity || v.Watch.Results[Parity].Verdict == string(check.Pass)
}

// asked are the checks of the phase under way.
func (v view) asked() []string {
	if v.plan.Parity && v.phase == Verify {
		return append(v.checks(), Parity)
	}
	return v.checks()
}

// Served is the id of what is asked beside the plan's checks while green is to have all traffic: whether DNS still has the
// weights that the journal says. What green does without them is no soak.
const Served = "weights"

// onlyServed is true if all that did not pass is that DNS has the weights: the color itself is well.
func (v view) onlyServed() bool {
	return !slices.ContainsFunc(v.checks(), func(id string) bool { return v.Watch.Results[id].Verdict != string(check.Pass) })
}

// notPassed names the checks that did not pass, those that failed first.
func (v view) notPassed() string {
	var failed, unanswered []string
	if r, asked := v.Watch.Results[Served]; asked && v.onlyServed() {
		return fmt.Sprintf("%s is well, but is not known to have the traffic that it is to have: %s", v.To, r.Detail)
	}
	for _, id := range v.asked() {
		r, asked := v.Watch.Results[id]
		switch {
		case !asked:
			unanswered = append(unanswered, "check "+id+" was not asked")
		case r.Verdict == string(check.Fail):
			failed = append(failed, fmt.Sprintf("%s: %s (%s)", r.Name, r.Verdict, r.Detail))
		case r.Verdict != string(check.Pass):
			unanswered = append(unanswered, fmt.Sprintf("%s: %s (%s)", r.Name, r.Verdict, r.Detail))
		}
	}
	if len(failed) > 0 {
		return fmt.Sprintf("%s is unhealthy: %s", v.To, strings.Join(append(failed, unanswered...), "; "))
	}
	return fmt.Sprintf("%s could not be verified: %s", v.To, strings.Join(unanswered, "; "))
}

// watch has green's checks asked again and again until it was seen well for as long as length, and right now. It is nil
// once that is so. One fail is repeated before it counts, so that one lost packet is no verdict; no answer in between takes it back. A color that gives no
// answer for longer than the plan's patience loses its traffic: it is treated as unhealthy if it has any.
func (v view) watch(length time.Duration) Step {
	w := v.Watch
	if !w.At.IsZero() && w.Rounds > 0 {
		exposed := v.Exposed()[v.To] > 0
		if w.Fails >= 2 {
			return failure{unhealthy: true, detail: v.notPassed()}
		}
		if silent := v.now.Sub(w.Silent); !w.Silent.IsZero() && silent > v.plan.Patience {
			return failure{unhealthy: exposed && !v.onlyServed(), detail: fmt.Sprintf("for %s, %s", silent.Round(time.Second), v.notPassed())}
		}
		if w.Watched >= length && v.seenWell() {
			return nil
		}
		if next := w.At.Add(v.pause(length)); v.now.Before(next) {
			return Wait{Phase: v.phase, Until: next, For: "another round of checks"}
		}
	}
	return v.ask()
}

// seenWell is true if this process saw every check pass a moment ago.
func (v view) seenWell() bool { return v.allPassed() && v.now.Sub(v.Watch.Passed) <= fresh }

// pause is the time between two rounds: about twenty in length, between 1 and 30 s, and one right at the end.
func (v view) pause(length time.Duration) time.Duration {
	if v.Watch.Fails > 0 || !v.Watch.Silent.IsZero() {
		return time.Second
	}
	between := min(max(length/20, time.Second), journal.MostGap/2)
	if left := length - v.Watch.Watched; left > 0 {
		return min(left, between)
	}
	return between
}
