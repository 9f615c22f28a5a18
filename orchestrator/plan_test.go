package orchestrator

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"drover/orchestrator/journal"
)

// planOf plans a world, and fails the test if that leaves a trace in its Terraform directory.
func planOf(t *testing.T, w *world) Planned {
	t.Helper()
	before := filesBelow(t, w.out)
	planned, err := Plan(t.Context(), w.options(), func(_ context.Context, o Options) (Ports, error) {
		if o.Out == w.out {
			t.Error("the plan is made in the person's own directory")
		}
		return w.options().Ports, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if after := filesBelow(t, w.out); !slices.Equal(before, after) {
		t.Errorf("before the plan there was %v, after it %v", before, after)
	}
	return planned
}

func filesBelow(t *testing.T, dir string) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		files = append(files, path+"\n"+string(data))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestAPlanSaysWhichCommandItTakes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := planOf(t, w)
	if first.Takes != takesApply || len(first.Roots[0].Changes) != 1 || first.Roots[1].Later == "" || !strings.Contains(first.Reason, w.out) {
		t.Errorf("before the first build: %+v", first)
	}
	applied(t, w)
	if same := planOf(t, w); same.Takes != takesNothing {
		t.Errorf("right after apply: %+v", same)
	}
	w.spec.Spec.Kubernetes.Version = "1.33"
	if up := planOf(t, w); up.Takes != takesRotate || !strings.Contains(up.Reason, "Kubernetes 1.33, and blue runs 1.32") || !strings.Contains(up.Reason, "drover rotate") {
		t.Errorf("with another version: %+v", up)
	}
	w.grows = true // by a change of the spec
	if both := planOf(t, w); both.Takes != takesRotate || !strings.Contains(both.Reason, "comes first") {
		t.Errorf("with a change of the foundation too: %+v", both)
	}
}

func TestAPlanTellsWhatApplyMakesFromWhatItRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ action, takes string }{"an update": {"update", takesApply}, "a replacement": {"replace", takesRotate}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			applied(t, w)
			w.inPlace = c.action
			got := planOf(t, w)
			if got.Takes != c.takes || got.Roots[1].Changes[0].Action != c.action {
				t.Errorf("got %+v, want %s", got, c.takes)
			}
		})
	}
}

func TestAPlanOfARotationUnderWaySaysSo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	applied(t, w)
	s := started(t, w.options()) // which holds the lease: a plan needs none
	if err := s.record(t.Context(), journal.Event{Kind: journal.PhaseStarted, Phase: Build}); err != nil {
		t.Fatal(err)
	}
	if got := planOf(t, w); got.Takes != takesRotate || !strings.Contains(got.Reason, "under way (in build)") {
		t.Errorf("got %+v", got)
	}
}
