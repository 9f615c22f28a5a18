package cluster

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"drover/orchestrator/journal"
	"drover/orchestrator/rotation"
	"drover/orchestrator/verify"
)

// does not stay under way with the spec of before.
func TestARotationThatRefusesABadRevisionIsOver(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		applied(t, w)
		newVersion(w)
		o := w.options()
		o.Observer = onPhase(rotation.Soak, func() { w.verdicts["green"] = verify.Fail })
		rotated[*rotation.RolledBack](t, w, o)
		w.verdicts = map[string]verify.Verdict{}
		failed := rotated[*rotation.Failed](t, w, w.options())
		if !failed.Nothing || !strings.Contains(failed.Reason, "--again") || w.state().Rotation != nil {
			t.Errorf("got %+v, under way %+v", failed, w.state().Rotation)
		}
		w.spec.Spec.NodePools[0].Max++
		must(t, Rotate(t.Context(), w.options()))
		checkRotated(t, w)
	})
}

// it alone for that.
func TestATransientFailureOfPreflightDoesNotEndARotationWithTraffic(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		applied(t, w)
		newVersion(w)
		ctx, cancel := context.WithCancel(t.Context())
		o := w.options()
		o.Observer = onWeights(func(weights map[string]int) {
			if weights["green"] == 50 {
				cancel()
			}
		})
		if err := Rotate(ctx, o); !errors.Is(err, rotation.ErrInterrupted) {
			t.Fatalf("got %v", err)
		}
		w.fail["account"] = errors.New("throttled")
		o = w.options()
		o.Observer = onEvent{do: func(e journal.Event) {
			if e.Kind == journal.EffectFailed {
				time.AfterFunc(time.Second, func() { w.mu.Lock(); defer w.mu.Unlock(); delete(w.fail, "account") })
			}
		}}
		must(t, Rotate(t.Context(), o))
		checkRotated(t, w)
	})
}

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
