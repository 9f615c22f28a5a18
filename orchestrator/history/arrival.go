package history

import (
	"fmt"
	"time"

	"drover/orchestrator/journal"
)

// Arrival is which part of the new connections went to the new color, at a step of the shift.
type Arrival struct {
	Time time.Time `json:"time"`
	journal.Share
	Verdict string `json:"verdict"` // pass: it arrived; fail: it did not; inconclusive: too little to tell; error: nothing was measured
	Detail  string `json:"detail"`
}

// Counted is true if there were connections to count.
func (a Arrival) Counted() bool { return a.From+a.To > 0 && a.Verdict != "error" }

// Measured is the part in percent; empty where nothing was counted.
func (a Arrival) Measured() string {
	if !a.Counted() {
		return ""
	}
	return fmt.Sprintf("%.1f %%", a.Arrived)
}

// ArrivalOf is an event's; false if it is about something else.
func ArrivalOf(e journal.Event) (Arrival, bool) {
	if e.Kind != journal.Shared || e.Share == nil {
		return Arrival{}, false
	}
	return Arrival{e.Time, *e.Share, e.Verdict, e.Detail}, true
}

func (r *Report) addArrival(e journal.Event) {
	if a, is := ArrivalOf(e); is {
		r.Arrivals = append(r.Arrivals, a)
	}
}
