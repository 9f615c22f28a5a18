package cluster

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"drover/generator/spec"
	"drover/orchestrator/rotation"
	"drover/orchestrator/verify"
)

// readied asks a world whether it is ready, and fails the test if that changes anything.
func readied(t *testing.T, w *world) Readiness {
	t.Helper()
	files, names, did := w.files, w.objects.Names(), len(w.applied)
	w.files = maps.Clone(files)
	defer func() { w.files = files }()
	said, err := Ready(t.Context(), w.options())
	must(t, err)
	if after := w.objects.Names(); !slices.Equal(names, after) || len(w.applied) != did {
		t.Errorf("asking changed the store from %v to %v, and applied %v", names, after, w.applied[did:])
	}
	return said
}

func answered(t *testing.T, r Readiness, name string) Readied {
	t.Helper()
	for _, c := range r.Checks {
		if c.Name == name {
			return c
		}
	}
	t.Fatalf("%s was not asked: %+v", name, r.Checks)
	return Readied{}
}

func TestAClusterIsReadyForWhatRotateThenDoes(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		if first := readied(t, w); !first.Ready || first.For != forFirstBuild || len(first.Checks) == 0 {
			t.Errorf("before the first build: %+v", first)
		}
		applied(t, w)
		said := readied(t, w)
		if !said.Ready || said.Unasked() {
			t.Errorf("after it: %+v", said)
		}
		for _, name := range []string{"account", "journal", "quota", "drift", "dns", "revision", "checks"} {
			if c := answered(t, said, name); c.Verdict != verify.Pass || c.Detail == "" {
				t.Errorf("%+v", c)
			}
		}
		must(t, Rotate(t.Context(), w.options()))
	})
}

// Each of these stops a rotation, and the answer names it and goes on with the other questions.
func TestWhatWouldStopARotationIsNamed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change  func(*world)
		verdict verify.Verdict
	}{
		"drift":      {func(w *world) { w.grows = true }, verify.Fail},
		"foundation": {func(w *world) { w.spec.Spec.Network.CIDR = "10.41.0.0/16" }, verify.Fail},
		"quota":      {func(w *world) { w.fail["quota"] = errors.New("no route") }, verify.Error},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inWorld(t, func(t *testing.T, w *world) {
				applied(t, w)
				c.change(w)
				said := readied(t, w)
				got := answered(t, said, name)
				if said.Ready || got.Verdict != c.verdict || (c.verdict == verify.Fail) != (got.Next != "") || said.Unasked() != (c.verdict == verify.Error) {
					t.Errorf("%+v", said)
				}
				answered(t, said, "revision") // the other questions were asked
			})
		})
	}
}

// Seen from another account everything is gone, and a journal that is wrong says nothing of what is there.
func TestSomeAnswersEndTheQuestions(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*world){
		accountName: func(w *world) { w.account = "210987654321" },
		journalName: func(w *world) { w.dns = map[string]int{"green": 100} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inWorld(t, func(t *testing.T, w *world) {
				applied(t, w)
				change(w)
				said := readied(t, w)
				if last := said.Checks[len(said.Checks)-1]; said.Ready || last.Name != name || last.Verdict != verify.Fail {
					t.Errorf("%+v", said)
				}
			})
		})
	}
}

func TestARevisionThatWasRolledBackIsNotReady(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		applied(t, w)
		w.verdicts["green"] = verify.Fail
		var back *rotation.RolledBack
		if err := Rotate(t.Context(), w.options()); !errors.As(err, &back) {
			t.Fatalf("got %v, want a rollback", err)
		}
		said := readied(t, w)
		if c := answered(t, said, "revision"); said.Ready || c.Verdict != verify.Fail || !strings.Contains(c.Next, "--again") {
			t.Errorf("%+v", said)
		}
		if c := answered(t, said, "rotation"); c.Verdict != verify.Pass || !strings.Contains(c.Detail, "still stands") {
			t.Errorf("%+v", c)
		}
	})
}

// A check that the serving color does not pass is no reason not to rotate, as that color may be why: a person is told.
func TestACheckThatTheServingColorFailsIsTold(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		applied(t, w)
		w.verdicts["blue"] = verify.Fail
		w.spec.Spec.Rotation.Verify = append(w.spec.Spec.Rotation.Verify, spec.Check{HTTP: &spec.HTTPCheck{Path: "/"}})
		said := readied(t, w)
		if c := answered(t, said, "checks"); !said.Ready || c.Verdict != verify.Inconclusive || c.Next == "" {
			t.Errorf("%+v", said)
		}
	})
}

// The serving color has no other one to be compared with, so that such a check says nothing of whether it asks for the right thing.
func TestACheckOfTheShiftAloneIsNotAskedOfTheServingColor(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		applied(t, w)
		w.during = []string{spec.DuringShift}
		w.verdicts["blue"] = verify.Fail
		c := answered(t, readied(t, w), "checks")
		if strings.Contains(c.Detail, "fail") || !strings.Contains(c.Detail, "1 not asked") {
			t.Errorf("%+v", c)
		}
	})
}
