package cluster

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"drover/generator/spec"
	"drover/orchestrator/color"
	"drover/orchestrator/journal"
	"drover/orchestrator/rotation"
	"drover/orchestrator/store"
	"drover/orchestrator/verify"
)

// requested leaves a request, and fails the test if it is refused.
func requested(t *testing.T, w *world, q rotation.Request) {
	t.Helper()
	if _, err := Ask(t.Context(), w.options(), q); err != nil {
		t.Fatal(err)
	}
}

// checked counts the rounds of checks that a process makes in a phase.
func checked(phase string, rounds *int) Observer {
	return onEvent{do: func(e journal.Event) {
		if e.Kind == journal.Checked && e.Phase == phase {
			*rounds++
		}
	}}
}

func TestGreenThatSickensDuringTheShiftIsRolledBackAndBuiltAnewFromTheNextRevision(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		applied(t, w)
		newVersion(w)
		o := w.options()
		o.Observer = onWeights(func(weights map[string]int) {
			if weights["green"] == 50 {
				w.verdicts["green"] = verify.Fail
			}
		})
		_ = rotated[*rotation.RolledBack](t, w, o)
		checkBack(t, w)
		if f := w.state().Failed; f == nil || f.Color != color.Green || !w.standing["green"] {
			t.Fatalf("green is not kept to be looked at: %+v, standing %v", f, w.standing)
		}
		w.verdicts = map[string]verify.Verdict{}
		w.applied = nil
		// A revision that is known to be bad is not built again, unless a person wants that.
		if failed := rotated[*rotation.Failed](t, w, w.options()); !strings.Contains(failed.Reason, "--again") || len(w.applied) > 0 {
			t.Fatalf("got %v, applied %v", failed, w.applied)
		}
		w.again = true
		must(t, Rotate(t.Context(), w.options()))
		if i, j := slices.Index(w.applied, "delete green"), slices.Index(w.applied, "create green"); i < 0 || j < i {
			t.Errorf("applied %v", w.applied)
		}
		checkRotated(t, w)
	})
}

// What was rolled back from is destroyed once its time is over, with the files that built it, whatever the spec says.
func TestAFailedGreenIsDestroyedFromItsBundleOnceItsTimeIsOver(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		applied(t, w)
		newVersion(w)
		o := w.options()
		o.Observer = onPhase(rotation.Soak, func() { w.verdicts["green"] = verify.Fail })
		_ = rotated[*rotation.RolledBack](t, w, o)
		kept := w.state().Failed
		time.Sleep(keepFailed + time.Minute)
		w.verdicts, w.applied = map[string]verify.Verdict{}, nil
		w.files = map[string][]byte{}
		w.spec.Spec.NodePools[0].Max++ // so that the next revision is another one
		o = w.options()
		first := ""
		o.Observer = onEvent{do: func(e journal.Event) {
			if e.Kind == journal.Destroyed && first == "" {
				first = e.Root
				if w.state().Rotation != nil {
					t.Error("it was destroyed in the rotation, and not before it")
				}
			}
		}}
		must(t, Rotate(t.Context(), o))
		if first != "green" || kept == nil || kept.Bundle == "" {
			t.Errorf("first %q was destroyed; kept was %+v", first, kept)
		}
		checkRotated(t, w)
	})
}

func TestOnFailureFreezeAndAskWaitForAPersonsDecision(t *testing.T) { // R6
	t.Parallel()
	for _, how := range []string{"freeze", "ask"} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			inWorld(t, func(t *testing.T, w *world) {
				applied(t, w)
				newVersion(w)
				w.spec.Spec.Rotation.OnFailure = how
				o := w.options()
				o.Observer = onPhase(rotation.Soak, func() { w.verdicts["green"] = verify.Fail })
				_ = rotated[*rotation.Waiting](t, w, o)
				w.verdicts = map[string]verify.Verdict{} // well for the moment
				_ = rotated[*rotation.Waiting](t, w, w.options())
				if !w.standing["blue"] || w.dns["green"] != 100 {
					t.Fatalf("nobody decided anything: standing %v, DNS %v", w.standing, w.dns)
				}
				requested(t, w, rotation.Request{Asks: rotation.Resume})
				must(t, Rotate(t.Context(), w.options()))
				checkRotated(t, w)
			})
		})
	}
}

func TestGatesWaitForAPersonAndGoOnAfterwards(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		applied(t, w)
		newVersion(w)
		w.spec.Spec.Rotation.Approvals = []string{"shift", "destroy"}
		for _, gate := range []string{"shift", "destroy"} {
			err := Rotate(t.Context(), w.options())
			var waiting *rotation.Waiting
			if !errors.As(err, &waiting) || !strings.Contains(err.Error(), "drover approve "+gate) {
				t.Fatalf("at %s: %v", gate, err)
			}
			if gate == "shift" && w.dns["green"] != 0 {
				t.Errorf("traffic moved before the approval: %v", w.dns)
			}
			requested(t, w, rotation.Request{Asks: rotation.Approve, Gate: gate})
		}
		must(t, Rotate(t.Context(), w.options()))
		checkRotated(t, w)
	})
}

