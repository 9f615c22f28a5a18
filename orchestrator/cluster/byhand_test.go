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
)

// failures ends a process that tries for ever, and counts how often it tried.
func failures(cancel func(), count *int) Observer {
	return onEvent{do: func(e journal.Event) {
		if e.Kind != journal.EffectFailed {
			return
		}
		if *count++; *count > 50 {
			cancel()
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
		rotated[*rotation.Waiting](t, w, w.options())
		served := w.dns
		w.dns = map[string]int{"blue": 70, "green": 30}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		o, tries := w.options(), 0
		o.Observer = failures(cancel, &tries)
		err := Rotate(ctx, o)
		if tries == 0 || tries > 5 || err == nil || !strings.Contains(err.Error(), "another process or a person changed them") {
			t.Fatalf("after %d tries: %v", tries, err)
		}
		w.dns = served
		rotated[*rotation.Waiting](t, w, w.options())
		w.dns = map[string]int{"blue": 70, "green": 30}
		requested(t, w, rotation.Request{Asks: rotation.Rollback})
		rotated[*rotation.RolledBack](t, w, w.options())
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
		rotated[*rotation.Waiting](t, w, w.options())
		w.fail["ask weights"] = errors.New("throttled")
		o := w.options()
		o.Observer = onEvent{do: func(e journal.Event) {
			if e.Kind == journal.EffectFailed {
				delete(w.fail, "ask weights")
			}
		}}
		rotated[*rotation.Waiting](t, w, o)
		if len(w.fail) > 0 {
			t.Error("DNS was not asked")
		}
	})
}
