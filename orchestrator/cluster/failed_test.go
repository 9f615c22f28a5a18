package cluster

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"drover/orchestrator/journal"
	"drover/orchestrator/rotation"
	"drover/orchestrator/verify"
)

// failedGreen has a rotation rolled back, and its green kept past its time.
func failedGreen(t *testing.T, w *world) {
	t.Helper()
	applied(t, w)
	newVersion(w)
	o := w.options()
	o.Observer = onPhase(rotation.Soak, func() { w.verdicts["green"] = verify.Fail })
	_ = rotated[*rotation.RolledBack](t, w, o)
	if f := w.state().Failed; f == nil || !w.standing["green"] || o.Overdue(w.state()) != nil {
		t.Fatalf("green is not kept to be looked at: %+v, standing %v", f, w.standing)
	}
	w.verdicts, w.applied = map[string]verify.Verdict{}, nil
	w.spec.Spec.Kubernetes.Version = "1.32" // the change of the spec is reverted
}

// With the spec as it was, no rotation is due that would make room for its own green.
func TestAFailedGreenIsDestroyedByWhateverRunsNextOnceItsTimeIsOver(t *testing.T) {
	t.Parallel()
	for name, run := range map[string]func(*testing.T, *world) error{
		"apply": func(t *testing.T, w *world) error { return Apply(t.Context(), w.options()) },
		"a rotate that is not due": func(t *testing.T, w *world) error {
			if due, why, err := Due(t.Context(), w.options(), Condition{Changed: true}); due || err != nil {
				t.Fatalf("due %v (%s): %v", due, why, err)
			}
			return EndFailed(t.Context(), w.options())
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inWorld(t, func(t *testing.T, w *world) {
				failedGreen(t, w)
				must(t, run(t, w))
				if !w.standing["green"] || slices.Contains(w.applied, "delete green") {
					t.Fatalf("green was destroyed before its time: %v", w.applied)
				}
				time.Sleep(keepFailed + time.Minute)
				w.files = map[string][]byte{}
				must(t, run(t, w))
				if w.standing["green"] || w.state().Failed != nil {
					t.Errorf("green still stands: %v, %+v", w.standing, w.state().Failed)
				}
				if w.state().Active != "blue" || w.dns["blue"] != 100 {
					t.Errorf("active %q, DNS %v", w.state().Active, w.dns)
				}
			})
		})
	}
}

// A revision that was given up before it stood was never seen to be bad.
func TestARevisionThatWasAbortedBeforeItWasBuiltIsBuiltAgain(t *testing.T) {
	t.Parallel()
	for _, call := range []string{"init green", "plan green", "apply green"} {
		t.Run(call, func(t *testing.T) {
			t.Parallel()
			inWorld(t, func(t *testing.T, w *world) {
				applied(t, w)
				time.Sleep(time.Hour)
				newVersion(w)
				w.fail[call] = errors.New("the account's quota is used up")
				_ = rotated[*rotation.Failed](t, w, w.options())
				requested(t, w, rotation.Request{Asks: rotation.Abort})
				_ = rotated[*rotation.RolledBack](t, w, w.options())
				delete(w.fail, call)
				must(t, Rotate(t.Context(), w.options()))
				checkRotated(t, w)
			})
		})
	}
}

// Somebody sent the traffic to the failed green by hand, after this process had compared the journal with DNS: blue was
// worse.
func TestAFailedGreenThatHasTrafficByHandIsNotDestroyed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		said string // before it is done
		run  func(*testing.T, Options) error
	}{
		"apply":  {"destroying green", func(t *testing.T, o Options) error { return Apply(t.Context(), o) }},
		"rotate": {"destroying green", func(t *testing.T, o Options) error { return Rotate(t.Context(), o) }},
		"while its cluster is emptied": {"taking back what controllers in green", func(t *testing.T, o Options) error {
			return EndFailed(t.Context(), o)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inWorld(t, func(t *testing.T, w *world) {
				failedGreen(t, w)
				time.Sleep(keepFailed + time.Minute)
				o := w.options()
				o.Observer = onProgress{do: func(message string) {
					if strings.HasPrefix(message, c.said) {
						w.dns = map[string]int{"blue": 0, "green": 100}
					}
				}}
				var refused *Refused
				if err := c.run(t, o); !errors.As(err, &refused) || !strings.Contains(err.Error(), "its record in DNS has the weight 100") {
					t.Errorf("got %v", err)
				}
				if !w.standing["green"] || w.dns["green"] != 100 {
					t.Errorf("standing %v, DNS %v", w.standing, w.dns)
				}
			})
		})
	}
}

// Resolvers send people to a green that had traffic a moment ago.
func TestAGreenThatWasAbortedIsDestroyedOnceResolversHaveForgottenIt(t *testing.T) {
	t.Parallel()
	for name, run := range map[string]func(*testing.T, Options) error{
		"at once":             func(t *testing.T, o Options) error { return EndFailed(t.Context(), o) },
		"by another rotation": func(t *testing.T, o Options) error { return Rotate(t.Context(), o) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inWorld(t, func(t *testing.T, w *world) {
				keptBlue(t, w)
				requested(t, w, rotation.Request{Asks: rotation.Abort})
				var back time.Time
				o := w.options()
				o.Observer = onWeights(func(weights map[string]int) {
					if weights["blue"] == 100 && back.IsZero() {
						back = time.Now()
					}
				})
				_ = rotated[*rotation.RolledBack](t, w, o)
				w.again, w.spec.Spec.Rotation.KeepBlue = true, 0
				o = w.options()
				after := time.Duration(-1)
				o.Observer = onEvent{do: func(e journal.Event) {
					if e.Kind == journal.DestroyIntended && after < 0 {
						after = time.Since(back)
					}
				}}
				must(t, run(t, o))
				if after < time.Minute {
					t.Errorf("green was destroyed %s after the traffic left it, and its time to live is a minute", after)
				}
			})
		})
	}
}

// Somebody found that the failed green is well after all, sent the traffic there by hand, and had that recovered.
func TestAFailedGreenThatWasMadeActiveIsNoFailedOneAnyMore(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		failedGreen(t, w)
		w.dns = map[string]int{"green": 100}
		must(t, Recover(t.Context(), w.options(), "", yes))
		if state := w.state(); state.Active != "green" || state.Failed != nil {
			t.Fatalf("active %q, failed %+v", state.Active, state.Failed)
		}
		time.Sleep(keepFailed + time.Minute)
		newVersion(w) // which green has
		must(t, Rotate(t.Context(), w.options()))
		if state := w.state(); state.Active != "blue" || !w.standing["blue"] || w.standing["green"] {
			t.Errorf("active %q, standing %v", state.Active, w.standing)
		}
	})
}