func TestAnApprovalBeforeItsGateIsRefused(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		applied(t, w)
		w.spec.Spec.Rotation.Approvals = []string{"shift", "destroy"}
		_ = rotated[*rotation.Waiting](t, w, w.options())
		_, err := Ask(t.Context(), w.options(), rotation.Request{Asks: rotation.Approve, Gate: "destroy"})
		var refused *Refused
		if !errors.As(err, &refused) {
			t.Errorf("got %v", err)
		}
	})
}

func TestBlueIsKeptForTheRollbackWindow(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		applied(t, w)
		w.spec.Spec.Rotation.KeepBlue = spec.Duration(24 * time.Hour)
		_ = rotated[*rotation.Waiting](t, w, w.options())
		if !w.standing["blue"] {
			t.Fatal("blue is gone")
		}
		err := Rollback(t.Context(), w.options())
		var back *rotation.RolledBack
		if !errors.As(err, &back) {
			t.Fatalf("rollback: %v", err)
		}
		checkBack(t, w)
	})
}

// Promise 3: going back is one write to DNS that needs neither green nor Terraform.
func TestTrafficGoesBackThoughTerraformAndGreenAreGone(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		applied(t, w)
		w.spec.Spec.Rotation.KeepBlue = spec.Duration(24 * time.Hour)
		_ = rotated[*rotation.Waiting](t, w, w.options())
		for _, root := range []string{"foundation", "blue", "green", "traffic"} {
			w.fail["init "+root], w.fail["plan "+root] = errors.New("no Terraform"), errors.New("no Terraform")
		}
		w.standing["green"] = false
		if err := Rollback(t.Context(), w.options()); err == nil {
			t.Fatal("the traffic root followed without Terraform")
		}
		if w.dns["blue"] != 100 || w.dns["green"] != 0 {
			t.Fatalf("DNS %v", w.dns)
		}
		w.fail = map[string]error{}
		_ = rotated[*rotation.RolledBack](t, w, w.options())
		checkBack(t, w)
	})
}

// Whoever drives is asked to roll back, and does; the process that asked ends once it is answered.
func TestARollbackIsTakenByWhoeverDrives(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		applied(t, w)
		o := w.options()
		var said []string
		var second sync.WaitGroup
		o.Observer = onPhase(rotation.Soak, func() {
			second.Go(func() {
				other := w.options()
				other.Store, other.Observer = o.Store, onProgress{do: func(message string) { said = append(said, message) }}
				var over *rotation.RolledBack // once the first has ended
				if err := Rollback(t.Context(), other); err != nil && !errors.As(err, &over) {
					t.Errorf("the second process says %v", err)
				}
			})
		})
		_ = rotated[*rotation.RolledBack](t, w, o)
		second.Wait()
		checkBack(t, w)
		if !slices.ContainsFunc(said, func(line string) bool { return strings.Contains(line, "drives, and ") }) {
			t.Errorf("it said %q", said)
		}
	})
}

func TestATimeLimitEndsAProcessBetweenEffects(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		applied(t, w)
		newVersion(w)
		w.stop = 6 * time.Minute
		processes := 0
		for w.state().Active != color.Green || w.state().Rotation != nil {
			if processes++; processes > 20 {
				t.Fatalf("it does not come to an end: %+v", w.state().Rotation)
			}
			err := Rotate(t.Context(), w.options())
			var waiting *rotation.Waiting
			if err != nil && !errors.As(err, &waiting) {
				t.Fatal(err)
			}
		}
		if processes < 3 {
			t.Errorf("%d processes were enough", processes)
		}
		checkRotated(t, w)
	})
}

func TestADestroyWaitsForQuiet(t *testing.T) { // R7 too: open connections count
	t.Parallel()
	for name, change := range map[string]func(*world){
		"new connections":  func(w *world) { w.busy["blue"] = 30 },
		"open connections": func(w *world) { w.open["blue"] = 500 },
		"no measurement":   func(w *world) { w.late = 10 * time.Minute },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inWorld(t, func(t *testing.T, w *world) {
				applied(t, w)
				newVersion(w)
				o := w.options()
				o.Observer = onPhase(rotation.Drain, func() { change(w) })
				failed := rotated[*rotation.Failed](t, w, o)
				if failed.Phase != rotation.Drain || !w.standing["blue"] {
					t.Fatalf("got %v, standing %v", failed, w.standing)
				}
				w.busy, w.open, w.late = map[string]float64{}, map[string]float64{}, 0
				must(t, Rotate(t.Context(), w.options()))
				checkRotated(t, w)
			})
		})
	}
}

