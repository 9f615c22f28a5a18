package cluster

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	tfjson "github.com/hashicorp/terraform-json"

	"drover/orchestrator/journal"
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
	if _, said := left.Tags[rotationTag]; !said && left.Tags != nil { // as all that this rotation makes
		left.Tags[rotationTag] = w.state().Rotation.ID
	}
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

// The journal may not say that an apply was cut off: then Terraform's own error is what tells.
func TestWhatIsInTheWayIsTakenOverAlsoWhereOnlyTerraformSaysSo(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		applied(t, w)
		newVersion(w)
		o, made := w.options(), false
		o.Observer = onEvent{do: func(e journal.Event) {
			if e.Kind == journal.ApplyIntended && e.Root == "green" && !made { // the provider made it, and never had the answer
				left := orphan(greens())
				left.Tags[rotationTag] = e.Rotation
				w.orphans, made = []platform.Existing{left}, true
			}
		}}
		must(t, Rotate(t.Context(), o))
		if !slices.Contains(w.applied, importedThing) {
			t.Errorf("nothing was imported: %v", w.applied)
		}
		checkRotated(t, w)
	})
}

func TestNothingIsTakenOverThatIsNotProvablyTheColors(t *testing.T) {
	t.Parallel()
	broken, older, elsewhere := orphan(greens()), orphan(greens()), orphan(greens())
	broken.Condition = platform.Broken
	older.Created = time.Date(1999, 12, 31, 0, 0, 0, 0, time.UTC) // the simulated time begins a day later
	elsewhere.Elsewhere = "it stands in subnet-9, which is no subnet of the plan"
	copied := greens()
	copied[rotationTag] = "20261129t114750-a12c40"
	first := greens()
	first[rotationTag] = ""
	for name, left := range map[string]platform.Existing{
		// Somebody else's, with all tags of this cluster copied.
		"another rotation's tags": orphan(copied),
		"no rotation's tag":       orphan(first),
		"older than the apply":    older,
		"another network":         elsewhere,

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

// killedInFoundation has the first build's foundation cut off, with the machine that built it.
func killedInFoundation(t *testing.T, w *world, left ...platform.Existing) {
	t.Helper()
	remote(w)
	w.fail["apply foundation"] = errors.New("signal: killed")
	if err := Apply(t.Context(), w.options()); err == nil {
		t.Fatal("the apply of the foundation was not cut off")
	}
	delete(w.fail, "apply foundation")
	w.orphans = left
	w.revive()
}

func TestWhatAKilledFoundationMadeIsTakenOverFromAnotherMachine(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		left := orphan(map[string]string{clusterTag: "tiny"})
		left.Created = time.Now()
		killedInFoundation(t, w, left)
		must(t, Apply(t.Context(), w.options()))
		if !slices.Contains(w.applied, importedThing) || len(w.state().Begun) > 0 {
			t.Errorf("applied %v, still begun %v", w.applied, w.state().Begun)
		}
		if !w.standing["foundation"] || !maps.Equal(w.dns, map[string]int{"blue": 100}) {
			t.Errorf("standing %v, DNS %v", w.standing, w.dns)
		}
	})
}

// What only looks like the foundation's is named, and nothing is made a second time.
func TestAFoundationIsNotBuiltBesideWhatIsNotProvablyItsOwn(t *testing.T) {
	t.Parallel()
	older := orphan(map[string]string{clusterTag: "tiny"})
	older.Created = time.Date(1999, 12, 31, 0, 0, 0, 0, time.UTC)
	second := orphan(map[string]string{clusterTag: "tiny"})
	second.ID = "thing-2"
	for name, left := range map[string][]platform.Existing{
		"another cluster's": {orphan(map[string]string{clusterTag: "other"})},
		"no tags":           {orphan(nil)},
		"older":             {older},
		"two of one name":   {orphan(map[string]string{clusterTag: "tiny"}), second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inWorld(t, func(t *testing.T, w *world) {
				killedInFoundation(t, w, left...)
				err := Apply(t.Context(), w.options())
				var refused *Refused
				if !errors.As(err, &refused) || !strings.Contains(err.Error(), left[0].Remove) || len(w.applied) > 0 || w.standing["foundation"] {
					t.Errorf("says %v, applied %v", err, w.applied)
				}
				w.orphans = nil // a person removed it
				must(t, Apply(t.Context(), w.options()))
			})
		})
	}
}

// The tagging API lists for a while what was deleted.
func TestWhatThePlatformOnlyListsIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		killedInFoundation(t, w, orphan(map[string]string{clusterTag: "tiny"}))
		w.ghost = true
		must(t, Apply(t.Context(), w.options()))
		if slices.Contains(w.applied, importedThing) || !w.standing["foundation"] {
			t.Errorf("applied %v", w.applied)
		}
	})
}
