package cluster

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	tfjson "github.com/hashicorp/terraform-json"
)

func TestApplyKeepsTheFoundationAndItsFiles(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		applied(t, w)
		before, done := maps.Clone(w.files), len(w.applied)
		w.replaces = true
		w.spec.Spec.Network.CIDR = "10.99.0.0/16"
		err := Apply(t.Context(), w.options())
		var refused *Refused
		if !errors.As(err, &refused) {
			t.Fatalf("got %v, want a refusal", err)
		}
		for _, want := range []string{"blue runs on it", "replace module.it.thing", "nothing was changed", "a second cluster", "terraform apply"} {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("the refusal does not say %q:\n%v", want, err)
			}
		}
		if len(w.applied) != done {
			t.Errorf("it did %v", w.applied[done:])
		}
		if !maps.EqualFunc(before, w.files, func(a, b []byte) bool { return string(a) == string(b) }) {
			t.Error("the files are not those of before")
		}
		if got := planned(t, w); got.Takes != takesNeither || !strings.Contains(got.Reason, "drover will not replace module.it.thing") {
			t.Errorf("its plan says %+v", got)
		}
	})
}

// What asks for a replacement comes before what only goes with it, and a long list ends.
func TestWhatAPlanWouldLoseNamesItsCauseFirst(t *testing.T) {
	t.Parallel()
	replace := tfjson.Actions{tfjson.ActionDelete, tfjson.ActionCreate}
	plan := &tfjson.Plan{ResourceChanges: []*tfjson.ResourceChange{
		{Address: "update", Change: &tfjson.Change{Actions: tfjson.Actions{tfjson.ActionUpdate}}},
	}}
	for i := range 11 {
		plan.ResourceChanges = append(plan.ResourceChanges, &tfjson.ResourceChange{Address: fmt.Sprintf("route%d", i), Change: &tfjson.Change{
			Actions: replace, ReplacePaths: []any{[]any{"table"}}, AfterUnknown: map[string]any{"table": true},
		}})
	}
	plan.ResourceChanges = append(plan.ResourceChanges,
		&tfjson.ResourceChange{Address: "vpc", Change: &tfjson.Change{Actions: replace, ReplacePaths: []any{[]any{"cidr"}, []any{"cidr", 0.0}}}},
		&tfjson.ResourceChange{Address: "zone", Change: &tfjson.Change{Actions: tfjson.Actions{tfjson.ActionDelete}}})
	got := going(plan)
	if want := []string{"replace vpc (for another cidr)", "replace route0"}; !slices.Equal(got[:2], want) || len(got) != 11 || got[10] != "and 3 more" {
		t.Errorf("got %q", got)
	}
}