// What finds blue while its end is planned keeps it too.
func TestBlueThatIsFoundAgainRightBeforeItsEndIsKept(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		applied(t, w)
		newVersion(w)
		o := w.options()
		planned := 0
		o.Observer = onEvent{do: func(e journal.Event) {
			if e.Kind == journal.EndPlanned {
				planned++
				w.busy["blue"] = 200
				time.Sleep(time.Minute) // as long as a plan takes
			}
		}}
		if err := Rotate(t.Context(), o); err == nil || !w.standing["blue"] || planned == 0 {
			t.Fatalf("got %v, standing %v, planned %d times", err, w.standing, planned)
		}
		w.busy["blue"] = 0
		must(t, Rotate(t.Context(), w.options()))
		checkRotated(t, w)
	})
}

func TestASoakCountsOnlyWhatWasWatched(t *testing.T) { // R4
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		applied(t, w)
		newVersion(w)
		w.spec.Spec.Rotation.Soak = spec.Duration(time.Hour)
		ctx, cancel := context.WithCancel(t.Context())
		o := w.options()
		o.Observer = onPhase(rotation.Soak, cancel) // the pipeline's job is cut off as the soak begins
		if err := Rotate(ctx, o); !errors.Is(err, rotation.ErrInterrupted) {
			t.Fatalf("got %v", err)
		}
		time.Sleep(2 * time.Hour)
		rounds, began := 0, time.Now()
		o = w.options()
		o.Observer = checked(rotation.Soak, &rounds)
		must(t, Rotate(t.Context(), o))
		if took := time.Since(began); took < time.Hour || rounds < 60 {
			t.Errorf("a soak of an hour was over in %s, with %d rounds of checks", took, rounds)
		}
		checkRotated(t, w)
	})
}

func TestAVerdictOfLastWeekMovesNoTraffic(t *testing.T) { // R5
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		applied(t, w)
		w.spec.Spec.Rotation.Approvals = []string{"shift"}
		_ = rotated[*rotation.Waiting](t, w, w.options())
		time.Sleep(7 * 24 * time.Hour)
		w.verdicts["green"] = verify.Fail // world.serve says what is wrong if it gets traffic
		requested(t, w, rotation.Request{Asks: rotation.Approve, Gate: "shift"})
		_ = rotated[*rotation.RolledBack](t, w, w.options())
		checkBack(t, w)
	})
}

func TestARotationKeepsTheGatesThatItBeganWith(t *testing.T) { // R8
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		applied(t, w)
		w.spec.Spec.Rotation.Approvals, w.spec.Spec.Rotation.KeepBlue = []string{"destroy"}, spec.Duration(24*time.Hour)
		_ = rotated[*rotation.Waiting](t, w, w.options())
		w.spec.Spec.Rotation.Approvals, w.spec.Spec.Rotation.KeepBlue = nil, 0
		var said []string
		o := w.options()
		o.Observer = onProgress{do: func(message string) { said = append(said, message) }}
		_ = rotated[*rotation.Waiting](t, w, o)
		if !w.standing["blue"] {
			t.Error("blue was destroyed without the approval and the day that its rotation began with")
		}
		if !slices.ContainsFunc(said, func(line string) bool { return strings.Contains(line, "has changed since the rotation began") }) {
			t.Errorf("nobody was told that the spec changed: %q", said)
		}
	})
}

func TestAGreenThatCannotBeAskedLosesItsTraffic(t *testing.T) { // R9
	t.Parallel()
	for _, silent := range []verify.Verdict{verify.Error, verify.Inconclusive} {
		t.Run(string(silent), func(t *testing.T) {
			t.Parallel()
			inWorld(t, func(t *testing.T, w *world) {
				applied(t, w)
				newVersion(w)
				var since time.Time
				o := w.options()
				o.Observer = onWeights(func(weights map[string]int) {
					if weights["green"] == 50 {
						w.verdicts["green"], since = silent, time.Now()
					}
				})
				_ = rotated[*rotation.RolledBack](t, w, o)
				checkBack(t, w)
				if took := time.Since(since); took > patience+time.Minute {
					t.Errorf("it took %s", took)
				}
			})
		})
	}
}

