package cluster

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	tfjson "github.com/hashicorp/terraform-json"

	"drover/orchestrator/journal"
	"drover/orchestrator/terraform"
)

// Whatever weights follow whatever others, every write leaves one color above
// zero on both of its sides, and the last one is what was asked.
func TestWritesNeverCrossAllZero(t *testing.T) {
	t.Parallel()
	shares := []int{0, 1, 5, 50, 95, 100}
	for _, fromBlue := range shares {
		for _, toBlue := range shares {
			from := map[string]int{"blue": fromBlue, "green": 100 - fromBlue}
			to := map[string]int{"blue": toBlue, "green": 100 - toBlue}
			now := from
			steps := writes(from, to)
			for _, next := range steps {
				if min(now["blue"], next["blue"]) == 0 && min(now["green"], next["green"]) == 0 {
					t.Errorf("%v to %v by %v: all zero is possible", from, to, steps)
				}
				now = next
			}
			if now["blue"] != toBlue || now["green"] != 100-toBlue {
				t.Errorf("%v to %v ends at %v", from, to, now)
			}
		}
	}
}

func TestARollbackIsNearlyWholeInItsFirstWrite(t *testing.T) {
	t.Parallel()
	got := writes(map[string]int{"blue": 0, "green": 100}, map[string]int{"blue": 100, "green": 0})
	if len(got) != 2 || got[0]["blue"] != 100 || got[0]["green"] != 1 {
		t.Errorf("got %v", got)
	}
}

func change(actions tfjson.Actions, cluster, color string) *tfjson.ResourceChange {
	values := map[string]any{"tags_all": map[string]any{clusterTag: cluster, colorTag: color}}
	return &tfjson.ResourceChange{Address: "a", Change: &tfjson.Change{Actions: actions, Before: values, After: values}}
}

func TestGuards(t *testing.T) {
	t.Parallel()
	create, update, remove := tfjson.Actions{tfjson.ActionCreate}, tfjson.Actions{tfjson.ActionUpdate}, tfjson.Actions{tfjson.ActionDelete}
	replace := tfjson.Actions{tfjson.ActionDelete, tfjson.ActionCreate}
	untagged := &tfjson.ResourceChange{Address: "attachment", Change: &tfjson.Change{Actions: remove, Before: map[string]any{}}}
	lifts := func(p *tfjson.Plan, _, _ string) error { return liftsOnly(p) }
	inPlaceOnly := func(p *tfjson.Plan, cluster, color string) error { return inPlace(p, cluster, color) }
	for name, c := range map[string]struct {
		guard  planGuard
		change *tfjson.ResourceChange
		refuse string // a part of the reason; empty where it is allowed
	}{
		"destroy deletes its own":             {deletesOnly, change(remove, "shop", "blue"), ""},
		"destroy deletes what has no tags":    {deletesOnly, untagged, ""},
		"destroy does not delete green":       {deletesOnly, change(remove, "shop", "green"), `"green"`},
		"destroy does not delete the others'": {deletesOnly, change(remove, "other", "blue"), `"other"`},
		"destroy does not update":             {deletesOnly, change(update, "shop", "blue"), "only deletes"},
		"destroy does not replace":            {deletesOnly, change(replace, "shop", "blue"), "only deletes"},
		"build creates":                       {buildsOnly, change(create, "shop", "blue"), ""},
		"build repairs":                       {buildsOnly, change(replace, "shop", "blue"), ""},
		"build does not delete":               {buildsOnly, change(remove, "shop", "blue"), "delete a"},
		"build makes only its own":            {buildsOnly, change(create, "shop", "green"), `"green"`},
		"lifting updates":                     {lifts, change(update, "shop", "blue"), ""},
		"lifting does not delete":             {lifts, change(remove, "shop", "blue"), "delete a"},
		"lifting does not replace":            {lifts, change(replace, "shop", "blue"), "replace a"},
		"lifting does not create":             {lifts, change(create, "shop", "blue"), "create a"},
		"apply updates":                       {inPlaceOnly, change(update, "shop", "blue"), ""},
		"apply does not replace":              {inPlaceOnly, change(replace, "shop", "blue"), "replace a"},
		"apply does not delete":               {inPlaceOnly, change(remove, "shop", "blue"), "delete a"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := c.guard(&tfjson.Plan{ResourceChanges: []*tfjson.ResourceChange{c.change}}, "shop", "blue")
			if c.refuse == "" && err != nil {
				t.Errorf("refused: %v", err)
			}
			if c.refuse != "" && (err == nil || !strings.Contains(err.Error(), c.refuse)) {
				t.Errorf("got %v, want a refusal that names %s", err, c.refuse)
			}
		})
	}
}

func TestTheColorsFileNeedsAnEndpointForEveryColor(t *testing.T) {
	t.Parallel()
	colors := map[string]journal.Color{"blue": {Endpoint: journal.Endpoint{DNSName: "b.lb", ZoneID: "Z"}}}
	if _, err := colorsVariable(map[string]int{"blue": 90, "green": 10}, colors); err == nil {
		t.Error("a color without a load balancer got traffic")
	}
	data, err := colorsVariable(map[string]int{"blue": 100}, colors)
	if err != nil || !strings.Contains(string(data), `"weight": 100`) {
		t.Errorf("got %s, %v", data, err)
	}
}

func TestALockIsBrokenOnceAndOnlyWhereThatIsAllowed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		allowed bool
		locks   int // how many tries find a lock
		tries   int
		fails   bool
	}{
		"no lock":          {true, 0, 1, false},
		"own dead lock":    {true, 1, 2, false},
		"another's lock":   {false, 1, 1, true},
		"locked once more": {true, 2, 2, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tries := 0
			err := unlocked(t.Context(), func(_ context.Context, l *terraform.LockError) error {
				if !c.allowed {
					return l
				}
				return nil
			}, func() error {
				tries++
				if tries <= c.locks {
					return fmt.Errorf("planning: %w", &terraform.LockError{ID: "1"})
				}
				return nil
			})
			if tries != c.tries || (err != nil) != c.fails {
				t.Errorf("%d tries, %v", tries, err)
			}
		})
	}
}

// What a color was built by is told for its whole life, whatever is under way.
func TestTheOriginOfAColorStays(t *testing.T) {
	t.Parallel()
	events := []journal.Event{
		{Kind: journal.Applied, Root: "blue", Version: "1.32", Revision: "first", Time: time.Unix(1, 0)},
		{Kind: journal.Applied, Root: "blue", Version: "1.32", Revision: "second", Time: time.Unix(2, 0)},
		{Kind: journal.RotationStarted, Rotation: "r1", From: "blue", To: "green"},
	}
	state := journal.Fold(events)
	if got := originOf(state, "blue", "third"); !maps.Equal(got, map[string]string{revisionTag: "first"}) {
		t.Errorf("blue: %v", got)
	}
	want := map[string]string{revisionTag: "third", rotationTag: "r1"}
	if got := originOf(state, "green", "third"); !maps.Equal(got, want) {
		t.Errorf("green before it stands: %v", got)
	}
	state.Add(journal.Event{Kind: journal.Applied, Root: "green", Rotation: "r1", Version: "1.33", Revision: "third", Time: time.Unix(3, 0)})
	state.Add(journal.Event{Kind: journal.RotationFinished, Rotation: "r1"})
	if got := originOf(state, "green", "fourth"); !maps.Equal(got, want) {
		t.Errorf("green once it stands: %v", got)
	}
}
