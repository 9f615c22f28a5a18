package cluster

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"drover/generator/spec"
	"drover/orchestrator/journal"
	"drover/orchestrator/rotation"
	"drover/orchestrator/verify"
)

// failures ends a process that tries for ever, and counts how often it tried. What begins does so once it drives.
func failures(cancel func(), count *int, begin func()) Observer {
	return onEvent{do: func(e journal.Event) {
		switch e.Kind {
		case journal.Preflighted:
			begin()
		case journal.EffectFailed:
			if *count++; *count > 50 {
				cancel()
			}
		default:
		}
	}}
}

// A later process finds DNS at other weights than the journal has: it says so a few times, and ends.
func TestWeightsThatSomebodyElseChangedAfterTheShiftEndTheNextProcess(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		applied(t, w)
		newVersion(w)
		w.spec.Spec.Rotation.KeepBlue = spec.Duration(24 * time.Hour)
		_ = rotated[*rotation.Waiting](t, w, w.options())
		served, edited := w.dns, map[string]int{"blue": 70, "green": 30}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		o, tries := w.options(), 0
		o.Observer = failures(cancel, &tries, func() { w.dns = edited })
		err := Rotate(ctx, o)
		if tries == 0 || tries > 5 || err == nil || !strings.Contains(err.Error(), "another process or a person changed them") {
			t.Fatalf("after %d tries: %v", tries, err)
		}
		w.dns = served
		_ = rotated[*rotation.Waiting](t, w, w.options())
		w.dns = edited
		var back *rotation.RolledBack
		if err := Rollback(t.Context(), w.options()); !errors.As(err, &back) {
			t.Fatalf("rollback says %v", err)
		}
		checkBack(t, w)
	})
}

// DNS that could not be asked once, and then is as it should be, ends nothing.
func TestAConfirmationThatFailedOnceIsForgotten(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		applied(t, w)
		newVersion(w)
		w.spec.Spec.Rotation.KeepBlue = spec.Duration(24 * time.Hour)
		_ = rotated[*rotation.Waiting](t, w, w.options())
		o, failed := w.options(), false
		o.Observer = onEvent{do: func(e journal.Event) {
			switch e.Kind {
			case journal.Preflighted:
				w.fail["ask weights"] = errors.New("throttled")
			case journal.EffectFailed:
				failed = true
				delete(w.fail, "ask weights")
			default:
			}
		}}
		_ = rotated[*rotation.Waiting](t, w, o)
		if !failed {
			t.Error("DNS was not asked")
		}
	})
}

// Promise 4: what DNS serves is asked right before the first deletion, not remembered. A quiet cluster takes too little
// for its connections to show that somebody sent traffic back to it by hand.
func TestTrafficThatSomebodySentBackByHandKeepsBlue(t *testing.T) {
	t.Parallel()
	for _, phase := range []string{rotation.Soak, rotation.Drain, rotation.Destroying} {
		t.Run(phase, func(t *testing.T) {
			t.Parallel()
			inWorld(t, func(t *testing.T, w *world) {
				applied(t, w)
				newVersion(w)
				o := w.options()
				o.Observer = onPhase(phase, func() {
					w.dns = map[string]int{"blue": 100, "green": 0}
					time.Sleep(time.Minute) // after which what was asked before is not relied on
				})
				failed := rotated[*rotation.Failed](t, w, o)
				if !w.standing["blue"] || w.dns["blue"] != 100 || !strings.Contains(failed.Reason, "another process or a person changed them") {
					t.Errorf("got %v, standing %v, DNS %v", failed, w.standing, w.dns)
				}
				if phase != rotation.Destroying && rotation.NoWayBack(w.state()) != "" {
					t.Errorf("there is no way back to where the traffic is: %s", rotation.NoWayBack(w.state()))
				}
				w.dns = map[string]int{"blue": 0, "green": 100}
				must(t, Rotate(t.Context(), w.options()))
				checkRotated(t, w)
			})
		})
	}
}

