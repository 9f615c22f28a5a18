package cluster

import (
	"errors"
	"maps"
	"slices"
	"testing"

	"drover/orchestrator/rotation"
)

func TestRotateReplacesBlueByGreen(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		applied(t, w)
		newVersion(w)
		must(t, Rotate(t.Context(), w.options()))
		checkRotated(t, w)
		for _, p := range rotation.Phases {
			if got := w.state().Past[0].Phases[p.Name]; !got.Done() {
				t.Errorf("phase %s ended %q: %s", p.Name, got.Outcome, got.Detail)
			}
		}
	})
}

// Promise 1, at every call that reaches outside or the store: killed there, the next rotate on another machine finishes
// the job, and no instant breaks a promise (world.serve watches).
func TestRotateSurvivesAKillAtEveryCall(t *testing.T) {
	t.Parallel()
	for _, inStore := range []bool{false, true} {
		stride := 1
		if inStore {
			stride = 5 // coprime to the calls of a phase, so that all kinds of calls have their turn
		}
		for at := 1; ; at += stride {
			over := false
			inWorld(t, func(t *testing.T, w *world) {
				applied(t, w)
				newVersion(w)
				w.effects, w.killAt, w.inStore = 0, at, inStore
				err := Rotate(t.Context(), w.options())
				if over = !w.dead; over {
					must(t, err)
					if !slices.Contains(w.applied, "create green") || !slices.Contains(w.applied, "delete blue") || at < 40 {
						t.Fatalf("only %d calls reached outside, %v: the test does not see the rotation", at, w.applied)
					}
					return
				}
				w.inStore = false
				w.revive()
				if state := w.state(); state.Active == "green" && state.Rotation == nil { // it was over
					checkRotated(t, w)
					return
				}
				if err := Rotate(t.Context(), w.options()); err != nil {
					t.Fatalf("killed at call %d (store %v), the next rotate says: %v", at, inStore, err)
				}
				checkRotated(t, w)
			})
			if over || t.Failed() {
				break
			}
		}
	}
}

// Promise 3, from wherever a rotation was killed: blue has all traffic again,
// or its end had begun and rollback says so.
func TestRollbackWorksAfterAKillAtEveryCall(t *testing.T) {
	t.Parallel()
	backs, refusals, over := 0, 0, false
	for at := 1; !over && !t.Failed(); at++ {
		inWorld(t, func(t *testing.T, w *world) {
			applied(t, w)
			w.effects, w.killAt = 0, at
			_ = Rotate(t.Context(), w.options())
			if over = !w.dead; over {
				return
			}
			w.revive()
			r := w.state().Rotation
			if r == nil {
				return
			}
			gone := r.Destroying || r.Draining
			err := Rollback(t.Context(), w.options())
			var back *rotation.RolledBack
			var refused *Refused
			switch {
			case gone && errors.As(err, &refused):
				refusals++
			case !gone && errors.As(err, &back):
				backs++
				checkBack(t, w)
			default:
				t.Fatalf("killed at call %d, on the way to the end %v: rollback says %v", at, gone, err)
			}
		})
	}
	if backs == 0 || refusals == 0 {
		t.Errorf("%d rollbacks and %d refusals: the test sees only one side", backs, refusals)
	}
}

func TestApplySurvivesAKillAtEveryCall(t *testing.T) {
	t.Parallel()
	for _, inStore := range []bool{false, true} {
		for at := 1; ; at++ {
			over := false
			inWorld(t, func(t *testing.T, w *world) {
				w.killAt, w.inStore = at, inStore
				err := Apply(t.Context(), w.options())
				if over = !w.dead; over {
					must(t, err)
					return
				}
				w.inStore = false
				w.revive()
				if err := Apply(t.Context(), w.options()); err != nil {
					t.Fatalf("killed at call %d (store %v), the next apply says: %v", at, inStore, err)
				}
				if !maps.Equal(w.dns, map[string]int{"blue": 100}) || w.state().Active != "blue" {
					t.Fatalf("killed at call %d: DNS %v, active %q", at, w.dns, w.state().Active)
				}
			})
			if over || t.Failed() {
				break
			}
		}
	}
}

// Killed anywhere, a cluster can be destroyed whole.
func TestDestroySurvivesAKillAtEveryCall(t *testing.T) {
	t.Parallel()
	over := false
	for at := 1; !over && !t.Failed(); at++ {
		inWorld(t, func(t *testing.T, w *world) {
			applied(t, w)
			w.effects, w.killAt = 0, at
			err := DestroyAll(t.Context(), w.options())
			if over = !w.dead; over {
				must(t, err)
			} else {
				w.revive()
				if err := DestroyAll(t.Context(), w.options()); err != nil {
					t.Fatalf("killed at call %d, the next destroy says: %v", at, err)
				}
			}
			for root, stands := range w.standing {
				if stands {
					t.Errorf("killed at call %d: %s stands", at, root)
				}
			}
		})
	}
}

func TestASecondRotateIsToldWhoDrives(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		applied(t, w)
		o := w.options()
		asked := false
		o.Observer = onPhase(rotation.Soak, func() {
			asked = true
			second := w.options()
			second.Store = o.Store // which does not know that this process has ended, as it has not
			if err := Rotate(t.Context(), second); err == nil {
				t.Error("two processes drive")
			}
		})
		must(t, Rotate(t.Context(), o))
		if !asked {
			t.Error("nobody tried")
		}
	})
}

// A process that was stopped for longer than its lease holds acts no more.
func TestAProcessWhoseLeaseWasTakenActsNoMore(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		applied(t, w)
		newVersion(w)
		o := w.options()
		var at map[string]int
		o.Observer = onPhase(rotation.Soak, func() { // the process stands still, and another one goes on to the end
			must(t, Rotate(t.Context(), w.options()))
			at = maps.Clone(w.dns)
			w.applied = nil
		})
		err := Rotate(t.Context(), o)
		if !errors.Is(err, rotation.ErrLost) {
			t.Errorf("got %v", err)
		}
		if len(w.applied) > 0 || !maps.Equal(at, w.dns) {
			t.Errorf("it went on: %v, DNS %v", w.applied, w.dns)
		}
		checkRotated(t, w)
	})
}

func TestAFailedPreflightIsInNobodysWay(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		applied(t, w)
		w.fail["quota"] = errors.New("throttled")
		if failed := rotated[*rotation.Failed](t, w, w.options()); !failed.Nothing {
			t.Errorf("got %+v", failed)
		}
		if w.state().Rotation != nil {
			t.Error("a rotation that changed nothing is still under way")
		}
		applied(t, w)
	})
}

func TestACloudThatGoesAwayStopsAndTheNextRotateFinishes(t *testing.T) {
	t.Parallel()
	for _, call := range []string{"apply green", "weights", "apply blue", "leftovers"} {
		t.Run(call, func(t *testing.T) {
			t.Parallel()
			inWorld(t, func(t *testing.T, w *world) {
				applied(t, w)
				newVersion(w)
				o := w.options()
				o.Observer = onPhase(rotation.Building, func() { w.fail[call] = errors.New("connection refused") })
				err := Rotate(t.Context(), o)
				var failed *rotation.Failed
				if !errors.As(err, &failed) {
					t.Fatalf("got %v", err)
				}
				w.fail = map[string]error{}
				must(t, Rotate(t.Context(), w.options()))
				checkRotated(t, w)
			})
		})
	}
}

func TestRotateWithoutABuiltClusterSaysWhatToDo(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		_ = rotated[*Refused](t, w, w.options())
	})
}
