package doctor

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"testing"
)

func part(name, detail string, err error, commands ...string) Part {
	return Part{Name: name, For: commands, Look: func(context.Context) (State, string, error) { return Ready, detail, err }}
}

func TestExamineSaysWhatEachPartSays(t *testing.T) {
	t.Parallel()
	parts := []Part{
		part("a", "there", nil, "apply"),
		part("b", "", errors.New("not there; get it"), "apply", "rotate"),
		{Name: "c", Look: func(ctx context.Context) (State, string, error) {
			if _, bounded := ctx.Deadline(); !bounded {
				return "", "", errors.New("it may take for ever")
			}
			return Later, "then", nil
		}},
	}
	want := []Finding{
		{Part: "a", For: []string{"apply"}, State: Ready, Detail: "there"},
		{Part: "b", For: []string{"apply", "rotate"}, State: Missing, Detail: "not there; get it"},
		{Part: "c", State: Later, Detail: "then"},
	}
	if got := Examine(t.Context(), parts); !reflect.DeepEqual(got, want) {
		t.Errorf("found %+v, want %+v", got, want)
	}
}

func TestPartsAreChosenByCommand(t *testing.T) {
	t.Parallel()
	parts := []Part{part("a", "", nil, "rotate", "apply"), part("b", "", nil, "apply"), part("c", "", nil, "rehearse")}
	var names []string
	for _, p := range Needed(parts, "apply") {
		names = append(names, p.Name)
	}
	if !slices.Equal(names, []string{"a", "b"}) || len(Needed(parts, "validate")) > 0 || len(parts) != 3 {
		t.Errorf("apply needs %v", names)
	}
	if got := Commands(parts); !slices.Equal(got, []string{"apply", "rehearse", "rotate"}) {
		t.Errorf("commands are %v", got)
	}
}
