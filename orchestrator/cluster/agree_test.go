package cluster

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"drover/generator/spec"
	"drover/orchestrator/journal"
	"drover/orchestrator/platform"
	"drover/orchestrator/reconcile"
	"drover/orchestrator/rotation"
	"drover/orchestrator/store"
	"drover/orchestrator/store/file"
	"drover/orchestrator/store/storetest"
	"drover/orchestrator/verify"
)

// restore is a store that was put back from a copy.
func (w *world) restore(copied *storetest.Memory) {
	w.objects = copied.Clone()
	w.objects.Fault = w.storeFault
	w.applied = nil
}

// loseStore is a store that is not the cluster's: journal and bundles are elsewhere. The Terraform directory is there.
func loseStore(_ *testing.T, w *world) { w.restore(&storetest.Memory{}) }

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

// compare is what a command would find that had a journal of these events alone.
func (w *world) compare(t *testing.T, events []journal.Event) []reconcile.Disagreement {
	t.Helper()
	s, err := read(t.Context(), w.options())
	must(t, err)
	s.ports, err = w.connect(t.Context(), s.Options)
	must(t, err)
	s.loop.State, s.unknown = journal.Fold(events), journal.Nothing(events)
	seen, err := s.survey(t.Context(), everything, s.known())
	must(t, err)
	return reconcile.Compare(s.known(), seen)
}

// remote puts the states into a bucket, so that nothing of value is in the Terraform directory.
func remote(w *world) { w.spec.Spec.State = spec.State{Backend: "s3", Bucket: "states"} }

// rotatedWorld is one whose green has all traffic.
func rotatedWorld(t *testing.T, w *world) {
	t.Helper()
	applied(t, w)
	must(t, Rotate(t.Context(), w.options()))
}

func TestApplyWithoutTheJournalOfAClusterThatStandsIsRefused(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*world){
		"and would replace blue":          func(w *world) { w.inPlace = "replace" },
		"and would upgrade it in place":   func(w *world) { w.inPlace, w.spec.Spec.Kubernetes.Version = "update", "1.33" },
		"and would change nothing":        func(*world) {},
		"and the states are gone as well": func(w *world) { w.noStates = true },
		"from another directory":          func(w *world) { w.files = map[string][]byte{} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inWorld(t, func(t *testing.T, w *world) {
				applied(t, w)
				loseStore(t, w)
				change(w)
				before := maps.Clone(w.files)
				for range 2 { // what the first left in the journal is not taken for a cluster
					refusedUntouched(t, w, Apply(t.Context(), w.options()), "the journal is empty", "tiny-blue exists", "blue 100", "restore")
				}
				if len(before) != len(w.files) || len(w.events()) > 0 {
					t.Errorf("%d files before, %d after; events %v", len(before), len(w.files), w.events())
				}
			})
		})
	}
}

func TestWithoutTheJournalNeitherApplyNorRotateTouchesAGreenThatServes(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		rotatedWorld(t, w)
		w.files = map[string][]byte{} // a fresh checkout
		loseStore(t, w)
		refusedUntouched(t, w, Apply(t.Context(), w.options()), "tiny-green exists", "green 100")
		refusedUntouched(t, w, Rotate(t.Context(), w.options()), "tiny-green exists", "green 100")
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
				w.files = map[string][]byte{} // they are not committed
				loseStore(t, w)
				c.change(w)
				refusedUntouched(t, w, DestroyAll(t.Context(), w.options()), "the journal is empty", c.word)
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

// A state that was lost has nothing to delete, which is not that nothing is there.
func TestTheEndOfAColorWhoseStateWasLostIsNotDone(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		remote(w)
		applied(t, w)
		o := w.options()
		o.Observer = onEvent{do: func(e journal.Event) { // blue's record is gone already
			w.noStates = w.noStates || e.Kind == journal.Followed && e.Phase == rotation.Destroying
		}}
		failed := rotated[*rotation.Failed](t, w, o)
		if !strings.Contains(failed.Reason, "the Terraform state of blue is empty, and the cluster tiny-blue exists") || !w.standing["blue"] {
			t.Errorf("got %v; standing %v", failed, w.standing)
		}
		w.noStates = false
		must(t, Rotate(t.Context(), w.options()))
	})
}

// R3: the store is put back from a backup.
func TestAnOlderCopyOfTheStoreIsRefused(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		dir, copied := filepath.Join(t.TempDir(), "store"), filepath.Join(t.TempDir(), "copy")
		options := func() Options {
			o := w.options()
			alive := w.process
			o.Store = store.Open(file.Open(dir), "tiny", store.Options{Ended: func(h store.Holder) bool { return h.PID < alive }})
			return o
		}
		must(t, Apply(t.Context(), options()))
		must(t, os.CopyFS(copied, os.DirFS(dir)))
		must(t, Rotate(t.Context(), options()))
		must(t, os.RemoveAll(dir))
		must(t, os.CopyFS(dir, os.DirFS(copied)))
		w.applied = nil
		w.verdicts["blue"] = verify.Fail
		words := []string{"blue is active", "there is no cluster tiny-blue", "tiny-green exists", "green 100"}
		refusedUntouched(t, w, Apply(t.Context(), options()), words...)
		refusedUntouched(t, w, Rotate(t.Context(), options()), words...)
		refusedUntouched(t, w, DestroyAll(t.Context(), options()), words...)
	})
}

