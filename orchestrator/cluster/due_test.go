package cluster

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"drover/generator/spec"
)

const days = 24 * time.Hour

// dueIn asks whether a rotation is due, and fails the test if that leaves a trace in the Terraform directory.
func dueIn(t *testing.T, w *world, c Condition) (bool, string, error) {
	t.Helper()
	before := filesBelow(t, w.out)
	due, why, err := Due(t.Context(), w.options(), c, func(context.Context, Options) (Ports, error) { return w.options().Ports, nil })
	if after := filesBelow(t, w.out); !slices.Equal(before, after) {
		t.Errorf("before the question there was %v, after it %v", before, after)
	}
	return due, why, err
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
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
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

func newVersion(w *world) { w.spec.Spec.Kubernetes.Version = "1.33" }

func TestARotationUnderWayIsAlwaysDue(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	applied(t, w)
	s := started(t, w.options()) // which holds the lease: the question needs none
	due, why, err := dueIn(t, w, Condition{OlderThan: spec.Duration(30 * days), Changed: true})
	if err != nil || !due || !strings.Contains(why, s.state.Rotation.ID) {
		t.Errorf("due %v, as %q (%v)", due, why, err)
	}
}

// A schedule that says "not due" for ever would hide it.
func TestAChangeThatNothingMakesIsNoReasonToStayQuiet(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	applied(t, w)
	w.replaces = true
	_, _, err := dueIn(t, w, Condition{Changed: true})
	var refused *Refused
	if !errors.As(err, &refused) {
		t.Errorf("got %v", err)
	}
}

func TestTheAgeIsThatOfTheColorThatARotationBuilt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.spec.Spec.Rotation.MaxAge = spec.Duration(30 * days)
		if before, err := StatusOf(t.Context(), w.options()); err != nil || before.Built != nil || before.Due {
			t.Errorf("before the first build: %+v (%v)", before.Timing, err)
		}
		applied(t, w)
		time.Sleep(31 * days)
		w.inPlace, w.locked["blue"] = "update", false // which makes it no younger
		applied(t, w)
		w.inPlace = ""
		if old := statusOf(t, w); !old.Due || Age(time.Since(*old.Built)) != "31d" {
			t.Errorf("after 31 days: %+v", old)
		}
		if old := planOf(t, w); !old.Due || old.Active != "blue" {
			t.Errorf("a plan after 31 days: %+v", old)
		}
		if err := Rotate(t.Context(), w.options()); err != nil {
			t.Fatal(err)
		}
		if fresh := statusOf(t, w); fresh.Due || time.Since(*fresh.Built) > time.Hour {
			t.Errorf("after a rotation: %+v", fresh)
		}
	})
}

func statusOf(t *testing.T, w *world) Timing {
	t.Helper()
	status, err := StatusOf(t.Context(), w.options())
	if err != nil {
		t.Fatal(err)
	}
	return status.Timing
}

func TestAges(t *testing.T) {
	t.Parallel()
	for age, want := range map[time.Duration]string{
		0: "0s", 61500 * time.Millisecond: "61s", 119 * time.Minute: "119m", 3*time.Hour + time.Minute: "3h", 47 * time.Hour: "47h", 2*days + time.Hour: "2d", 400 * days: "400d",
	} {
		if got := Age(age); got != want {
			t.Errorf("%v is %s, want %s", age, got, want)
		}
	}
}
