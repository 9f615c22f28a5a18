package rotation

import (
	"fmt"
	"time"

	"drover/orchestrator/journal"
)

// HandBack is the gate at which a person says that the new color runs no singleton, where it cannot be asked. It is no phase:
// only a way back comes to it.
const HandBack = "handback"

// handover has the singletons stop on blue, and start on green once nothing of them is left there. The new color held them
// until now. Between the two nothing is asked, as they run nowhere then.
func handover(v view) Step {
	if step := v.roles(); step != nil {
		return step
	}
	if v.plan.Singletons == 0 {
		return v.noSingletons()
	}
	blue, green := v.Singletons[v.From], v.Singletons[v.To]
	switch {
	case green.Stage == journal.Running:
		return done(green.Detail)
	case blue.Failed, green.Failed:
		return failure{unhealthy: true, detail: blue.Detail + green.Detail}
	case blue.Stage == journal.HaltDone:
		return v.do(Handover, v.start(Effect{Color: v.To}))
	case blue.Stage == "":
		if step := v.watch(0); step != nil {
			return step
		}
	}
	return v.do(Handover, v.halt(Effect{Color: v.From}))
}

func (v view) halt(e Effect) Effect {
	e.Do, e.Limit = Halt, v.plan.Handover+handoverSlack
	return e
}

func (v view) start(e Effect) Effect {
	e.Do, e.Limit = Start, v.plan.Handover+handoverSlack
	return e
}

// handoverSlack is for an API server that is silent, or has to learn first who asks.
const handoverSlack = 6 * time.Minute

func handoverTime(p journal.Plan) time.Duration {
	return 2*(p.Handover+handoverSlack+tellTime) + 5*time.Minute
}

// handBack has the old color run its singletons again, once the new one is known to run none, or a person says so; nil if
// there is nothing left to do. It is after the traffic, which needs neither.
func (v view) handBack() Step {
	blue, green := v.Singletons[v.From], v.Singletons[v.To]
	switch {
	case blue.Stage == "", blue.Stage == journal.Running:
		return nil
	case blue.Stage == journal.Starting && blue.Failed: // they were let go, and rest is theirs
		return nil
	}
	tried := v.Tries[HandBack] >= mostTries
	f := v.Failure
	if f != nil && f.Phase == HandBack && !tried && v.now.Before(f.At.Add(tryAgain)) {
		return Wait{Phase: HandBack, Until: f.At.Add(tryAgain), For: "another try to hand back, as it failed: " + f.Detail}
	}
	if green.MayRun() && !v.saidStopped() {
		why := green.Detail
		if tried && f != nil {
			why = f.Detail
		}
		if tried || green.Failed {
			return Wait{Phase: HandBack, For: fmt.Sprintf("a person to make sure that no singleton runs on %s (%s); %s has the traffic, and its singletons are stopped", v.To, why, v.From), Next: "approve " + HandBack}
		}
		return v.do(HandBack, v.halt(Effect{Color: v.To}))
	}
	if tried && f != nil { // it is blue that cannot be asked
		return End{Outcome: journal.Failed, Phase: HandBack, Detail: fmt.Sprintf("%s has the traffic, and its singletons are not started: %s", v.From, f.Detail)}
	}
	return v.do(HandBack, v.start(Effect{Color: v.From}))
}

// saidStopped is true once a person said that nothing of the new color's singletons runs, and this process asked that color
// once more after that, in vain. Where it answers, what it says counts, and not what the person said.
func (v view) saidStopped() bool {
	given, ok := v.Approved[HandBack]
	green := v.Singletons[v.To]
	return ok && given.Evidence == Evidence(v.State, HandBack) && !green.Asked.Before(given.At) && v.Tries[HandBack] > 0 && !green.Seen
}

// notHandedOver ends a handover that could not be made. The old color can be as guilty as the new one: whether that is well
// tells what follows.
func (v view) notHandedOver(p Phase, why string) Step {
	switch step := v.watch(0).(type) {
	case nil:
		return v.fail(p, false, why)
	case failure:
		return v.fail(p, step.unhealthy, why+"; "+step.detail)
	default:
		return step
	}
}

func approveHandBack(s journal.State, q Request) (journal.Event, string) {
	r := s.Rotation
	switch {
	case r.Back == nil || !r.Singletons[r.To].MayRun():
		return journal.Event{}, "no singleton is to be handed back that " + string(r.To) + " may run"
	case q.Evidence != Evidence(s, HandBack):
		return journal.Event{}, "what was approved is not what stands there now; look at it again and approve that"
	}
	return journal.Event{Kind: journal.Approval, Phase: HandBack, Detail: q.Evidence}, ""
}
