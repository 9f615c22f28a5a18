package cluster

import (
	"errors"
	"testing"
	"time"

	"drover/orchestrator/journal"
	"drover/orchestrator/rotation"
)

// Measurements that fail now and then, and not one after the other, do not end a drain.
func TestMeasurementsThatFailNowAndThenDoNotEndADrain(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		applied(t, w)
		newVersion(w)
		o, failed := w.options(), 0
		o.Observer = onEvent{do: func(e journal.Event) {
			switch {
			case e.Kind == journal.PhaseStarted && e.Phase == rotation.Drain:
				w.busy["blue"] = 30
				for minute := range 5 {
					time.AfterFunc(time.Duration(minute+1)*5*time.Minute, func() { w.mu.Lock(); defer w.mu.Unlock(); w.fail["flows"] = errors.New("throttled") })
				}
				time.AfterFunc(30*time.Minute, func() { w.mu.Lock(); defer w.mu.Unlock(); w.busy["blue"] = 0 })
			case e.Kind == journal.EffectFailed:
				failed++
				delete(w.fail, "flows")
			}
		}}
		must(t, Rotate(t.Context(), o))
		if failed != 5 {
			t.Errorf("%d measurements failed: the test does not see them", failed)
		}
		checkRotated(t, w)
	})
}