// Terraform takes a while to plan that blue's record goes, and does not look at whose traffic that has.
func TestARecordThatGotTrafficByHandWhileItsEndWasPlannedStays(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		applied(t, w)
		newVersion(w)
		o, ending := w.options(), false
		o.Observer = onPhase(rotation.Destroying, func() { ending = true })
		w.heard = func(call string) {
			if call == "plan traffic" && ending {
				w.heard = nil
				w.mu.Lock()
				defer w.mu.Unlock()
				w.dns = map[string]int{"blue": 100, "green": 0}
			}
		}
		failed := rotated[*rotation.Failed](t, w, o)
		if !w.standing["blue"] || w.dns["blue"] != 100 || !strings.Contains(failed.Reason, "blue would lose its record") {
			t.Errorf("got %v, standing %v, DNS %v", failed, w.standing, w.dns)
		}
		w.dns = map[string]int{"blue": 0, "green": 100}
		must(t, Rotate(t.Context(), w.options()))
		checkRotated(t, w)
	})
}

// A green that somebody deleted is built anew, and is another one than a person approved and the checks saw.
func TestAGreenThatIsBuiltAnewIsVerifiedAndApprovedAnew(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		remote(w)
		applied(t, w)
		newVersion(w)
		w.spec.Spec.Rotation.Approvals = []string{"shift"}
		_ = rotated[*rotation.Waiting](t, w, w.options())
		requested(t, w, rotation.Request{Asks: rotation.Approve, Gate: "shift"})
		w.standing["green"] = false
		o := w.options()
		o.Observer = onEvent{do: func(e journal.Event) {
			if e.Kind == journal.Applied && e.Root == "green" { // it needs a while, as any new color
				w.verdicts["green"] = verify.Fail
				time.AfterFunc(time.Minute, func() { w.mu.Lock(); defer w.mu.Unlock(); delete(w.verdicts, "green") })
			}
		}}
		waiting := rotated[*rotation.Waiting](t, w, o)
		if waiting.Phase != rotation.ApproveShift || w.dns["green"] > 0 {
			t.Fatalf("it waits in %s, DNS %v", waiting.Phase, w.dns)
		}
		requested(t, w, rotation.Request{Asks: rotation.Approve, Gate: "shift"})
		must(t, Rotate(t.Context(), w.options()))
		checkRotated(t, w)
	})
}

// Somebody deleted a record by hand: there is nothing for the platform to set a weight of, and Terraform makes it anew.
func TestAWayBackMakesARecordThatSomebodyDeleted(t *testing.T) {
	t.Parallel()
	for _, gone := range []string{"blue", "green"} {
		t.Run(gone, func(t *testing.T) {
			t.Parallel()
			inWorld(t, func(t *testing.T, w *world) {
				applied(t, w)
				newVersion(w)
				o, once := w.options(), false
				o.Observer = onWeights(func(weights map[string]int) {
					if weights["green"] == 50 && !once {
						once = true
						delete(w.dns, gone)
						requested(t, w, rotation.Request{Asks: rotation.Rollback})
					}
				})
				_ = rotated[*rotation.RolledBack](t, w, o)
				checkBack(t, w)
			})
		})
	}
}

// Somebody deletes blue by hand, as green serves anyhow, and then green sickens: an unwell color is more than none.
func TestTrafficDoesNotGoBackToAClusterThatSomebodyDeleted(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		applied(t, w)
		newVersion(w)
		o := w.options()
		o.Observer = onPhase(rotation.Soak, func() {
			w.standing["blue"] = false
			w.verdicts["green"] = verify.Fail
		})
		failed := rotated[*rotation.Failed](t, w, o)
		if w.dns["green"] != 100 || !strings.Contains(failed.Reason, "there is no cluster tiny-blue any more") {
			t.Errorf("got %v, DNS %v", failed, w.dns)
		}
		w.verdicts = map[string]verify.Verdict{}
		must(t, Recover(t.Context(), w.options(), "", yes))
		must(t, Rotate(t.Context(), w.options()))
		if state := w.state(); state.Active != "blue" || !w.standing["blue"] || w.dns["blue"] != 100 {
			t.Errorf("active %q, standing %v, DNS %v", state.Active, w.standing, w.dns)
		}
	})
}
