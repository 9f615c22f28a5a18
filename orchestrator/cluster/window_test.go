package cluster

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"drover/generator/spec"
	"drover/orchestrator/journal"
	"drover/orchestrator/rotation"
)

// inNight tests a built cluster whose window is open from two to six, at two; the clock is the test's own, and begins on a
// Saturday.
func inNight(t *testing.T, test func(*testing.T, *world)) {
	t.Helper()
	inWorld(t, func(t *testing.T, w *world) {
		applied(t, w)
		w.spec.Spec.Rotation.Window = &spec.Window{From: "02:00", To: "06:00", Timezone: "UTC"}
		newVersion(w)
		time.Sleep(time.Until(time.Date(2000, 1, 1, 2, 0, 0, 0, time.UTC)))
		test(t, w)
	})
}

func TestARotationOutsideOfTheWindowBeginsNothing(t *testing.T) {
	t.Parallel()
	inNight(t, func(t *testing.T, w *world) {
		time.Sleep(4 * time.Hour) // the window closes at this instant
		done := len(w.applied)
		for _, err := range []error{w.options().InWindow(w.state()), Rotate(t.Context(), w.options())} {
			var waiting *rotation.Waiting
			if !errors.As(err, &waiting) || !strings.Contains(err.Error(), "opens Sun 2000-01-02 02:00 UTC") || !strings.Contains(err.Error(), "--ignore-window") {
				t.Errorf("got %v", err)
			}
		}
		if state := w.state(); state.Rotation != nil || len(state.Past) > 0 || len(w.applied) != done {
			t.Errorf("something was done: %v", w.applied[done:])
		}
		time.Sleep(20*time.Hour - waitInProcess) // near enough to wait for
		must(t, errors.Join(w.options().InWindow(w.state()), Rotate(t.Context(), w.options())))
		checkRotated(t, w)
		if began := w.state().Past[0].StartedAt; !began.Equal(time.Date(2000, 1, 2, 2, 0, 0, 0, time.UTC)) {
			t.Errorf("it began at %v", began)
		}
	})
}

// What runs when the window closes is finished, and so is what follows without harm.
func TestAPhaseThatActsBeginsInTheWindowOnly(t *testing.T) {
	t.Parallel()
	for closes, waits := range map[string]string{
		rotation.Preflight: rotation.Building, rotation.Verify: rotation.Shift, rotation.Shift: rotation.Drain, rotation.Soak: rotation.Drain,
		rotation.Drain: rotation.Destroying, rotation.Destroying: "", rotation.Sweeping: "",
	} {
		t.Run(closes, func(t *testing.T) {
			t.Parallel()
			inNight(t, func(t *testing.T, w *world) {
				// One after the other, as a process that stands still loses its lease: it ends, and another one goes on.
				o := w.options()
				o.Stop = time.Now().Add(365 * 24 * time.Hour)
				o.Observer = onEvent{do: func(e journal.Event) {
					if e.Kind == journal.PhaseDone && e.Phase == closes {
						w.spec.Spec.Rotation.Window = nil // nobody looks at today's spec
						w.mu.Lock()
						w.dead = true
						w.mu.Unlock()
					}
				}}
				_ = Rotate(t.Context(), o)
				files := w.files
				w.revive()
				w.files = files
				time.Sleep(5 * time.Hour)
				err := Rotate(t.Context(), w.options())
				if waits == "" {
					must(t, err)
					checkRotated(t, w)
					return
				}
				var waiting *rotation.Waiting
				if !errors.As(err, &waiting) || waiting.Phase != waits {
					t.Fatalf("got %v, want that %s waits", err, waits)
				}
				if back := strings.Contains(err.Error(), "rollback"); back != (rotation.NoWayBack(w.state()) == "") {
					t.Errorf("while there is a way back %v, it says: %v", !back, err)
				}
				time.Sleep(20 * time.Hour)
				must(t, Rotate(t.Context(), w.options()))
				checkRotated(t, w)
			})
		})
	}
}

func TestWhoIgnoresTheWindowIsInTheJournal(t *testing.T) {
	t.Parallel()
	inNight(t, func(t *testing.T, w *world) {
		time.Sleep(10 * time.Hour)
		o := w.options()
		o.NoWindow = true
		must(t, errors.Join(o.InWindow(w.state()), Rotate(t.Context(), o)))
		checkRotated(t, w)
		ignored := slices.DeleteFunc(w.events(), func(e journal.Event) bool { return e.Kind != journal.WindowIgnored })
		if len(ignored) != 1 || ignored[0].By != "ann" || ignored[0].Rotation == "" {
			t.Errorf("the journal has %+v", ignored)
		}
	})
}
