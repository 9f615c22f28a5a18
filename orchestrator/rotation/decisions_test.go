package rotation

import (
	"errors"
	"strings"
	"testing"
	"time"

	"drover/orchestrator/color"
	"drover/orchestrator/journal"
)

// What cannot be done is refused with the reason, and recorded as refused: it is not asked about again.
func TestARequestThatCannotBeMetIsRefusedWithTheReason(t *testing.T) {
	t.Parallel()
	soaks, _ := soaking()
	back, draining, destroying := soaks.Clone(), soaks.Clone(), soaks.Clone()
	back.Rotation.Back = &journal.Decision{}
	draining.Rotation.Draining = true
	destroying.Rotation.Destroying = true
	for name, c := range map[string]struct {
		state journal.State
		asked Request
		says  string
	}{
		"another rotation":     {soaks, Request{Asks: Pause, Rotation: "other"}, "rotation other is not under way"},
		"no rotation":          {journal.Empty(), Request{Asks: Pause, Rotation: "r"}, "rotation r is not under way"},
		"an unknown request":   {soaks, Request{Asks: "dance", Rotation: "r"}, "does not know that request"},
		"an unknown gate":      {soaks, Request{Asks: Approve, Gate: "lunch", Rotation: "r"}, `there is no gate "lunch"`},
		"a gate ahead":         {soaks, Request{Asks: Approve, Gate: "destroy", Rotation: "r"}, "does not wait at that gate"},
		"a gate behind":        {soaks, Request{Asks: Approve, Gate: "shift", Rotation: "r"}, "does not wait at that gate"},
		"nothing to hand back": {soaks, Request{Asks: Approve, Gate: HandBack, Rotation: "r"}, "no singleton is to be handed back"},
		"nothing to resume":    {soaks, Request{Asks: Resume, Rotation: "r"}, "is not held"},
		"a hold on a way back": {back, Request{Asks: Freeze, Rotation: "r"}, "on its way back"},
		"back while drained":   {draining, Request{Asks: Rollback, Rotation: "r"}, "there is nothing to go back to"},
		"back while destroyed": {destroying, Request{Asks: Abort, Rotation: "r"}, "is being destroyed"},
	} {
		c.asked.ID, c.asked.By = "q", "ann"
		events := Take(c.state, c.asked)
		if len(events) != 1 || events[0].Kind != journal.RequestRefused || events[0].Request != "q" || !strings.Contains(events[0].Detail, c.says) {
			t.Errorf("%s: %+v", name, events)
		}
	}
}

func TestHowARotationEndedIsAnErrorUnlessItIsDone(t *testing.T) {
	t.Parallel()
	ended := func(outcome journal.Outcome) error {
		return Ended(journal.State{Active: color.Blue, Past: []journal.Rotation{{ID: "r", Outcome: outcome, Reason: "green is unhealthy", Phase: Soak}}})
	}
	var back *RolledBack
	var failed *Failed
	if err := ended(journal.RolledBack); !errors.As(err, &back) || err.Error() != "rotation r was rolled back, blue has all traffic: green is unhealthy" {
		t.Errorf("rolled back: %v", err)
	}
	if err := ended(journal.Failed); !errors.As(err, &failed) || !failed.Nothing || err.Error() != "soak: green is unhealthy" {
		t.Errorf("failed: %v", err)
	}
	if err := errors.Join(ended(journal.Done), Ended(journal.Empty())); err != nil {
		t.Error(err)
	}
}

// A revision that was rolled back once it stood is bad for as long as the color stands that was gone back to.
func TestARevisionIsBadOnceItWasBuiltAndRolledBack(t *testing.T) {
	t.Parallel()
	built := epoch
	past := journal.Rotation{ID: "r", Outcome: journal.RolledBack, Built: true, Revision: "bad", Reason: "no", FinishedAt: built.Add(time.Hour)}
	state := func(p journal.Rotation) journal.State {
		s := journal.Empty()
		s.Colors[color.Blue] = journal.Color{BuiltAt: built}
		s.Past = []journal.Rotation{p}
		return s
	}
	given, done, before := past, past, past
	given.Built, done.Outcome, before.FinishedAt = false, journal.Done, built.Add(-time.Hour)
	if bad := BadBefore(state(past), color.Blue, "bad"); !strings.Contains(bad, "rotation r: no") {
		t.Errorf("says %q", bad)
	}
	if bad := BadBefore(state(past), color.Blue, "good"); bad != "" {
		t.Errorf("another revision: %q", bad)
	}
	for name, p := range map[string]journal.Rotation{"given up before it stood": given, "done": done, "before blue was built": before} {
		if bad := BadBefore(state(p), color.Blue, "bad"); bad != "" {
			t.Errorf("%s: %q", name, bad)
		}
	}
}

// Right before what cannot be undone, a person who asked to go back or to stay is heard, and no answer is none.
func TestNothingIsUndoneBeforeAPersonIsHeard(t *testing.T) {
	t.Parallel()
	for asks, stops := range map[Asked]bool{Rollback: true, Abort: true, Freeze: true, Pause: true, Approve: false, Resume: false} {
		d := &desk{}
		l := loopOf(d, nil, nil)
		if err := l.Unasked(t.Context()); err != nil {
			t.Errorf("nobody asked: %v", err)
		}
		d.ask(asks)
		if err := l.Unasked(t.Context()); stops != errors.Is(err, errAsked) {
			t.Errorf("%s: %v", asks, err)
		}
		l.State.Requests[string(asks)] = true
		if err := l.Unasked(t.Context()); err != nil {
			t.Errorf("%s was answered: %v", asks, err)
		}
	}
}

// Each thing that a color can fall short of has a reason of its own.
func TestAColorIsNotQuietForAReason(t *testing.T) {
	t.Parallel()
	at := epoch.Add(time.Hour)
	quiet := journal.Flows{Alive: true, Until: at.Add(-time.Minute), Seconds: 300}
	for says, change := range map[string]func(*Quiet, *journal.Flows){
		"":                                      func(*Quiet, *journal.Flows) {},
		"it was not at weight 0":                func(q *Quiet, _ *journal.Flows) { q.Since = time.Time{} },
		"its load balancer has no metrics":      func(_ *Quiet, f *journal.Flows) { f.Alive = false },
		"the newest metric":                     func(_ *Quiet, f *journal.Flows) { f.Until = at.Add(-4 * time.Minute) },
		"it is measured since":                  func(q *Quiet, _ *journal.Flows) { q.Since = at.Add(-2 * time.Minute) },
		"it was measured for less than":         func(_ *Quiet, f *journal.Flows) { f.Seconds = 60 },
		"500 new connections in the last 300 s": func(_ *Quiet, f *journal.Flows) { f.New = 500 },
		"9 connections are open":                func(_ *Quiet, f *journal.Flows) { f.Active = 9 },
	} {
		q, f := Quiet{Since: epoch, For: 2 * time.Minute}, quiet
		change(&q, &f)
		if why := q.Not(f, at); !strings.Contains(why, says) || (says == "") != (why == "") {
			t.Errorf("%q, want %q", why, says)
		}
	}
}
