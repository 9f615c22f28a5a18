package rotation

import (
	"fmt"
	"time"

	"drover/orchestrator/color"
	"drover/orchestrator/journal"
	check "drover/orchestrator/verify"
)

// A share has arrived if the new color took a quarter of it at least. Weights are what name servers answer; which part of
// the connections follows hangs on how many clients stand behind each resolver, so that a tighter bound would find every
// second small site wrong. What it finds is a color whose checks saw next to no traffic, and so proved next to nothing.
const (
	arrivedPart = 0.25
	// leastExpected is how many new connections a share has to be expected to bring before it can be judged.
	leastExpected = 20.0
	// probesPerMinute is above what the health checks of Route 53 connect to each color that has traffic. At an interval of
	// ten seconds, which the traffic root asks for, all locations together ask more than once a second,
	// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-creating-values.html. A color at weight 0 is
	// not probed: the root disables its check.
	probesPerMinute = 100.0
	// arrivalPause is the longest time between two looks at a share that has not arrived.
	arrivalPause = 30 * time.Second
	// mostUnproved is the share up to which a rotation goes on though it did not arrive: the next step brings more.
	mostUnproved = 50
)

// arrives is nil once the share of a step has been measured to arrive, or there is too little traffic to tell. One that
// does not arrive is waited for as long again as the step takes. Then the rotation goes on below half of the traffic, and
// says so; from there on it is held for a person: all traffic would move to a color that was never seen with any. With all
// traffic, the drain measures what still goes to the old color.
func (v view) arrives(share int, length time.Duration) Step {
	if v.plan.Arrival == "" || share == 0 {
		return nil
	}
	a, measured := v.arrival(share)
	until := v.WeightsAt.Add(2 * length)
	switch {
	case !measured:
		return v.compare()
	case a.Verdict != string(check.Fail), a.Accepted, share == 100:
		return nil
	case v.now.Before(until):
		next := a.At.Add(min(length/4+time.Second, arrivalPause))
		if v.now.Before(next) {
			return Wait{Phase: Shift, Until: next, For: "the share to arrive: " + a.Detail}
		}
		return v.compare()
	case share < mostUnproved, v.plan.Arrival != "hold":
		return nil
	}
	return record(journal.Event{Kind: journal.Held, Hold: journal.Asking,
		Detail: a.Detail + "; find out where clients get their addresses from, then resume, or roll back"})
}

// arrival is what this process measured at the weights of now.
func (v view) arrival(share int) (journal.Arrival, bool) {
	last := len(v.Arrivals) - 1
	if last < 0 || v.Arrivals[last].Asked != share || v.Arrivals[last].At.Before(v.Driver) || v.Arrivals[last].At.Before(v.WeightsAt) {
		return journal.Arrival{}, false
	}
	return v.Arrivals[last], true
}

// compare asks both load balancers for what they took since no resolver held the weights of before.
func (v view) compare() Step {
	return v.do(Shift, Effect{Do: Compare, Color: v.To, Window: max(v.now.Sub(v.WeightsAt.Add(v.TTL)), time.Second), Limit: time.Minute})
}

// Arrived judges what the load balancers of both colors took while the new color had a share of the weights.
func Arrived(p journal.Plan, to color.Color, asked int, old, fresh journal.Flows) journal.Event {
	e := journal.Event{Kind: journal.Shared, Phase: Shift, Root: string(to), Verdict: string(check.Inconclusive), Unit: "%",
		Share: &journal.Share{Asked: asked, From: old.New, To: fresh.New, Seconds: fresh.Seconds}}
	if !old.Alive || !fresh.Alive {
		e.Detail = fmt.Sprintf("%d %% asked for; the load balancers have no metrics of the last %.0f s", asked, fresh.Seconds)
		return e
	}
	noise := noisePerMinute
	if p.Probed {
		noise += probesPerMinute
	}
	noise *= fresh.Seconds / 60
	all := old.New + fresh.New
	expected := all * float64(asked) / 100
	if all > 0 {
		e.Share.Arrived = 100 * fresh.New / all
		e.Value = &e.Share.Arrived
	}
	seen := fmt.Sprintf("%d %% asked for, %.1f %% arrived: %.0f of %.0f new connections in %.0f s went to %s", asked, e.Share.Arrived, fresh.New, all, fresh.Seconds, to)
	switch {
	case expected < leastExpected+2*noise:
		e.Detail = seen + "; too little traffic to tell"
	case fresh.New < arrivedPart*expected+noise:
		e.Verdict, e.Detail = string(check.Fail), seen
	default:
		e.Verdict, e.Detail = string(check.Pass), seen
	}
	return e
}
