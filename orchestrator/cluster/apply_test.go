package cluster

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"drover/generator"
	"drover/orchestrator/color"
	"drover/orchestrator/verify"
)

func TestApplyBuildsVerifiesAndThenGivesTraffic(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		applied(t, w)
		if want := []string{"create foundation", "create blue", "create traffic"}; !slices.Equal(w.applied, want) {
			t.Errorf("applied %v, want %v", w.applied, want)
		}
		if state := w.state(); state.Active != color.Blue || !maps.Equal(w.dns, map[string]int{"blue": 100}) || !state.Followed {
			t.Errorf("active %q, DNS %v", state.Active, w.dns)
		}
	})
}

func TestApplyAgainChangesNothing(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		applied(t, w)
		before := len(w.applied)
		applied(t, w)
		if len(w.applied) != before {
			t.Errorf("the second apply did %v", w.applied[before:])
		}
	})
}

func TestApplyGivesNoTrafficToAColorThatFailsVerification(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		w.verdicts["blue"] = verify.Fail
		var unhealthy *Unhealthy
		if err := Apply(t.Context(), w.options()); !errors.As(err, &unhealthy) {
			t.Fatalf("apply says %v", err)
		}
		if len(w.dns) != 0 {
			t.Errorf("DNS has %v", w.dns)
		}
		w.verdicts = map[string]verify.Verdict{}
		applied(t, w)
		if !maps.Equal(w.dns, map[string]int{"blue": 100}) {
			t.Errorf("once blue is well, DNS has %v", w.dns)
		}
	})
}

func TestApplyRefusesAnUpgradeInPlaceAndOffersARotation(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		applied(t, w)
		newVersion(w)
		err := Apply(t.Context(), w.options())
		var refused *Refused
		if !errors.As(err, &refused) || !strings.Contains(err.Error(), "drover rotate") {
			t.Errorf("got %v", err)
		}
	})
}

// A plan that would replace the cluster is refused, and the files are again those that it was built from.
func TestApplyThatWouldReplaceLeavesTheFilesOfBefore(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		applied(t, w)
		before := maps.Clone(w.files)
		w.inPlace = "replace"
		w.spec.Spec.NodePools[0].Max++
		err := Apply(t.Context(), w.options())
		var refused *Refused
		if !errors.As(err, &refused) || !strings.Contains(err.Error(), "drover rotate") {
			t.Fatalf("got %v", err)
		}
		if string(before["tiny/blue/main.tf"]) != string(w.files["tiny/blue/main.tf"]) {
			t.Error("blue's files are not those that it was built from")
		}
	})
}

func TestDestroyAllTakesTrafficFirstAndTheFoundationLast(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		applied(t, w)
		w.applied = nil
		w.files = map[string][]byte{} // another machine
		must(t, DestroyAll(t.Context(), w.options()))
		// What refuses to be deleted is made deletable right before, and no sooner.
		if want := []string{"delete traffic", "update blue", "delete blue", "update foundation", "delete foundation"}; !slices.Equal(w.applied, want) {
			t.Errorf("destroyed %v, want %v", w.applied, want)
		}
		if state := w.state(); state.Active != "" || len(state.Colors) != 0 || len(state.Bundles) != 0 {
			t.Errorf("the journal still has %+v", state)
		}
		applied(t, w) // and what is gone can be built again
	})
}

func TestFilesOfTheActiveColorAreNotRenderedAgain(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		applied(t, w)
		roots := Renderable(w.state())
		if slices.Contains(roots, generator.Blue) || !slices.Contains(roots, generator.Green) {
			t.Errorf("generate may write %v", roots)
		}
		if w.files["tiny/blue/"+BuiltFile] == nil || w.files["tiny/green/"+BuiltFile] != nil {
			t.Error("the file of a color that was built is not where it should be")
		}
	})
}
