package orchestrator

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"drover/orchestrator/journal"
	"drover/orchestrator/platform"
	"drover/orchestrator/verify"
)

// loseStore is a fresh checkout: journal, lease and bundles are on another machine.
func loseStore(t *testing.T, w *world) {
	t.Helper()
	if err := os.RemoveAll(StoreDir(w.out, "tiny")); err != nil {
		t.Fatal(err)
	}
	w.applied = nil
}

func journalOf(w *world) string { return filepath.Join(StoreDir(w.out, "tiny"), "journal.jsonl") }

// refusedUntouched fails the test unless err names every word, and the world was not changed.
func refusedUntouched(t *testing.T, w *world, err error, words ...string) {
	t.Helper()
	var disagrees *Disagrees
	if !errors.As(err, &disagrees) {
		t.Fatalf("got %v, want a disagreement", err)
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("the refusal does not say %q:\n%v", word, err)
		}
	}
	if len(w.applied) > 0 {
		t.Errorf("it did %v", w.applied)
	}
}

func TestApplyWithoutTheJournalOfAClusterThatStandsIsRefused(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*world){
		"and would replace blue":          func(w *world) { w.inPlace = "replace" },
		"and would upgrade it in place":   func(w *world) { w.inPlace, w.spec.Spec.Kubernetes.Version = "update", "1.33" },
		"and would change nothing":        func(*world) {},
		"and the states are gone as well": func(w *world) { w.noStates = true },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			applied(t, w)
			before := generatedBelow(t, w.out)
			loseStore(t, w)
			change(w)
			refusedUntouched(t, w, Apply(t.Context(), w.options()), "the journal is empty", "tiny-blue exists", "blue 100", "restore")
			if after := generatedBelow(t, w.out); !slices.Equal(before, after) {
				t.Error("files were written")
			}
		})
	}
}

func TestApplyWithoutTheJournalDoesNotMoveTrafficBackToANewBlue(t *testing.T) {
	t.Parallel()
	w := rotated(t)
	loseStore(t, w)
	refusedUntouched(t, w, Apply(t.Context(), w.options()), "tiny-green exists", "green 100")
	if err := Rotate(t.Context(), w.options()); err == nil || len(w.applied) > 0 {
		t.Errorf("rotate says %v and did %v", err, w.applied)
	}
}

func TestDestroyDoesNotSayDoneWhileSomethingStands(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*world)
		word   string
	}{
		"the cluster": {func(*world) {}, "tiny-blue exists"},
		"a record":    {func(w *world) { w.standing = map[string]bool{} }, "blue 100"},
		"something with the cluster's tag": {func(w *world) {
			w.standing, w.dns = map[string]bool{}, map[string]int{}
			w.tagged = []platform.Resource{{ID: "arn:vpc", Kind: "ec2/vpc"}}
		}, "arn:vpc"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			applied(t, w)
			if err := os.RemoveAll(filepath.Join(w.out, "tiny")); err != nil { // the rendered files are not committed
				t.Fatal(err)
			}
			w.applied = nil
			c.change(w)
			refusedUntouched(t, w, DestroyAll(t.Context(), w.options()), "the journal is empty", c.word)
		})
	}
}

func TestDestroyOfNothingIsDoneAndWhatHoldsDataMayBeLeft(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.tagged = []platform.Resource{{ID: "arn:snapshot", Kind: "rds/snapshot", Keeps: true}}
	if err := DestroyAll(t.Context(), w.options()); err != nil {
		t.Error(err)
	}
}

func TestApplyWithAnOlderJournalDoesNotMoveTraffic(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	applied(t, w)
	backup, err := os.ReadFile(journalOf(w))
	if err != nil {
		t.Fatal(err)
	}
	if err := Rotate(t.Context(), w.options()); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(journalOf(w), backup, 0o600); err != nil {
		t.Fatal(err)
	}
	w.applied = nil
	w.verdicts["blue"] = verify.Fail
	refusedUntouched(t, w, Apply(t.Context(), w.options()), "blue is active", "there is no cluster tiny-blue", "tiny-green exists", "green 100")
}

