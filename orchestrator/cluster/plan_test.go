package cluster

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"drover/orchestrator/rotation"
)

// planned plans a world in a directory of its own, and fails the test if that changes anything.
func planned(t *testing.T, w *world) Planned {
	t.Helper()
	files, names := w.files, w.objects.Names()
	w.files = maps.Clone(files)
	defer func() { w.files = files }()
	planned, err := Plan(t.Context(), w.options())
	must(t, err)
	if after := w.objects.Names(); !slices.Equal(names, after) {
		t.Errorf("before the plan the store had %v, after it %v", names, after)
	}
	return planned
}

func TestAPlanSaysWhichCommandItTakes(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		first := planned(t, w)
		if first.Takes != takesApply || len(first.Roots[0].Changes) != 1 || first.Roots[1].Later == "" || !strings.Contains(first.Reason, "drover apply") {
			t.Errorf("before the first build: %+v", first)
		}
		applied(t, w)
		if same := planned(t, w); same.Takes != takesNothing {
			t.Errorf("right after apply: %+v", same)
		}
		w.spec.Spec.Kubernetes.Version = "1.33"
		if up := planned(t, w); up.Takes != takesRotate || !strings.Contains(up.Reason, "Kubernetes 1.33, and blue runs 1.32") || !strings.Contains(up.Reason, "drover rotate") {
			t.Errorf("with another version: %+v", up)
		}
		w.grows = true
		if both := planned(t, w); both.Takes != takesRotate || !strings.Contains(both.Reason, "comes first") {
			t.Errorf("with a change of the foundation too: %+v", both)
		}
	})
}

func TestAPlanTellsWhatApplyMakesFromWhatItRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ action, takes string }{"an update": {"update", takesApply}, "a replacement": {"replace", takesRotate}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inWorld(t, func(t *testing.T, w *world) {
				applied(t, w)
				w.inPlace = c.action
				got := planned(t, w)
				if got.Takes != c.takes || got.Roots[1].Changes[0].Action != c.action {
					t.Errorf("got %+v, want %s", got, c.takes)
				}
			})
		})
	}
}

func TestAPlanOfARotationUnderWaySaysSo(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		applied(t, w)
		o := w.options()
		asked := false
		o.Observer = onPhase(rotation.Soak, func() { // while another process holds the lease: a plan needs none
			asked = true
			if got := planned(t, w); got.Takes != takesRotate || !strings.Contains(got.Reason, "under way (in soak)") {
				t.Errorf("got %+v", got)
			}
		})
		must(t, Rotate(t.Context(), o))
		if !asked {
			t.Error("nobody asked")
		}
	})
}
