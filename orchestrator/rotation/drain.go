package rotation

import (
	"fmt"
	"time"

	"drover/orchestrator/color"
)

// Blue is quiet if what it still takes is nearly nothing. Public load balancers never have zero new connections:
// scanners find every one.
const (
	noisePerMinute = 2.0  // new connections that are no client's
	noiseOpen      = 2.0  // open connections that are no client's
	noiseShare     = 0.01 // of what blue took while it had all traffic
	metricsDelay   = 3 * time.Minute
	measurePause   = 30 * time.Second
	measureSlack   = 15 * time.Second
)

// drain waits until blue, at weight 0, is measured quiet. Then what controllers in blue hold in the cloud is taken back,
// which is the first deletion: from then on there is no way back to blue.
func drain(v view) Step {
	switch {
	case v.Cleared:
		return done(v.quietText())
	case v.Draining: // there is no way back; a process before this one had every condition
		return v.do(Drain, Effect{Do: Clear, Color: v.From, Limit: clearTime})
	}
	if step := v.mayDelete(); step != nil {
		return step
	}
	return v.do(Drain, Effect{Do: Clear, Color: v.From, Limit: clearTime})
}

// destroy deletes blue. Its plan is made first, and every condition is asked again after that: a plan takes a while.
func destroy(v view) Step {
	switch {
	case v.Gone:
		return done(string(v.From) + " is gone")
	case v.Destroying: // it has begun, and the conditions can no longer be asked of blue
	case v.Intended != nil: // blue's record was about to go, and has no traffic
		return v.settle()
	case !v.Weights.Equal(color.Only(v.To)) || !v.Followed:
		if step := v.mayDelete(); step != nil {
			return step
		}
		return v.do(Destroying, v.follow(color.Only(v.To)))
	case !v.Planned:
		return v.do(Destroying, Effect{Do: PlanEnd, Color: v.From, Limit: 30 * time.Minute})
	default:
		if step := v.mayDelete(); step != nil {
			return step
		}
	}
	return v.do(Destroying, Effect{Do: Destroy, Color: v.From, Limit: 90 * time.Minute})
}

// sweep has what carries blue's tags and is still there reported.
func sweep(v view) Step {
	if !v.Swept {
		return v.do(Sweeping, Effect{Do: Sweep, Color: v.From, Limit: 10 * time.Minute})
	}
	if len(v.Leftovers) == 0 {
		return done("nothing is left of " + string(v.From))
	}
	return done(fmt.Sprintf("%d resources carry %s's tags and are in no state; look at them and delete them", len(v.Leftovers), v.From))
}

// mayDelete is nil once everything holds that has to hold before anything of blue is deleted, each seen a moment ago:
// green is verified, soaked and verified again; blue is measured quiet; DNS is asked whether it serves nothing of blue, as
// somebody may have sent traffic back by hand, and what blue takes need not show it.
func (v view) mayDelete() Step {
	switch {
	case !v.Phases[Soak].Done():
		return failure{detail: "soak is not done"}
	case v.Exposed()[v.From] > 0 || v.Intended != nil || v.Weights[v.To] != 100:
		return failure{detail: fmt.Sprintf("%s may still have traffic: DNS serves %s", v.From, v.Exposed())}
	}
	if step := v.watch(0); step != nil {
		return step
	}
	if v.Last == nil {
		return v.do(v.phase, v.measure())
	}
	again, why := v.LastAt.Add(min(v.plan.Quiet/2+time.Second, measurePause)), v.notQuiet()
	switch {
	case why == "" && v.now.Sub(v.LastAt) <= measurePause && v.now.Sub(v.ServedAt) <= fresh:
		return nil
	case why == "" && v.now.Sub(v.LastAt) <= measurePause:
		return v.confirm(v.phase)
	case !v.now.Before(again):
		return v.do(v.phase, v.measure())
	}
	return Wait{Phase: v.phase, Until: again, For: fmt.Sprintf("%s to be quiet: %s", v.From, why)}
}

// measure asks for the spec's quiet and for as much before it as metrics may be late, but not for the time in which blue
// still had traffic.
func (v view) measure() Effect {
	late := metricsDelay
	if v.Last != nil && v.Last.Alive { // as late as they were last, and a little more
		late = min(late, v.LastAt.Sub(v.Last.Until)+measureSlack)
	}
	window := v.plan.Quiet + late
	if !v.ZeroAt.IsZero() {
		window = min(window, max(v.now.Sub(v.forgotten()), v.plan.Quiet))
	}
	return Effect{Do: Measure, Color: v.From, Window: window, Limit: 2 * time.Minute}
}

// forgotten is when no resolver sent anybody to blue any more.
func (v view) forgotten() time.Time { return v.ZeroAt.Add(v.TTL) }

// notQuiet gives the reason why blue is not measured quiet, for the whole of the spec's quiet and after DNS had forgotten
// it. No data is a reason.
func (v view) notQuiet() string {
	f := v.Last
	opened, open := v.noise(f.Seconds)
	switch since := v.forgotten(); {
	case v.ZeroAt.IsZero():
		return "it was not at weight 0"
	case !f.Alive:
		return "its load balancer has no metrics"
	case v.LastAt.Sub(f.Until) > metricsDelay:
		return fmt.Sprintf("the newest metric of its load balancer is %s old", v.LastAt.Sub(f.Until).Round(time.Second))
	case f.Until.Add(-v.plan.Quiet).Before(since):
		return fmt.Sprintf("it is measured since %s only", since.Format(time.TimeOnly))
	case v.LastAt.Add(-time.Duration(f.Seconds * float64(time.Second))).After(f.Until.Add(-v.plan.Quiet)):
		return "its metrics came later than before, and it was measured for less than " + v.plan.Quiet.String()
	case f.New > opened:
		return fmt.Sprintf("%.0f new connections in the last %.0f s", f.New, f.Seconds)
	case f.Active > open:
		return fmt.Sprintf("%.0f connections are open", f.Active)
	}
	return ""
}

// noise is how many connections opened in a window, and how many open at one time, are no client's: a floor, or a share
// of what blue took while it had all traffic.
func (v view) noise(seconds float64) (opened, open float64) {
	opened, open = noisePerMinute*seconds/60, noiseOpen
	if peak := v.Peak; peak != nil && peak.Seconds > 0 {
		opened, open = max(opened, noiseShare*peak.New*seconds/peak.Seconds), max(open, noiseShare*peak.Active)
	}
	return opened, open
}

// quietText says how quiet blue was, and what its controllers gave back.
func (v view) quietText() string {
	if v.Last == nil {
		return v.TakenBack
	}
	return fmt.Sprintf("%s took %.0f new connections in %.0f s, %.0f are open; %s", v.From, v.Last.New, v.Last.Seconds, v.Last.Active, v.TakenBack)
}
