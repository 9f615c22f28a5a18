package cluster

import (
	"errors"
	"strings"
	"testing"
	"time"

	"drover/generator/spec"
	"drover/orchestrator/journal"
	"drover/orchestrator/rotation"
)

// halvesRecovered is a world in which somebody gave both colors traffic by hand, and green was recovered as the active one.
func halvesRecovered(t *testing.T, w *world) {
	t.Helper()
	remote(w)
	keptBlue(t, w)
	w.dns = map[string]int{"blue": 50, "green": 50}
	must(t, Recover(t.Context(), w.options(), "green", yes))
}

// abortedGreen is a world whose green had all traffic until a moment ago.
func abortedGreen(t *testing.T, w *world) {
	t.Helper()
	keptBlue(t, w)
	requested(t, w, rotation.Request{Asks: rotation.Abort})
	_ = rotated[*rotation.RolledBack](t, w, w.options())
}

// Promise 4, for a color that no rotation drains: DNS and resolvers have forgotten it, and people are still connected.
func TestAColorThatHadTrafficIsDestroyedOnceItIsQuietOnly(t *testing.T) {
	t.Parallel()
	rotate := func(t *testing.T, o Options) error { return Rotate(t.Context(), o) }
	for name, c := range map[string]struct {
		color string
		begin func(*testing.T, *world)
		run   func(*testing.T, Options) error
	}{
		"the other color after a recovery": {"blue", halvesRecovered, rotate},
		"a green that was aborted":         {"green", abortedGreen, rotate},
		"by apply":                         {"green", abortedGreen, func(t *testing.T, o Options) error { return Apply(t.Context(), o) }},
		"by a rotate that is not due":      {"green", abortedGreen, func(t *testing.T, o Options) error { return EndFailed(t.Context(), o) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inWorld(t, func(t *testing.T, w *world) {
				c.begin(t, w)
				w.again, w.spec.Spec.Rotation.KeepBlue = true, 0
				if name == "by apply" {
					w.spec.Spec.Kubernetes.Version = "1.32"
				}
				o, began := w.options(), time.Now()
				w.open[c.color] = 500
				o.Observer = onEvent{do: func(e journal.Event) {
					if e.Kind == journal.DestroyIntended && e.Root == c.color && w.open[c.color] > 0 {
						t.Errorf("%s is destroyed with %.0f open connections", c.color, w.open[c.color])
					}
				}}
				if err := c.run(t, o); err == nil || !strings.Contains(err.Error(), "500 connections are open") {
					t.Fatalf("got %v", err)
				}
				if took := time.Since(began); !w.standing[c.color] || took > 2*time.Hour {
					t.Errorf("standing %v, after %s", w.standing, took)
				}
				w.open[c.color] = 0
				must(t, c.run(t, w.options()))
				gone := false
				for _, e := range w.events() {
					gone = gone || e.Kind == journal.Destroyed && e.Root == c.color
				}
				if !gone {
					t.Errorf("%s was never destroyed: %v", c.color, w.applied)
				}
			})
		})
	}
}

// A load balancer that has no metrics is not known to be quiet.
func TestAColorThatHadTrafficAndCannotBeMeasuredStands(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		abortedGreen(t, w)
		w.again, w.fail["flows"] = true, errors.New("access denied")
		if err := EndFailed(t.Context(), w.options()); err == nil || !strings.Contains(err.Error(), "measuring connections to green") {
			t.Errorf("got %v", err)
		}
		delete(w.fail, "flows")
		w.late = time.Hour
		if err := EndFailed(t.Context(), w.options()); err == nil || !strings.Contains(err.Error(), "newest metric") || !w.standing["green"] {
			t.Errorf("got %v, standing %v", err, w.standing)
		}
	})
}

// A pipeline's job that ends sooner than the connections leaves the wait to the next one.
func TestAProcessThatMustEndDoesNotWaitForConnections(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		abortedGreen(t, w)
		w.again, w.open["green"], w.stop = true, 500, 10*time.Minute
		began := time.Now()
		waiting := rotated[*rotation.Waiting](t, w, w.options())
		if took := time.Since(began); took > w.stop || !strings.Contains(waiting.For, "500 connections are open") {
			t.Errorf("after %s: %v", took, waiting)
		}
	})
}

// A day later there is nothing to wait for: one measurement of the past tells.
func TestAFailedGreenThatIsQuietForLongIsDestroyedAtOnce(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		failedGreen(t, w)
		time.Sleep(keepFailed + time.Minute)
		w.spec.Spec.Rotation.Quiet = spec.Duration(time.Hour)
		began := time.Now()
		must(t, EndFailed(t.Context(), w.options()))
		if took := time.Since(began); took > 5*time.Minute || w.standing["green"] {
			t.Errorf("it took %s, standing %v", took, w.standing)
		}
	})
}
