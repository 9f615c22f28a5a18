package cluster

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"drover/generator/spec"
	"drover/orchestrator/journal"
)

// inNight tests a built cluster whose window is open from two to six, at two; the clock is the test's own, and begins on a
// Saturday.
func inNight(t *testing.T, test func(*testing.T, *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
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
		before, done := filesBelow(t, StoreDir(w.out, "tiny")+"/journal.jsonl"), len(w.applied)
		err := InWindow(t.Context(), w.options())
		for _, err := range []error{err, Rotate(t.Context(), w.options())} {
			var waiting *Waiting
			if !errors.As(err, &waiting) || !strings.Contains(err.Error(), "opens Sun 2000-01-02 02:00 UTC") || !strings.Contains(err.Error(), "--ignore-window") {
				t.Errorf("got %v", err)
			}
		}
		if after := filesBelow(t, StoreDir(w.out, "tiny")+"/journal.jsonl"); !slices.Equal(before, after) || len(w.applied) != done {
			t.Errorf("something was done: %v, %v", after, w.applied[done:])
		}
		time.Sleep(20*time.Hour - waitInProcess) // near enough to wait for
		if err := errors.Join(InWindow(t.Context(), w.options()), Rotate(t.Context(), w.options())); err != nil {
			t.Fatal(err)
		}
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
		Preflight: Build, Render: Build, Build: Bootstrap, Bootstrap: Shift, Verify: Shift, ApproveShift: Shift,
		Shift: Drain, Handover: Drain, Soak: Drain, ApproveDestroy: Drain, Drain: Destroy, Destroy: "", Sweep: "",
	} {
		t.Run(closes, func(t *testing.T) {
			t.Parallel()
			inNight(t, func(t *testing.T, w *world) {
				o := w.options()
				o.Observer = onPhase{closes, func() { time.Sleep(5 * time.Hour) }}
				err := Rotate(t.Context(), o)
				if waits == "" {
					checkRotated(t, w)
					return
				}
				var waiting *Waiting
				if !errors.As(err, &waiting) || waiting.Phase != waits {
					t.Fatalf("got %v, want that %s waits", err, waits)
				}
				if had := w.state().Rotation.Phases[waits]; had.Outcome != journal.Waiting || !strings.Contains(had.Detail, "Sun 2000-01-02 02:00 UTC") || had.Starts != 0 {
					t.Errorf("%s is %+v", waits, had)
				}
				if err := Rotate(t.Context(), w.options()); !errors.As(err, &waiting) || waiting.Phase != waits {
					t.Errorf("the next process says %v", err)
				}
				time.Sleep(20 * time.Hour)
				if err := Rotate(t.Context(), w.options()); err != nil {
					t.Fatal(err)
				}
				checkRotated(t, w)
			})
		})
	}
}

func TestAPhaseThatHasBegunGoesOnAfterTheWindow(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		had   []journal.Event
		waits bool
	}{
		"not begun":             {nil, true},
		"killed":                {[]journal.Event{{Kind: journal.PhaseStarted}}, false},
		"failed":                {[]journal.Event{{Kind: journal.PhaseStarted}, {Kind: journal.PhaseFailed, Outcome: journal.Failed}}, false},
		"done, holds no longer": {[]journal.Event{{Kind: journal.PhaseStarted}, {Kind: journal.PhaseDone, Outcome: journal.Done}}, true},
		"that, and then waited": {[]journal.Event{{Kind: journal.PhaseStarted}, {Kind: journal.PhaseDone, Outcome: journal.Done}, {Kind: journal.PhaseDone, Outcome: journal.Waiting}}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inNight(t, func(t *testing.T, w *world) {
				r := &rotation{started(t, w.options())}
				for _, e := range c.had {
					e.Phase = Shift
					if err := r.record(t.Context(), e); err != nil {
						t.Fatal(err)
					}
				}
				time.Sleep(5 * time.Hour)
				err := r.awaitHours(t.Context(), phase(t, Shift))
				var waiting *Waiting
				if errors.As(err, &waiting) != c.waits || (err != nil) != c.waits {
					t.Errorf("got %v", err)
				}
			})
		})
	}
}

func TestARollbackNeedsNoWindow(t *testing.T) {
	t.Parallel()
	inNight(t, func(t *testing.T, w *world) {
		o := w.options()
		o.Observer = onPhase{Shift, func() { time.Sleep(5 * time.Hour) }}
		var waiting *Waiting
		if err := Rotate(t.Context(), o); !errors.As(err, &waiting) || w.dns["green"] != 100 {
			t.Fatalf("got %v, DNS %v", err, w.dns)
		}
		err := Rollback(t.Context(), w.options())
		var back *RolledBack
		if !errors.As(err, &back) || w.dns["blue"] != 100 {
			t.Errorf("got %v, DNS %v", err, w.dns)
		}
	})
}

func TestWhoIgnoresTheWindowIsInTheJournal(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		later time.Duration
		want  []string
	}{
		"outside of it": {5 * time.Hour, []string{Build, Bootstrap, Shift, Drain, Destroy}},
		"in it":         {0, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inNight(t, func(t *testing.T, w *world) {
				time.Sleep(c.later)
				o := w.options()
				o.NoWindow = "ann"
				if err := errors.Join(InWindow(t.Context(), o), Rotate(t.Context(), o)); err != nil {
					t.Fatal(err)
				}
				checkRotated(t, w)
				events, err := journal.Open(StoreDir(w.out, "tiny")).Events(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				var ignored []string
				for _, e := range events {
					if e.Kind == journal.WindowIgnored && e.By == "ann" && e.Rotation != "" {
						ignored = append(ignored, e.Phase)
					}
				}
				if !slices.Equal(ignored, c.want) {
					t.Errorf("ignored for %v, want %v", ignored, c.want)
				}
			})
		})
	}
}

func TestAnInterruptEndsTheWaitForTheWindow(t *testing.T) {
	t.Parallel()
	inNight(t, func(t *testing.T, w *world) {
		r := &rotation{started(t, w.options())}
		time.Sleep(24*time.Hour - time.Minute)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := r.awaitHours(ctx, phase(t, Build)); !errors.Is(err, errInterrupted) {
			t.Errorf("got %v", err)
		}
	})
}