func TestRollbackToABlueThatIsGoneIsRefused(t *testing.T) {
	t.Parallel()
	for _, silent := range []bool{false, true} { // DNS alone tells where the platform does not answer for clusters
		w := newWorld(t)
		applied(t, w)
		var backup []byte
		o := w.options()
		o.Observer = onEvent{func(e journal.Event) {
			if e.Kind == journal.PhaseDone && e.Phase == Soak {
				backup, _ = os.ReadFile(journalOf(w))
			}
		}}
		if err := Rotate(t.Context(), o); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(journalOf(w), backup, 0o600); err != nil {
			t.Fatal(err)
		}
		w.applied = nil
		if silent {
			w.fail["cluster"] = errors.New("no answer")
		}
		refusedUntouched(t, w, Rollback(t.Context(), w.options()), "blue 0, green 100")
		if w.dns["green"] != 100 {
			t.Errorf("DNS has %v", w.dns)
		}
		delete(w.fail, "cluster")
		refusedUntouched(t, w, Rotate(t.Context(), w.options()), "there is no cluster tiny-blue")
	}
}

// In an emergency a person has set the weights by hand.
func TestRollbackIsNotRefusedForWhatItMends(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*world){
		"weights set by hand":    func(w *world) { w.dns = map[string]int{"blue": 100, "green": 0} },
		"no answer for clusters": func(w *world) { w.fail["cluster"] = errors.New("no answer") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			applied(t, w)
			w.spec.Spec.Rotation.Approvals = []string{"destroy"}
			var waiting *Waiting
			if err := Rotate(t.Context(), w.options()); !errors.As(err, &waiting) {
				t.Fatal(err)
			}
			change(w)
			var back *RolledBack
			if err := Rollback(t.Context(), w.options()); !errors.As(err, &back) || w.dns["blue"] != 100 || w.dns["green"] != 0 {
				t.Errorf("got %v, DNS %v", err, w.dns)
			}
		})
	}
}

func TestASourceThatCannotBeAskedIsNoAnswer(t *testing.T) {
	t.Parallel()
	for _, call := range []string{"cluster", "weights", "state blue", "leftovers"} {
		w := newWorld(t)
		w.fail[call] = errors.New("connection refused")
		for name, command := range map[string]func() error{
			"apply":   func() error { return Apply(t.Context(), w.options()) },
			"destroy": func() error { return DestroyAll(t.Context(), w.options()) },
		} {
			if call == "state blue" { // it is read where its files are
				if err := os.MkdirAll(filepath.Join(w.out, "tiny", "blue"), 0o700); err != nil {
					t.Fatal(err)
				}
			}
			if err := command(); err == nil || !strings.Contains(err.Error(), "connection refused") || len(w.applied) > 0 {
				t.Errorf("%s with %s unanswered: %v; it did %v", name, call, err, w.applied)
			}
		}
	}
}

// Whatever the moment, what a cluster is and what its journal says then agree, and no journal of before does.
func TestTheJournalAgreesAtEveryEventAndAnOlderOneDoesNot(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	o := w.options()
	var all []journal.Event
	o.Observer = onEvent{func(e journal.Event) {
		all = append(all, e)
		if got := w.compare(t, all); len(got) > 0 {
			t.Errorf("after %s %s %s: %v", e.Kind, e.Phase, e.Root, got)
		}
	}}
	for _, command := range []func() error{
		func() error { return Apply(t.Context(), o) }, func() error { return Rotate(t.Context(), o) }, func() error { return Rotate(t.Context(), o) },
	} {
		if err := command(); err != nil {
			t.Fatal(err)
		}
	}
	noticed := 0
	now := journal.Fold(all)
	for n := range all {
		older := journal.Fold(all[:n])
		disagrees := len(w.compare(t, all[:n])) > 0
		if disagrees {
			noticed++
		}
		same := older.Active == now.Active && older.Colors[now.Active].BuiltBy == now.Colors[now.Active].BuiltBy
		if !same && !disagrees && older.Rotation == nil {
			t.Errorf("the first %d of %d events end with %s at %v, and nobody notices", n, len(all), older.Active, older.Weights)
		}
	}
	if noticed < len(all)*3/4 {
		t.Errorf("of %d older journals %d were noticed", len(all), noticed)
	}
}

// rotated is a world whose green has all traffic.
func rotated(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	applied(t, w)
	if err := Rotate(t.Context(), w.options()); err != nil {
		t.Fatal(err)
	}
	return w
}
