package cluster

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	tfjson "github.com/hashicorp/terraform-json"
)

// generatedBelow are the generated files below a directory, with their content.
func generatedBelow(t *testing.T, dir string) []string {
	t.Helper()
	return slices.DeleteFunc(filesBelow(t, dir), func(file string) bool { return !strings.Contains(file, "Written by drover") })
}

func TestApplyKeepsTheFoundationAndItsFiles(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	applied(t, w)
	before, done := generatedBelow(t, w.out), len(w.applied)
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
	if after := generatedBelow(t, w.out); len(before) == 0 || !slices.Equal(before, after) {
		t.Error("the files are not those of before")
	}
	if got := planOf(t, w); got.Takes != takesNeither || !strings.Contains(got.Reason, "drover will not replace module.it.thing") {
		t.Errorf("its plan says %+v", got)
	}
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
	got := lost(plan)
	if want := []string{"replace vpc (for another cidr)", "replace route0"}; !slices.Equal(got[:2], want) || len(got) != 11 || got[10] != "and 3 more" {
		t.Errorf("got %q", got)
	}
}
