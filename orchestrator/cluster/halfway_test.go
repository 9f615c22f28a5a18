package cluster

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"drover/orchestrator/journal"
	"drover/orchestrator/rotation"
	"drover/orchestrator/store"
	"drover/orchestrator/verify"
)

// A first build whose last words were lost serves: it is changed as one that serves, in place or not at all.
func TestAFirstBuildThatServesAlreadyIsNotReplacedByTheNextApply(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*world){
		"replaced": func(w *world) { w.inPlace = "replace" },
		"upgraded": func(w *world) { w.inPlace = "update"; newVersion(w) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inWorld(t, func(t *testing.T, w *world) {
				w.fail["confirm"] = errors.New("the domain is not delegated yet")
				if err := Apply(t.Context(), w.options()); err == nil || w.dns["blue"] != 100 {
					t.Fatalf("got %v, DNS %v", err, w.dns)
				}
				delete(w.fail, "confirm")
				change(w)
				w.applied = nil
				var refused *Refused
				if err := Apply(t.Context(), w.options()); !errors.As(err, &refused) || slices.Contains(w.applied, w.inPlace+" blue") {
					t.Errorf("got %v, applied %v", err, w.applied)
				}
			})
		})
	}
}

// Between the end of its traffic and its own a cluster can still be kept: it is verified again, and gets its traffic back.
func TestApplyGivesTrafficBackAfterADestroyThatWasCutShort(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		applied(t, w)
		w.fail["plan blue"] = errors.New("throttled")
		if err := DestroyAll(t.Context(), w.options()); err == nil || len(w.dns) > 0 {
			t.Fatalf("got %v, DNS %v", err, w.dns)
		}
		w.fail = map[string]error{}
		w.verdicts["blue"] = verify.Fail // world.serve says what is wrong if it gets traffic
		if err := Apply(t.Context(), w.options()); err == nil {
			t.Errorf("DNS %v", w.dns)
		}
		delete(w.verdicts, "blue")
		must(t, Apply(t.Context(), w.options()))
		if !maps.Equal(w.dns, map[string]int{"blue": 100}) || w.state().Active != "blue" {
			t.Errorf("DNS %v, active %q", w.dns, w.state().Active)
		}
	})
}

// does not stay under way with the spec of before.
func TestARotationThatRefusesABadRevisionIsOver(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		applied(t, w)
		newVersion(w)
		o := w.options()
		o.Observer = onPhase(rotation.Soak, func() { w.verdicts["green"] = verify.Fail })
		_ = rotated[*rotation.RolledBack](t, w, o)
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

// goes it once the lease is over, and does not say that it is being gone.
func TestARollbackOfARotationWhoseDriverDiedIsCarriedOut(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		applied(t, w)
		newVersion(w)
		o := w.options()
		o.Observer = onPhase(rotation.Soak, func() { w.dead = true })
		_ = Rotate(t.Context(), o)
		w.revive()
		elsewhere := w.options()
		elsewhere.Store = store.Open(w.objects, "tiny", store.Options{Clock: mortal{w}}) // nobody knows that the driver ended
		err := Rollback(t.Context(), elsewhere)
		var back *rotation.RolledBack
		if !errors.As(err, &back) {
			t.Fatalf("rollback says %v", err)
		}
		checkBack(t, w)
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
		w.fail["flows"] = errors.New("throttled")
		o = w.options()
		o.Observer = onEvent{do: func(e journal.Event) {
			if e.Kind == journal.EffectFailed {
				time.AfterFunc(time.Second, func() { w.mu.Lock(); defer w.mu.Unlock(); delete(w.fail, "flows") })
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

// Seen from another region or account everything is gone, which is no reason to build it there: not where nobody knows
// how much of the foundation was made, and not with a journal that was recovered.
func TestAClusterIsNotLookedForInAnotherRegionOrAccount(t *testing.T) {
	t.Parallel()
	begun := map[string]func(*testing.T, *world){
		"it stands": applied,
		"its foundation was cut off": func(t *testing.T, w *world) {
			w.fail["applied foundation"] = errors.New("throttled")
			if err := Apply(t.Context(), w.options()); err == nil {
				t.Fatal("the apply of the foundation did not fail")
			}
			delete(w.fail, "applied foundation")
		},
		"its journal was recovered": func(t *testing.T, w *world) {
			remote(w)
			applied(t, w)
			loseStore(t, w)
			must(t, Recover(t.Context(), w.options(), "", yes))
		},
	}
	for name, change := range map[string]func(*world){
		"region":  func(w *world) { w.spec.Spec.Region = "eu-central-1" },
		"account": func(w *world) { w.account = "999999999999" },
	} {
		for how, begin := range begun {
			t.Run(name+", "+how, func(t *testing.T) {
				t.Parallel()
				inWorld(t, func(t *testing.T, w *world) {
					begin(t, w)
					w.applied = nil
					change(w)
					for _, command := range []string{"apply", "rotate", "destroy"} {
						if err := commands[command](t.Context(), w); err == nil || !strings.Contains(err.Error(), "123456789012 in eu-west-1") {
							t.Errorf("%s says %v", command, err)
						}
					}
					if len(w.applied) > 0 || w.state().Rotation != nil {
						t.Errorf("applied %v", w.applied)
					}
				})
			})
		}
	}
}

// A foundation whose state was lost is not gone, also where no color stands on it any more.
func TestAFoundationWhoseStateWasLostIsNeitherDestroyedNorBuiltAgain(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		remote(w)
		applied(t, w)
		w.fail["apply foundation"] = errors.New("it is in use")
		if err := DestroyAll(t.Context(), w.options()); err == nil || w.standing["blue"] || !w.standing["foundation"] {
			t.Fatalf("standing %v: %v", w.standing, err)
		}
		delete(w.fail, "apply foundation")
		w.noStates, w.applied = true, nil
		for _, command := range []string{"destroy", "apply"} {
			var disagrees *Disagrees
			if err := commands[command](t.Context(), w); !errors.As(err, &disagrees) || !strings.Contains(err.Error(), "the Terraform state of foundation is empty") {
				t.Errorf("%s says %v", command, err)
			}
		}
		if len(w.applied) > 0 || !w.state().Foundation() {
			t.Errorf("applied %v", w.applied)
		}
		w.noStates = false
		must(t, DestroyAll(t.Context(), w.options()))
	})
}
