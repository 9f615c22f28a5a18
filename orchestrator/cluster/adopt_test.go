package cluster

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	tfjson "github.com/hashicorp/terraform-json"

	"drover/orchestrator/platform"
	"drover/orchestrator/rotation"
)

const importedThing = "import module.it.thing thing-1"

// orphan is what a killed build of green left.
func orphan(tags map[string]string) platform.Existing {
	return platform.Existing{Wanted: platform.Wanted{Address: "module.it.thing", Type: "thing"}, ID: "thing-1", Condition: platform.Ready,
		Tags: tags, Remove: "aws thing delete thing-1"}
}

func greens() map[string]string { return map[string]string{clusterTag: "tiny", colorTag: "green"} }

// killedInBuild has Terraform killed while it builds green, and leaves what it made.
func killedInBuild(t *testing.T, w *world, left platform.Existing) {
	t.Helper()
	applied(t, w)
	newVersion(w)
	w.fail["apply green"] = errors.New("signal: killed")
	_ = rotated[*rotation.Failed](t, w, w.options())
	delete(w.fail, "apply green")
	w.orphans = append(w.orphans, left)
}

func TestWhatAKilledBuildMadeIsTakenOverByTheNextOne(t *testing.T) {
	t.Parallel()
	for name, condition := range map[string]platform.Condition{"made": platform.Ready, "being made": platform.Pending} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inWorld(t, func(t *testing.T, w *world) {
				left := orphan(greens())
				left.Condition = condition
				killedInBuild(t, w, left)
				must(t, Rotate(t.Context(), w.options()))
				if !slices.Contains(w.applied, importedThing) {
					t.Errorf("nothing was imported: %v", w.applied)
				}
				checkRotated(t, w)
			})
		})
	}
}

// The journal may not say that an apply was cut off, as where it was lost: then Terraform's own error is what tells.
func TestWhatIsInTheWayIsTakenOverAlsoWhereOnlyTerraformSaysSo(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		applied(t, w)
		newVersion(w)
		w.orphans = []platform.Existing{orphan(greens())}
		must(t, Rotate(t.Context(), w.options()))
		if !slices.Contains(w.applied, importedThing) {
			t.Errorf("nothing was imported: %v", w.applied)
		}
		checkRotated(t, w)
	})
}

func TestNothingIsTakenOverThatIsNotProvablyTheColors(t *testing.T) {
	t.Parallel()
	broken := orphan(greens())
	broken.Condition = platform.Broken
	for name, left := range map[string]platform.Existing{
		"no tags":         orphan(nil),
		"another cluster": orphan(map[string]string{clusterTag: "other", colorTag: "green"}),
		"another color":   orphan(map[string]string{clusterTag: "tiny", colorTag: "blue"}),
		"no color":        orphan(map[string]string{clusterTag: "tiny"}),
		"broken":          broken,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inWorld(t, func(t *testing.T, w *world) {
				killedInBuild(t, w, left)
				w.applied = nil
				failed := rotated[*rotation.Failed](t, w, w.options())
				if !strings.Contains(failed.Reason, left.Remove) || !strings.Contains(failed.Reason, "terraform import 'module.it.thing' 'thing-1'") || len(w.applied) > 0 {
					t.Errorf("says %v, applied %v", failed, w.applied)
				}
				if !maps.Equal(w.dns, map[string]int{"blue": 100}) {
					t.Errorf("DNS %v", w.dns)
				}
				w.orphans = nil // a person removed it
				must(t, Rotate(t.Context(), w.options()))
				checkRotated(t, w)
			})
		})
	}
}

func TestWhatTheStateHoldsIsNoOrphan(t *testing.T) {
	t.Parallel()
	plan := &tfjson.Plan{PriorState: &tfjson.State{Values: &tfjson.StateValues{RootModule: &tfjson.StateModule{ChildModules: []*tfjson.StateModule{
		{Resources: []*tfjson.StateResource{{Type: "thing", AttributeValues: map[string]any{"id": "thing-1"}}}},
	}}}}}
	if has := inState(plan); !has["thing thing-1"] || len(has) != 1 {
		t.Errorf("the state holds %v", has)
	}
}

// A rotation that goes back after its build was killed destroys the whole of green with the next one's beginning.
func TestWhatAKilledBuildMadeIsDestroyedWithTheColor(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		killedInBuild(t, w, orphan(greens()))
		var back *rotation.RolledBack
		if err := Rollback(t.Context(), w.options()); !errors.As(err, &back) {
			t.Fatalf("rollback says %v", err)
		}
		must(t, Rotate(t.Context(), w.options()))
		if !slices.Contains(w.applied, importedThing) {
			t.Errorf("nothing was imported: %v", w.applied)
		}
		checkRotated(t, w)
	})
}
