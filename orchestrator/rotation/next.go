package rotation

import (
	"fmt"
	"time"

	"drover/orchestrator/color"
	"drover/orchestrator/journal"
)

// view is what a phase decides by: the state, the rotation in it, what that was begun with, and the time.
type view struct {
	journal.State
	*journal.Rotation
	plan  journal.Plan
	now   time.Time
	phase string
}

// Next decides what the rotation under way does next. It is pure: equal arguments give equal steps. The plan is the one
// that the rotation's first event pinned.
func Next(s journal.State, plan journal.Plan, now time.Time) Step {
	if s.Rotation == nil {
		return End{Outcome: journal.Done}
	}
	v := view{State: s, Rotation: s.Rotation, plan: plan, now: now, phase: s.Rotation.Phase}
	switch {
	case v.Back != nil:
		return v.goBack()
	case v.Hold != nil:
		return Wait{Phase: v.phase, For: fmt.Sprintf("a person's decision (%s: %s)", v.Hold.Why, v.Hold.Reason), Next: "resume, or rollback"}
	}
	for _, p := range Phases {
		done := v.Phases[p.Name].Done()
		switch {
		case p.Name == Preflight && !v.Preflighted, !done:
			return v.advance(p)
		case p.PostCondition && !v.Stands[p.Name] && v.relied(p):
			return v.confirmAgain(p)
		}
	}
	return record(journal.Event{Kind: journal.RotationFinished, Outcome: journal.Done, From: v.From, To: v.To,
		Version: v.Version, Seconds: v.since(v.StartedAt)})
}

// relied is true while the rotation rests on a phase's post-condition. Whether a color that has traffic is still well
// is for the checks to say, and building it again no answer.
func (v view) relied(p Phase) bool {
	return !v.Draining && !v.Destroying && (p.Name != Building || v.Exposed()[v.To] == 0)
}

// confirmAgain asks for the post-condition of a phase that is done. What could not be asked, or is not so by somebody else's
// doing, is asked again a few times; then it is for a person.
func (v view) confirmAgain(p Phase) Step {
	if f := v.Failure; f != nil && f.Phase == p.Name {
		switch next := f.At.Add(tryAgain); {
		case f.Refused || v.Tries[p.Name] >= mostTries:
			return End{Outcome: journal.Failed, Phase: p.Name, Detail: f.Detail}
		case v.now.Before(next):
			return Wait{Phase: p.Name, Until: next, For: "another look at what " + p.Name + " reached, as it failed: " + f.Detail}
		}
	}
	return v.confirm(p.Name)
}

func (v view) confirm(phase string) Step {
	return v.do(phase, Effect{Do: Confirm, Color: v.To, Weights: v.Weights, Limit: 10 * time.Minute})
}

// advance starts a phase, or goes on with it.
func (v view) advance(p Phase) Step {
	v.phase = p.Name
	had := v.Phases[p.Name]
	if v.Stopped && had.Outcome == journal.Failed {
		return End{Outcome: journal.Failed, Phase: p.Name, Detail: had.Detail}
	}
	if running := had.Starts > 0 && had.Outcome == ""; !running {
		if wait := v.closed(p, had); wait != nil {
			return wait
		}
		return record(journal.Event{Kind: journal.PhaseStarted, Phase: p.Name, Detail: p.Does})
	}
	if limit := p.Deadline(v.plan); limit > 0 && v.now.Sub(v.began(had)) > limit {
		// A color that has traffic and could not be seen well in that time does not keep it.
		return v.fail(p, v.Exposed()[v.To] > 0, fmt.Sprintf("%s ran past its deadline of %s%s", p.Name, limit, v.because()))
	}
	if f := v.Failure; f != nil {
		if step := v.again(p, *f); step != nil {
			return step
		}
	}
	switch step := p.Next(v).(type) {
	case finish:
		return record(journal.Event{Kind: journal.PhaseDone, Phase: p.Name, Outcome: step.outcome, Detail: step.detail, Seconds: v.now.Sub(v.began(had)).Seconds()})
	case failure:
		return v.fail(p, step.unhealthy, step.detail)
	default:
		return step
	}
}

