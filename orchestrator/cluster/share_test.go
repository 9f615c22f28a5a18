package cluster

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"drover/orchestrator/color"
	"drover/orchestrator/history"
	"drover/orchestrator/journal"
	"drover/orchestrator/rotation"
)

// shareHeld is a rotation with half of the weights on green, and all connections on blue.
func shareHeld(t *testing.T, w *world) *rotation.Waiting {
	t.Helper()
	applied(t, w)
	newVersion(w)
	o := w.options()
	o.Observer = onPhase(rotation.Shift, func() { w.busy["blue"] = 100_000 })
	return rotated[*rotation.Waiting](t, w, o)
}

func TestAShareThatDoesNotArriveIsHeldForAPerson(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		waiting := shareHeld(t, w)
		state := w.state()
		half := state.Rotation.Arrivals[len(state.Rotation.Arrivals)-1]
		if !strings.Contains(waiting.For, "arrived: 0 of 100000 new connections") || !strings.HasPrefix(waiting.Next, "resume") {
			t.Errorf("it waits for %q, next %q", waiting.For, waiting.Next)
		}
		if share := state.Exposed()[color.Green]; share < 50 || share == 100 || half.Asked != share || half.Verdict != "fail" {
			t.Errorf("at %d: %+v", share, half)
		}
		status := history.StatusOf(w.spec, state, nil, time.Now())
		if n := len(status.Rotation.Arrivals); n != len(state.Rotation.Arrivals) || n < 2 {
			t.Errorf("status has %d measurements, of %d", n, len(state.Rotation.Arrivals))
		}
		began, ended := state.WeightsAt, time.Now()
		step := state.TTL + state.Rotation.Plan.Interval
		if held := ended.Sub(began); held < 2*step || held > 2*step+2*time.Minute {
			t.Errorf("it was waited for %s, of a step of %s", held, step)
		}
		w.busy["blue"] = 0
		requested(t, w, rotation.Request{Asks: rotation.Resume})
		must(t, Rotate(t.Context(), w.options()))
		checkRotated(t, w)
	})
}

// What is not measured, or cannot be, neither takes traffic from a color that is well nor stops it.
func TestMetricsThatAreGoneStopNoShift(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		applied(t, w)
		newVersion(w)
		o := w.options()
		o.Observer = onEvent{do: func(e journal.Event) {
			switch {
			case e.Kind == journal.PhaseStarted && e.Phase == rotation.Shift:
				w.fail["flows"] = errors.New("CloudWatch is down")
			case e.Kind == journal.PhaseDone && e.Phase == rotation.Shift:
				delete(w.fail, "flows")
			}
		}}
		must(t, Rotate(t.Context(), o))
		checkRotated(t, w)
		report, err := history.ReportOf("tiny", w.events(), "")
		must(t, err)
		if len(report.Arrivals) == 0 || slices.ContainsFunc(report.Arrivals, func(a history.Arrival) bool {
			return a.Verdict != "error" || !strings.Contains(a.Detail, "CloudWatch is down") || a.Counted()
		}) {
			t.Errorf("the report has %+v", report.Arrivals)
		}
	})
}

// A cluster that nobody uses is rotated no slower than without a measure.
func TestAClusterWithoutTrafficIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	took := map[string]time.Duration{}
	for _, arrival := range []string{"off", "hold"} {
		inWorld(t, func(t *testing.T, w *world) {
			applied(t, w)
			newVersion(w)
			w.spec.Spec.Rotation.Traffic.Arrival = arrival
			began := time.Now()
			must(t, Rotate(t.Context(), w.options()))
			took[arrival] = time.Since(began)
			checkRotated(t, w)
			if n := len(w.state().Past[0].Arrivals); (n > 0) != (arrival == "hold") {
				t.Errorf("with %s, %d shares were measured", arrival, n)
			}
		})
	}
	if more := took["hold"] - took["off"]; more > 10*time.Second {
		t.Errorf("it took %s longer", more)
	}
}
