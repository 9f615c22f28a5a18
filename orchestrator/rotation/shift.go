package rotation

import (
	"fmt"
	"time"

	"drover/orchestrator/color"
	"drover/orchestrator/journal"
)

// shift moves traffic step by step. Each step is written, confirmed, and watched for the time that resolvers may hold
// the step before and the spec's interval; a step that was cut short is watched anew. Checks are asked right before
// traffic moves, also before the first of it.
func shift(v view) Step {
	if v.Intended != nil {
		return v.settle()
	}
	if _, has := v.Weights[v.To]; !has {
		if step := v.watch(0); step != nil {
			return step
		}
		return v.do(Shift, v.follow(color.Shared(v.To, 0)))
	}
	at := v.Weights[v.To]
	length := v.TTL + v.plan.Interval
	if at == 0 {
		length = 0 // nothing of it is served: what counts is that it is well now
	}
	if step := v.watch(length); step != nil {
		return step
	}
	if next, more := v.following(at); more {
		return v.weigh(color.Shared(v.To, next))
	}
	switch {
	case v.Active != v.To:
		return record(journal.Event{Kind: journal.Activated, From: v.From, To: v.To})
	case !v.Followed:
		return v.do(Shift, v.follow(v.Weights))
	}
	return done(v.Weights.String())
}

// following is the first step of the plan above a share.
func (v view) following(share int) (int, bool) {
	for _, step := range v.plan.Steps {
		if step > share {
			return step, true
		}
	}
	return 0, false
}

// settle does a write again whose outcome was lost.
func (v view) settle() Step {
	if !v.Intended.SameRecords(v.Weights) {
		return v.do(v.phase, v.follow(v.Intended))
	}
	return v.weigh(v.aim())
}

// aim is where a write whose outcome was lost was going, while the color is seen well; else it is where it came from.
func (v view) aim() color.Weights {
	if v.Intended != nil && (v.Intended[v.To] <= v.Weights[v.To] || v.seenWell()) {
		return v.Intended
	}
	return v.Weights
}

// weigh has weights set in one atomic request. Where the outcome of a write before it was lost, either may be served.
func (v view) weigh(weights color.Weights) Step {
	return v.do(v.phase, Effect{Do: Weigh, Expected: v.Weights, Maybe: v.Unsure, Weights: weights, Limit: 10 * time.Minute})
}

// follow has Terraform's traffic root take over what DNS serves.
func (v view) follow(weights color.Weights) Effect {
	return Effect{Do: Records, Expected: v.Weights, Maybe: v.Unsure, Weights: weights, Limit: 10 * time.Minute}
}

// soak watches green for the whole of the time. Only time that was watched counts.
func soak(v view) Step {
	if !v.serves(color.Shared(v.To, 100)) {
		return failure{detail: fmt.Sprintf("%s does not have all traffic: %s", v.To, v.Exposed())}
	}
	if step := v.watch(v.plan.Soak); step != nil {
		return step
	}
	return done(fmt.Sprintf("%s well for %s", v.To, v.Watch.Watched.Round(time.Second)))
}

// goBack sends all traffic back to the old color and ends the rotation. Until the first deletion it is one write to DNS,
// which needs neither the new color nor its state. After that, what has no traffic any more loses its record too: a
// platform may answer a record of weight zero when no other color is healthy.
func (v view) goBack() Step {
	if f := v.Failure; f != nil && v.Tries[v.phase] > 0 {
		if v.Tries[v.phase] >= mostTriesBack {
			return End{Outcome: journal.Failed, Phase: v.phase, Detail: "going back to " + string(v.From) + ": " + f.Detail}
		}
		if v.now.Before(f.At.Add(time.Second)) {
			return Wait{Phase: v.phase, Until: f.At.Add(time.Second), For: "another try to go back, as it failed: " + f.Detail}
		}
	}
	home, back := color.Only(v.From), v.handBack()
	_, waits := back.(Wait)
	switch {
	case v.Exposed()[v.To] > 0 || v.Served()[v.From] < 100:
		return v.weigh(v.allTo(v.From))
	case v.Active != v.From:
		return record(journal.Event{Kind: journal.Activated, From: v.To, To: v.From})
	case back != nil && !waits: // what runs nowhere comes before Terraform
		return back
	case !v.serves(home), !v.Followed && v.Phases[Shift].Starts > 0:
		return v.do(v.phase, v.follow(home))
	}
	if step := v.rolesBack(); step != nil {
		return step
	}
	if back != nil {
		return back
	}
	return record(journal.Event{Kind: journal.RotationFinished, Outcome: journal.RolledBack, Detail: v.Back.Reason, By: v.Back.By, From: v.From, To: v.To})
}

// mostTriesBack is how often going back is tried before a person is needed.
const mostTriesBack = 10

// allTo is all traffic to one color, with weight zero for the other where it has a record.
func (v view) allTo(c color.Color) color.Weights {
	weights := color.Only(c)
	if _, has := v.Weights[c.Other()]; has {
		weights[c.Other()] = 0
	}
	return weights
}
