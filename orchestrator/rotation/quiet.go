package rotation

import (
	"fmt"
	"time"

	"drover/orchestrator/journal"
)

// A color is quiet if what it still takes is nearly nothing. Public load balancers never have zero new connections:
// scanners find every one.
const (
	noisePerMinute = 2.0  // new connections that are no client's
	noiseOpen      = 2.0  // open connections that are no client's
	noiseShare     = 0.01 // of what the color took while it had all traffic
	metricsDelay   = 3 * time.Minute
	measurePause   = 30 * time.Second
	measureSlack   = 15 * time.Second
)

// Quiet is what it takes for a color to be quiet. It is pure.
type Quiet struct {
	Since time.Time      // when no resolver sent anybody to it any more; zero: it is not at weight 0
	For   time.Duration  // so long it has to take nearly nothing
	Gone  time.Time      // since when its load balancer is known not to be there; zero while it is
	Peak  *journal.Flows // of a color with all traffic; nil where nobody measured one
}

// Window is for how long back to ask: the spec's quiet and as much before it as metrics may be late, but not for the time in
// which the color still had traffic. last is what was measured before; nil: nothing was.
func (q Quiet) Window(now time.Time, last *journal.Flows, lastAt time.Time) time.Duration {
	late := metricsDelay
	if last != nil && last.Alive { // as late as they were last, and a little more
		late = min(late, lastAt.Sub(last.Until)+measureSlack)
	}
	window := q.For + late
	if !q.Since.IsZero() {
		window = min(window, max(now.Sub(q.Since), q.For))
	}
	return window
}

// Again is when to measure a color anew that was not quiet.
func (q Quiet) Again(measured time.Time) time.Time {
	return measured.Add(min(q.For/2+time.Second, measurePause))
}

// Not gives the reason why what was measured at a time is not quiet, for the whole of the time and after DNS had forgotten
// the color. It is empty if it is quiet. No data is a reason.
func (q Quiet) Not(f journal.Flows, at time.Time) string {
	opened, open := q.noise(f.Seconds)
	switch {
	case q.Since.IsZero():
		return "it was not at weight 0"
	case f.Gone && at.Sub(q.Gone) < q.For: // one answer can be wrong
		return "its load balancer does not exist, and that is known for " + at.Sub(q.Gone).String() + " only"
	case f.Gone:
		return ""
	case !f.Alive:
		return "its load balancer has no metrics"
	case at.Sub(f.Until) > metricsDelay:
		return fmt.Sprintf("the newest metric of its load balancer is %s old", at.Sub(f.Until).Round(time.Second))
	case f.Until.Add(-q.For).Before(q.Since):
		return fmt.Sprintf("it is measured since %s only", q.Since.Format(time.TimeOnly))
	case at.Add(-time.Duration(f.Seconds * float64(time.Second))).After(f.Until.Add(-q.For)):
		return "its metrics came later than before, and it was measured for less than " + q.For.String()
	case f.New > opened:
		return fmt.Sprintf("%.0f new connections in the last %.0f s", f.New, f.Seconds)
	case f.Active > open:
		return fmt.Sprintf("%.0f connections are open", f.Active)
	}
	return ""
}

// noise is how many connections opened in a window, and how many open at one time, are no client's: a floor, or a share
// of what the color took while it had all traffic.
func (q Quiet) noise(seconds float64) (opened, open float64) {
	opened, open = noisePerMinute*seconds/60, noiseOpen
	if peak := q.Peak; peak != nil && peak.Seconds > 0 {
		opened, open = max(opened, noiseShare*peak.New*seconds/peak.Seconds), max(open, noiseShare*peak.Active)
	}
	return opened, open
}
