package rotation

import (
	"fmt"
	"time"

	"drover/orchestrator/color"
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
	again, why := v.quiet().Again(v.LastAt), v.notQuiet()
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

// measure asks what blue takes.
func (v view) measure() Effect {
	return Effect{Do: Measure, Color: v.From, Window: v.quiet().Window(v.now, v.Last, v.LastAt), Limit: 2 * time.Minute}
}

// quiet is what it takes for blue to be quiet.
func (v view) quiet() Quiet {
	q := Quiet{For: v.plan.Quiet, Peak: v.Peak, Gone: v.GoneAt}
	if !v.ZeroAt.IsZero() {
		q.Since = v.ZeroAt.Add(v.TTL)
	}
	return q
}

// notQuiet gives the reason why blue was not measured quiet.
func (v view) notQuiet() string { return v.quiet().Not(*v.Last, v.LastAt) }

// quietText says how quiet blue was, and what its controllers gave back.
func (v view) quietText() string {
	if v.Last == nil {
		return v.TakenBack
	}
	if v.Last.Gone {
		return fmt.Sprintf("the load balancer of %s does not exist, so nothing is connected; %s", v.From, v.TakenBack)
	}
	return fmt.Sprintf("%s took %.0f new connections in %.0f s, %.0f are open; %s", v.From, v.Last.New, v.Last.Seconds, v.Last.Active, v.TakenBack)
}
