package cluster

import (
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	"drover/generator/spec"
	"drover/orchestrator/history"
	"drover/orchestrator/rotation"
)

const days = 24 * time.Hour

// dueIn asks whether a rotation is due.
func dueIn(t *testing.T, w *world, c Condition) (bool, string, error) {
	t.Helper()
	files := w.files
	w.files = maps.Clone(files)
	defer func() { w.files = files }()
	return Due(t.Context(), w.options(), c)
}

func TestARotationIsDueByAgeOrByAChangeOfTheSpec(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		age       time.Duration
		change    func(*world)
		condition Condition
		due       bool
		why       string
	}{
		"younger":              {29 * days, nothing, Condition{OlderThan: spec.Duration(30 * days)}, false, "blue is 29d old, and is due at 30d"},
		"of that age":          {30 * days, nothing, Condition{OlderThan: spec.Duration(30 * days)}, true, "blue is 30d old"},
		"older, not asked for": {90 * days, nothing, Condition{Changed: true}, false, "the cluster is as the spec says"},
		"changed":              {time.Hour, newVersion, Condition{Changed: true}, true, "the spec says Kubernetes 1.33, and blue runs 1.32"},
		"replaced":             {time.Hour, func(w *world) { w.inPlace = "replace" }, Condition{Changed: true}, true, "in place would replace"},
		"updated":              {time.Hour, func(w *world) { w.inPlace = "update" }, Condition{Changed: true}, false, "drover apply"},
		"changed, not asked":   {time.Hour, newVersion, Condition{OlderThan: spec.Duration(30 * days)}, false, "blue is 1h old"},
		"one of both":          {time.Hour, newVersion, Condition{spec.Duration(30 * days), true}, true, "Kubernetes 1.33"},
		"the other of both":    {31 * days, nothing, Condition{spec.Duration(30 * days), true}, true, "31d old"},
		"neither of both":      {90 * time.Minute, nothing, Condition{spec.Duration(30 * days), true}, false, "blue is 90m old, and is due at 30d; the cluster is as the spec says"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inWorld(t, func(t *testing.T, w *world) {
				applied(t, w)
				time.Sleep(c.age)
				c.change(w)
				due, why, err := dueIn(t, w, c.condition)
				if err != nil || due != c.due || !strings.Contains(why, c.why) {
					t.Errorf("due %v, as %q (%v)", due, why, err)
				}
			})
		})
	}
}

func nothing(*world) {}

func TestARotationUnderWayIsAlwaysDue(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		applied(t, w)
		o := w.options()
		o.Observer = onPhase(rotation.Soak, func() { // while another process holds the lease: the question needs none
			due, why, err := dueIn(t, w, Condition{OlderThan: spec.Duration(30 * days), Changed: true})
			if err != nil || !due || !strings.Contains(why, "is under way") {
				t.Errorf("due %v, as %q (%v)", due, why, err)
			}
		})
		must(t, Rotate(t.Context(), o))
	})
}

// A schedule that says "not due" for ever would hide it.
func TestAChangeThatNothingMakesIsNoReasonToStayQuiet(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		applied(t, w)
		w.replaces = true
		_, _, err := dueIn(t, w, Condition{Changed: true})
		var refused *Refused
		if !errors.As(err, &refused) {
			t.Errorf("got %v", err)
		}
	})
}

func TestTheAgeIsThatOfTheColorThatARotationBuilt(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		w.spec.Spec.Rotation.MaxAge = spec.Duration(30 * days)
		timing := func() history.Timing { return history.TimingOf(w.spec.Spec.Rotation, w.state(), time.Now()) }
		if before := timing(); before.Built != nil || before.Due {
			t.Errorf("before the first build: %+v", before)
		}
		applied(t, w)
		time.Sleep(31 * days)
		w.inPlace, w.locked["blue"] = "update", false // which makes it no younger
		applied(t, w)
		w.inPlace = ""
		if old := timing(); !old.Due || history.Age(time.Since(*old.Built)) != "31d" {
			t.Errorf("after 31 days: %+v", old)
		}
		if old := planned(t, w); !old.Due || old.Active != "blue" {
			t.Errorf("a plan after 31 days: %+v", old)
		}
		must(t, Rotate(t.Context(), w.options()))
		if fresh := timing(); fresh.Due || time.Since(*fresh.Built) > time.Hour {
			t.Errorf("after a rotation: %+v", fresh)
		}
	})
}