// began is when this process began with the phase.
func (v view) began(had journal.Progress) time.Time {
	if had.BeganAt.After(v.Driver) {
		return had.BeganAt
	}
	return v.Driver
}

func (v view) because() string {
	if v.Failure != nil {
		return ": " + v.Failure.Detail
	}
	return ""
}

const (
	mostTries = 3
	tryAgain  = 5 * time.Second
)

// again decides what a failed effect leads to: nil is to go on as if it had not failed, which tries it again.
func (v view) again(p Phase, f journal.Failure) Step {
	exposed := p.Unhealthy == policy && v.Exposed()[v.To] > 0
	last := v.Tries[p.Name] >= mostTries
	switch {
	case f.Refused || !exposed && !p.retries():
		return v.fail(p, false, f.Detail)
	case last && p.Name != Handover:
		return v.fail(p, exposed, f.Detail)
	case v.now.Before(f.At.Add(tryAgain)):
		return Wait{Phase: p.Name, Until: f.At.Add(tryAgain), For: "another try, as it failed: " + f.Detail}
	case last:
		return v.notHandedOver(p, f.Detail)
	}
	return nil
}

// retries is true for phases whose effects only ask, or apply what may be applied again: that is tried again at once.
func (p Phase) retries() bool {
	return p.Name == Preflight || p.Name == Bootstrap || p.Name == Verify || p.Name == Handover || p.Name == Soak || p.Name == Drain
}

// fail ends a phase. What that leads to depends on whether the color is unhealthy: a question that was not answered is
// no verdict.
func (v view) fail(p Phase, unhealthy bool, why string) Step {
	failed := journal.Event{Kind: journal.PhaseFailed, Phase: p.Name, Outcome: journal.Failed, Detail: why, Seconds: v.now.Sub(v.began(v.Phases[p.Name])).Seconds()}
	switch {
	case p.Name == Preflight && !v.Rotation.Building && !v.Destroying, p.Name == Rendering:
		return record(failed, journal.Event{Kind: journal.RotationFinished, Outcome: journal.Failed, From: v.From, To: v.To, Detail: why})
	case unhealthy && p.Unhealthy == policy:
		return record(failed, v.unhealthy(why))
	}
	return record(failed)
}

// unhealthy is what the spec's rotation.onFailure makes of an unhealthy color.
func (v view) unhealthy(why string) journal.Event {
	switch v.plan.OnFailure {
	case "freeze":
		return journal.Event{Kind: journal.Held, Hold: journal.Frozen, Detail: why}
	case "ask":
		return journal.Event{Kind: journal.Held, Hold: journal.Asking, Detail: why}
	}
	return journal.Event{Kind: journal.BackDecided, Detail: why}
}

// closed waits for the spec's window before a phase begins. One that was cut short or failed has begun, and goes on:
// half of a shift or of a deletion is nothing to leave for a week.
func (v view) closed(p Phase, had journal.Progress) Step {
	if p.Begins != inWindow || v.plan.Window == nil || v.Ignored != "" || had.Outcome == journal.Failed {
		return nil
	}
	opens, err := v.plan.Window.Opens(v.now)
	if err != nil {
		return End{Outcome: journal.Failed, Phase: p.Name, Detail: err.Error()}
	}
	if !opens.After(v.now) {
		return nil
	}
	return Wait{Phase: p.Name, Until: opens, For: "the spec's window, which opens " + opens.Format("Mon 2006-01-02 15:04 MST")}
}

// finish is a step of a phase that has nothing more to do, and failure one that cannot go on.
type (
	finish struct {
		outcome journal.Outcome
		detail  string
	}
	failure struct {
		unhealthy bool
		detail    string
	}
)

func (finish) step()  {}
func (failure) step() {}

func done(detail string) Step    { return finish{journal.Done, detail} }
func skipped(detail string) Step { return finish{journal.Skipped, detail} }

func (v view) do(phase string, e Effect) Step {
	e.Phase = phase
	return Do{e}
}

func (v view) since(t time.Time) float64 { return v.now.Sub(t).Seconds() }

// serves is true if DNS surely serves these weights and no others.
func (v view) serves(weights color.Weights) bool {
	return v.Intended == nil && v.Weights.Equal(weights)
}
