package cluster

import (
	"errors"
	"testing"
	"time"

	"drover/generator/spec"
	"drover/orchestrator/journal"
	"drover/orchestrator/rotation"
	"drover/orchestrator/verify"
)

func begun(w *world) (rotations int) {
	for _, e := range w.events() {
		if e.Kind == journal.RotationStarted {
			rotations++
		}
	}
	return rotations
}

// Two pipelines find blue old at the same time; the second gets the lease once the first is done.
func TestARotationThatAnotherProcessDidMeanwhileIsNotDoneTwice(t *testing.T) {
	t.Parallel()
	for name, begin := range map[string]func(*testing.T, *world){
		"decided before it began": func(*testing.T, *world) {},
		"decided in the middle of it": func(t *testing.T, w *world) {
			w.spec.Spec.Rotation.Approvals = []string{"shift"}
			_ = rotated[*rotation.Waiting](t, w, w.options())
			requested(t, w, rotation.Request{Asks: rotation.Approve, Gate: "shift"})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inWorld(t, func(t *testing.T, w *world) {
				applied(t, w)
				begin(t, w)
				second := w.options()
				second.Ground = GroundOf(w.state())
				must(t, Rotate(t.Context(), w.options()))
				overtaken := rotated[*Overtaken](t, w, second)
				if begun(w) != 1 || overtaken.How != nil || overtaken.Rotation != w.state().Past[0].ID {
					t.Errorf("%d rotations, %+v", begun(w), overtaken)
				}
				second.Ground = GroundOf(w.state())
				second.Spec.Spec.Rotation.Approvals = nil
				must(t, Rotate(t.Context(), second))
			})
		})
	}
}

// The machine died between the last record and the end of the job, and the pipeline runs the job again.
func TestARunThatIsRepeatedBeginsOneRotation(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		applied(t, w)
		run := func(once string) Options {
			o := w.options()
			o.Once = once
			return o
		}
		w.fail["quota"] = errors.New("no answer")
		_ = rotated[*rotation.Failed](t, w, run("run 1"))
		delete(w.fail, "quota")
		must(t, Rotate(t.Context(), run("run 1"))) // nothing was changed before
		if again := rotated[*Already](t, w, run("run 1")); again.How != nil || w.state().Active != "green" {
			t.Errorf("%+v, active %q", again, w.state().Active)
		}
		w.verdicts["blue"] = verify.Fail
		_ = rotated[*rotation.RolledBack](t, w, run("run 2"))
		w.verdicts = map[string]verify.Verdict{}
		had := begun(w)
		_ = rotated[*rotation.RolledBack](t, w, run("run 2"))
		if begun(w) != had {
			t.Errorf("%d rotations after %d", begun(w), had)
		}
		w.again = true
		must(t, Rotate(t.Context(), run("run 3")))
		if w.state().Active != "blue" {
			t.Errorf("active %q", w.state().Active)
		}
	})
}

// The store was lost in the middle of the rotation, a person recovered the journal, and the pipeline runs the job again.
func TestARunWhoseRotationARecoveryEndedBeginsNoOther(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		remote(w)
		applied(t, w)
		newVersion(w)
		w.spec.Spec.Rotation.KeepBlue = spec.Duration(24 * time.Hour)
		run := w.options()
		run.Once = "run 1"
		_ = rotated[*rotation.Waiting](t, w, run)
		w.dns = map[string]int{"blue": 50, "green": 50}
		must(t, Recover(t.Context(), w.options(), "green", yes))
		had := begun(w)
		again := rotated[*Already](t, w, run)
		var failed *rotation.Failed
		if begun(w) != had || w.state().Active != "green" || !errors.As(again, &failed) {
			t.Errorf("%d rotations after %d, active %q: %v", begun(w), had, w.state().Active, again)
		}
	})
}

// A job that went on with another run's rotation is repeated after its machine died at the end, and has done its work.
func TestARunThatWentOnWithARotationBeginsNoOtherWhenItIsRepeated(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		applied(t, w)
		newVersion(w)
		w.spec.Spec.Rotation.KeepBlue = spec.Duration(24 * time.Hour)
		first, second := w.options(), w.options()
		first.Once, second.Once = "run 1", "run 2"
		_ = rotated[*rotation.Waiting](t, w, first)
		time.Sleep(25 * time.Hour)
		must(t, Rotate(t.Context(), second))
		for _, repeated := range []Options{first, second} {
			if again := rotated[*Already](t, w, repeated); begun(w) != 1 || again.How != nil {
				t.Errorf("%d rotations, %+v", begun(w), again)
			}
		}
	})
}