// The whole Terraform directory can be lost at any phase; this is the other half of the kills, which lose it too.
func TestAChangedSpecDoesNotReachARotationUnderWay(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		applied(t, w)
		newVersion(w)
		w.spec.Spec.Rotation.Approvals = []string{"shift"}
		_ = rotated[*rotation.Waiting](t, w, w.options())
		built := w.state().Rotation.Revision
		w.spec.Spec.Kubernetes.Version = "1.34"
		w.files = map[string][]byte{}
		requested(t, w, rotation.Request{Asks: rotation.Approve, Gate: "shift"})
		must(t, Rotate(t.Context(), w.options()))
		checkRotated(t, w)
		if got := w.state().Colors[color.Green].Revision; got != built {
			t.Errorf("green is at revision %s, and was built at %s", got, built)
		}
	})
}

// A state that Terraform could not save outlives the machine, and is pushed before anything else.
func TestAStateThatWasNotSavedIsPushedFromAnotherMachine(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		applied(t, w)
		newVersion(w)
		o := w.options()
		o.Observer = onEvent{do: func(e journal.Event) {
			if e.Kind == journal.ApplyIntended && e.Root == "green" {
				w.fail["applied green"] = errors.New("the state could not be saved")
				w.files["tiny/green/"+erroredFile] = []byte(`{"serial": 7}`)
			}
		}}
		_ = rotated[*rotation.Failed](t, w, o)
		delete(w.fail, "applied green")
		machine := w.files
		w.files, w.applied = map[string][]byte{}, nil // another machine
		must(t, Rotate(t.Context(), w.options()))
		if len(w.applied) == 0 || w.applied[0] != "push green" || slices.Contains(w.applied[1:], "push green") {
			t.Errorf("applied %v", w.applied)
		}
		left, err := w.store().Attachments(t.Context(), erroredState)
		if err != nil || len(left) > 0 {
			t.Errorf("the store still has %v, %v", left, err)
		}
		checkRotated(t, w)

		// The first machine still has the file, which Terraform would refuse now.
		w.files, w.applied = machine, nil
		w.spec.Spec.Kubernetes.Version = "1.34"
		must(t, Rotate(t.Context(), w.options()))
		w.spec.Spec.Kubernetes.Version = "1.35"
		must(t, Rotate(t.Context(), w.options()))
		if _, still := w.files["tiny/green/"+erroredFile]; still || slices.Contains(w.applied, "push green") {
			t.Errorf("a state of before was pushed or is kept: %v", w.applied)
		}
	})
}

// The provider versions of a build are those of its bundle, wherever it goes on.
func TestProviderVersionsComeFromTheBundle(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		applied(t, w)
		for root, digest := range w.state().Bundles {
			files, err := w.store().Bundle(t.Context(), digest)
			must(t, err)
			if got := string(files["tiny/"+root+"/"+lockFile]); got != "versions of "+root {
				t.Errorf("the bundle of %s has the provider versions %q", root, got)
			}
		}
	})
}

// With the local backend a state is a file of the directory, and its loss no reason to build a second cluster.
func TestALocalStateThatWasLostIsNoEmptyOne(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		applied(t, w)
		w.spec.Spec.State.Backend = "local"
		w.noStates, w.applied = true, nil
		for name, err := range map[string]error{"apply": Apply(t.Context(), w.options()), "destroy": DestroyAll(t.Context(), w.options())} {
			var disagrees *Disagrees
			if !errors.As(err, &disagrees) || !strings.Contains(err.Error(), "state of blue is empty") {
				t.Errorf("%s says %v", name, err)
			}
		}
		if slices.Contains(w.applied, "create blue") {
			t.Errorf("applied %v", w.applied)
		}
	})
}

// The same weights in the platform's console: somebody changed them by hand.
func TestWeightsThatSomebodyElseChangedEndAShiftAndNotAWayBack(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		applied(t, w)
		newVersion(w)
		o := w.options()
		o.Observer = onWeights(func(weights map[string]int) {
			if weights["green"] == 10 {
				w.dns = map[string]int{"blue": 70, "green": 30}
			}
		})
		back := rotated[*rotation.RolledBack](t, w, o)
		if !strings.Contains(back.Reason, "another process or a person changed them") {
			t.Errorf("it says %v", back)
		}
		checkBack(t, w)
	})
}

func TestADamagedStoreStopsEverything(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		applied(t, w)
		w.applied = nil
		for _, name := range w.objects.Names() {
			if strings.HasPrefix(name, "journal/") {
				w.objects.Put(name, w.objects.Get(name)[1:])
				break
			}
		}
		for what, err := range map[string]error{"rotate": Rotate(t.Context(), w.options()), "apply": Apply(t.Context(), w.options()), "destroy": DestroyAll(t.Context(), w.options())} {
			var damage *store.DamageError
			if !errors.As(err, &damage) {
				t.Errorf("%s says %v", what, err)
			}
		}
		if len(w.applied) > 0 {
			t.Errorf("applied %v", w.applied)
		}
	})
}
