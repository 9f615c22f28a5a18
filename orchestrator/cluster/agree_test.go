package cluster

import (
	"context"
	"errors"
	"strings"
	"testing"

	"drover/orchestrator/journal"
	"drover/orchestrator/platform"
	"drover/orchestrator/rotation"
	"drover/orchestrator/store/storetest"
	"drover/orchestrator/verify"
)

// restore puts a store in the place of the one that is there; nil is an empty one.
func restore(w *world, backup *storetest.Memory) {
	if backup == nil {
		backup = &storetest.Memory{}
	}
	backup.Fault = w.storeFault
	w.objects, w.applied = backup, nil
}

// differing fails the test unless err names every word, and the world was not changed.
func differing(t *testing.T, w *world, err error, words ...string) {
	t.Helper()
	var differs *Disagrees
	if !errors.As(err, &differs) {
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

func TestApplyWithoutTheJournalOfAClusterThatStandsIsRefused(t *testing.T) { // R1
	t.Parallel()
	for name, change := range map[string]func(*world){
		"and would replace blue":        func(w *world) { w.inPlace = "replace" },
		"and would upgrade it in place": func(w *world) { w.inPlace, w.spec.Spec.Kubernetes.Version = "update", "1.33" },
		"and would change nothing":      func(*world) {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inWorld(t, func(t *testing.T, w *world) {
				applied(t, w)
				restore(w, nil)
				change(w)
				differing(t, w, Apply(t.Context(), w.options()), "the journal is empty", "tiny-blue exists", "blue 100", "restore")
			})
		})
	}
}

func TestApplyWithoutTheJournalDoesNotMoveTrafficBackToANewBlue(t *testing.T) { // R2
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		applied(t, w)
		must(t, Rotate(t.Context(), w.options()))
		restore(w, nil)
		differing(t, w, Apply(t.Context(), w.options()), "tiny-green exists", "green 100")
		if err := Rotate(t.Context(), w.options()); err == nil || len(w.applied) > 0 {
			t.Errorf("rotate says %v and did %v", err, w.applied)
		}
	})
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
			inWorld(t, func(t *testing.T, w *world) {
				applied(t, w)
				restore(w, nil)
				w.files = map[string][]byte{} // which are not committed
				c.change(w)
				differing(t, w, DestroyAll(t.Context(), w.options()), "the journal is empty", c.word)
			})
		})
	}
}

func TestDestroyOfNothingIsDoneAndWhatHoldsDataMayBeLeft(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		w.tagged = []platform.Resource{{ID: "arn:snapshot", Kind: "rds/snapshot", Keeps: true}}
		must(t, DestroyAll(t.Context(), w.options()))
	})
}

func TestApplyWithAnOlderJournalDoesNotMoveTraffic(t *testing.T) { // R3
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		applied(t, w)
		backup := w.objects.Clone()
		must(t, Rotate(t.Context(), w.options()))
		restore(w, backup)
		w.verdicts["blue"] = verify.Fail
		differing(t, w, Apply(t.Context(), w.options()), "blue is active", "there is no cluster tiny-blue", "tiny-green exists", "green 100")
	})
}

func TestRollbackToABlueThatIsGoneIsRefused(t *testing.T) { // R10
	t.Parallel()
	for _, silent := range []bool{false, true} { // DNS alone tells where the platform does not answer for clusters
		inWorld(t, func(t *testing.T, w *world) {
			applied(t, w)
			var backup *storetest.Memory
			o := w.options()
			o.Observer = onEvent{do: func(e journal.Event) {
				if e.Kind == journal.PhaseDone && e.Phase == rotation.Soak {
					backup = w.objects.Clone()
				}
			}}
			must(t, Rotate(t.Context(), o))
			restore(w, backup)
			if silent {
				w.fail["cluster"] = errors.New("no answer")
			}
			differing(t, w, Rollback(t.Context(), w.options()), "blue 0, green 100")
			if w.dns["green"] != 100 {
				t.Errorf("DNS has %v", w.dns)
			}
			delete(w.fail, "cluster")
			differing(t, w, Rotate(t.Context(), w.options()), "there is no cluster tiny-blue")
		})
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
			inWorld(t, func(t *testing.T, w *world) {
				applied(t, w)
				w.spec.Spec.Rotation.Approvals = []string{"destroy"}
				rotated[*rotation.Waiting](t, w, w.options())
				change(w)
				var back *rotation.RolledBack
				if err := Rollback(t.Context(), w.options()); !errors.As(err, &back) {
					t.Fatal(err)
				}
				checkBack(t, w)
			})
		})
	}
}

func TestASourceThatCannotBeAskedIsNoAnswer(t *testing.T) {
	t.Parallel()
	for _, call := range []string{"cluster", "ask weights", "state blue", "leftovers"} {
		for name, command := range map[string]func(context.Context, Options) error{"apply": Apply, "destroy": DestroyAll} {
			inWorld(t, func(t *testing.T, w *world) {
				w.fail[call] = errors.New("connection refused")
				if err := command(t.Context(), w.options()); err == nil || !strings.Contains(err.Error(), "connection refused") || len(w.applied) > 0 {
					t.Errorf("%s with %s unanswered: %v; it did %v", name, call, err, w.applied)
				}
			})
		}
	}
}

func TestAColorWithoutTrafficCannotBeChosen(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		applied(t, w)
		restore(w, nil)
		var refused *Refused
		err := Recover(t.Context(), w.options(), "green", func(string) error { t.Error("a person was asked"); return nil })
		if !errors.As(err, &refused) {
			t.Errorf("got %v", err)
		}
	})
}

// A person who says no leaves the journal as it is.
func TestARecoveryThatIsNotConfirmedWritesNothing(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		applied(t, w)
		restore(w, nil)
		no := errors.New("no")
		if err := Recover(t.Context(), w.options(), "", func(string) error { return no }); !errors.Is(err, no) {
			t.Errorf("got %v", err)
		}
		if !knowsNothing(w.events()) {
			t.Errorf("the journal has %v", w.events())
		}
	})
}
