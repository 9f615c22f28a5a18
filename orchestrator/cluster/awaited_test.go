package cluster

import (
	"strings"
	"testing"

	tfjson "github.com/hashicorp/terraform-json"
)

// A database that waits for its window is neither drift, which keeps a rotation from beginning, nor something to apply.
func TestWhatThePlatformDoesByItselfIsNoDrift(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		applied(t, w)
		w.kind, w.does = "awaited", tfjson.Actions{tfjson.ActionUpdate}
		got := planned(t, w)
		if got.Takes != takesNothing || len(got.Roots[0].Changes) != 0 || !strings.Contains(got.Roots[0].Later, "upgrades orders on Sunday") {
			t.Errorf("its plan says %+v", got)
		}
		w.spec.Spec.Kubernetes.Version = "1.36"
		if err := Rotate(t.Context(), w.options()); err != nil {
			t.Errorf("a rotation: %v", err)
		}
	})
}

func TestAnotherUpdateOfTheFoundationIsDrift(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		applied(t, w)
		w.kind, w.does = "other", tfjson.Actions{tfjson.ActionUpdate}
		if got := planned(t, w); got.Takes != takesApply {
			t.Errorf("its plan says %+v", got)
		}
		w.spec.Spec.Kubernetes.Version = "1.36"
		if err := Rotate(t.Context(), w.options()); err == nil || !strings.Contains(err.Error(), "foundation is not what its state says") {
			t.Errorf("a rotation: %v, want a refusal", err)
		}
	})
}

// What an upgrade leaves over goes with the next apply; anything else of the foundation stays, also what is only replaced.
func TestOnlyWhatHoldsNothingGoesFromTheFoundation(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		applied(t, w)
		w.kind, w.does = "spare", tfjson.Actions{tfjson.ActionDelete}
		if got := planned(t, w); got.Takes != takesApply {
			t.Errorf("its plan says %+v", got)
		}
		for _, c := range []struct {
			kind string
			does tfjson.Actions
		}{{"spare", tfjson.Actions{tfjson.ActionDelete, tfjson.ActionCreate}}, {"other", tfjson.Actions{tfjson.ActionDelete}}} {
			w.kind, w.does = c.kind, c.does
			if got := planned(t, w); got.Takes != takesNeither {
				t.Errorf("%s of %s: its plan says %+v", action(c.does), c.kind, got)
			}
		}
	})
}