func TestRollbackToABlueThatIsGoneIsRefused(t *testing.T) {
	t.Parallel()
	for _, mute := range []bool{false, true} { // DNS alone tells where the platform does not answer for clusters
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
			w.restore(backup)
			if mute {
				w.fail["cluster"] = errors.New("no answer")
			}
			refusedUntouched(t, w, Rollback(t.Context(), w.options()), "blue 0, green 100")
			if w.dns["green"] != 100 {
				t.Errorf("DNS has %v", w.dns)
			}
			delete(w.fail, "cluster")
			refusedUntouched(t, w, Rotate(t.Context(), w.options()), "there is no cluster tiny-blue")
		})
	}
}

// In an emergency a person has set the weights by hand, or the platform is half there. A way back takes no Terraform.
func TestRollbackIsNotRefusedForWhatItMends(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*world){
		"weights set by hand":    func(w *world) { w.dns = map[string]int{"blue": 100, "green": 0} },
		"no answer for clusters": func(w *world) { w.fail["cluster"] = errors.New("no answer") },
		"no answer for states": func(w *world) {
			w.fail["state traffic"], w.fail["state blue"] = errors.New("no answer"), errors.New("no answer")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inWorld(t, func(t *testing.T, w *world) {
				applied(t, w)
				w.spec.Spec.Rotation.Approvals = []string{"destroy"}
				_ = rotated[*rotation.Waiting](t, w, w.options())
				change(w)
				var back *rotation.RolledBack
				if err := Rollback(t.Context(), w.options()); !errors.As(err, &back) || w.dns["blue"] != 100 || w.dns["green"] != 0 {
					t.Errorf("got %v, DNS %v", err, w.dns)
				}
			})
		})
	}
}

func TestASourceThatCannotBeAskedIsNoAnswer(t *testing.T) {
	t.Parallel()
	for _, call := range []string{"cluster", "ask weights", "state blue", "leftovers"} {
		inWorld(t, func(t *testing.T, w *world) {
			w.files["tiny/blue/main.tf"] = []byte("a state is read where its files are")
			w.fail[call] = errors.New("connection refused")
			for name, command := range map[string]func() error{
				"apply":   func() error { return Apply(t.Context(), w.options()) },
				"rotate":  func() error { return Rotate(t.Context(), w.options()) },
				"destroy": func() error { return DestroyAll(t.Context(), w.options()) },
			} {
				if err := command(); err == nil || !strings.Contains(err.Error(), "connection refused") || len(w.applied) > 0 {
					t.Errorf("%s with %s unanswered: %v; it did %v", name, call, err, w.applied)
				}
			}
		})
	}
}

// Starting Terraform takes seconds: a rotation asks the platform alone, once, and no state of a standby that is empty is read.
func TestARotationAsksOnceAndWithoutTerraform(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		applied(t, w)
		for _, name := range []string{"state foundation", "state blue", "state green", "state traffic"} {
			w.fail[name] = errors.New("it was read")
		}
		newVersion(w)
		o, asked := w.options(), 0
		o.Observer = onProgress{do: func(message string) {
			if strings.HasPrefix(message, "comparing the journal") {
				asked++
			}
		}}
		must(t, Rotate(t.Context(), o))
		checkRotated(t, w)
		if asked != 1 {
			t.Errorf("it compared %d times", asked)
		}
	})
}

// The first build renders all four roots, and the standby's is not even initialized.
func TestApplyDoesNotReadAStandbyThatIsEmpty(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		applied(t, w)
		w.fail["state green"] = errors.New("it was read")
		applied(t, w)
	})
}

// Whatever the moment, what a cluster is and what its journal says then agree, and no journal of before does.
func TestTheJournalAgreesAtEveryEventAndAnOlderOneDoesNot(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		var all []journal.Event
		observe := onEvent{do: func(e journal.Event) {
			all = append(all, e)
			if got := w.compare(t, all); len(got) > 0 {
				t.Errorf("after %s %s %s: %v", e.Kind, e.Phase, e.Root, got)
			}
		}}
		for _, command := range []func(Options) error{
			func(o Options) error { return Apply(t.Context(), o) }, func(o Options) error { return Rotate(t.Context(), o) }, func(o Options) error { return Rotate(t.Context(), o) },
		} {
			o := w.options()
			o.Observer = observe
			must(t, command(o))
		}
		noticed, now := 0, journal.Fold(all)
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
	})
}
