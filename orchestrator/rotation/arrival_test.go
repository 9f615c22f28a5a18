package rotation

import (
	"strings"
	"testing"
	"time"

	"drover/orchestrator/color"
	"drover/orchestrator/journal"
)

func TestAShareIsJudgedByNewConnections(t *testing.T) {
	t.Parallel()
	flows := func(n float64) journal.Flows { return journal.Flows{Alive: true, New: n, Seconds: 300} }
	for name, c := range map[string]struct {
		asked   int
		old     journal.Flows
		fresh   journal.Flows
		probed  bool
		verdict string
		says    string
	}{
		"as asked":             {25, flows(750), flows(250), false, "pass", "25 % asked for, 25.0 % arrived: 250 of 1000 new connections in 300 s went to green"},
		"a third of it":        {25, flows(9200), flows(800), false, "pass", "8.0 % arrived"},
		"a fifth of it":        {25, flows(9500), flows(500), false, "fail", "5.0 % arrived"},
		"none of it":           {50, flows(1000), flows(0), false, "fail", "0.0 % arrived"},
		"scanners alone":       {50, flows(1000), flows(10), false, "fail", "1.0 % arrived"},
		"more than asked":      {5, flows(100), flows(900), false, "pass", "90.0 % arrived"},
		"nobody there":         {50, flows(0), flows(0), false, "inconclusive", "too little traffic to tell"},
		"a few":                {5, flows(600), flows(0), false, "inconclusive", "too little traffic to tell"},
		"probes alone":         {50, flows(480), flows(480), true, "inconclusive", "too little traffic to tell"},
		"probes beside others": {50, flows(10_000), flows(480), true, "fail", "4.6 % arrived"},
		"all of it":            {100, flows(3), flows(997), false, "pass", "99.7 % arrived"},
		"no metrics of blue":   {50, journal.Flows{Seconds: 300}, flows(1000), false, "inconclusive", "no metrics"},
		"no metrics of green":  {50, flows(1000), journal.Flows{Seconds: 300}, false, "inconclusive", "no metrics"},
	} {
		fresh := c.fresh
		e := Arrived(journal.Plan{Probed: c.probed}, color.Green, c.asked, c.old, fresh)
		if e.Verdict != c.verdict || !strings.Contains(e.Detail, c.says) || e.Share.Asked != c.asked || e.Kind != journal.Shared {
			t.Errorf("%s: %s: %s, want %s with %q", name, e.Verdict, e.Detail, c.verdict, c.says)
		}
		if counted := c.old.Alive && c.fresh.Alive && c.old.New+c.fresh.New > 0; (e.Value != nil) != counted {
			t.Errorf("%s: measured %v", name, e.Value)
		}
	}
}

// stepping is a rotation at a step that it has watched for long enough, and what is measured of it by turns.
func stepping(t *testing.T, share int, arrival string, measured ...string) (journal.State, journal.Plan, time.Time) {
	t.Helper()
	p := plan()
	p.Steps, p.Arrival, p.Interval = []int{5, 50, 100}, arrival, time.Minute
	now := epoch
	s := journal.Fold([]journal.Event{
		{Kind: journal.RotationStarted, Time: now, Rotation: "r", From: color.Blue, To: color.Green, Plan: &p},
		{Kind: journal.PhaseStarted, Time: now, Phase: Shift},
		{Kind: journal.Weights, Time: now, Weights: color.Shared(color.Green, share), TTL: 1},
	})
	pass := []journal.Result{{Check: "c1", Verdict: "pass"}, {Check: "c2", Verdict: "pass"}}
	for range 14 {
		s.Add(journal.Event{Kind: journal.Checked, Time: now, Phase: Shift, Verdicts: pass})
		now = now.Add(5 * time.Second)
	}
	for _, verdict := range measured {
		s.Add(journal.Event{Kind: journal.Shared, Time: now, Phase: Shift, Verdict: verdict, Detail: "seen", Share: &journal.Share{Asked: share}})
	}
	s.Rotation.Preflighted, s.Rotation.Phases[Preflight] = true, journal.Progress{Starts: 1, Outcome: journal.Done}
	return s, p, now
}

// at decides as the shift does.
func at(s journal.State, p journal.Plan, now time.Time) Step {
	return shift(view{State: s, Rotation: s.Rotation, plan: p, now: now, phase: Shift})
}

func TestAStepHoldsUntilItsShareArrives(t *testing.T) {
	t.Parallel()
	goesOn := func(step Step, to int) bool {
		do, is := step.(Do)
		return is && do.Effect.Do == Weigh && do.Effect.Weights[color.Green] == to
	}
	for name, c := range map[string]struct {
		share    int
		arrival  string
		measured []string
		later    time.Duration
		want     func(Step) bool
	}{
		"is measured first": {5, "hold", nil, 0, func(s Step) bool {
			do, is := s.(Do)
			return is && do.Effect.Do == Compare && do.Effect.Window == 69*time.Second
		}},
		"nobody measures":                {5, "", nil, 0, func(s Step) bool { return goesOn(s, 50) }},
		"arrived":                        {5, "hold", []string{"pass"}, 0, func(s Step) bool { return goesOn(s, 50) }},
		"too little to tell":             {50, "hold", []string{"inconclusive"}, 0, func(s Step) bool { return goesOn(s, 100) }},
		"could not be measured":          {50, "hold", []string{"error"}, 0, func(s Step) bool { return goesOn(s, 100) }},
		"did not, and is waited for":     {5, "hold", []string{"fail"}, 0, func(s Step) bool { w, is := s.(Wait); return is && strings.Contains(w.For, "seen") }},
		"did not, and is measured again": {5, "hold", []string{"fail"}, 20 * time.Second, func(s Step) bool { do, is := s.(Do); return is && do.Effect.Do == Compare }},
		"did in the end":                 {50, "hold", []string{"fail", "pass"}, 0, func(s Step) bool { return goesOn(s, 100) }},
		"a small one did not in time":    {5, "hold", []string{"fail"}, time.Minute, func(s Step) bool { return goesOn(s, 50) }},
		"half did not in time": {50, "hold", []string{"fail"}, time.Minute, func(s Step) bool {
			r, is := s.(Record)
			return is && r.Events[0].Kind == journal.Held && r.Events[0].Hold == journal.Asking
		}},
		"half, where it is only told":   {50, "report", []string{"fail"}, time.Minute, func(s Step) bool { return goesOn(s, 100) }},
		"all is the drain's to measure": {100, "hold", []string{"fail"}, 0, func(s Step) bool { r, is := s.(Record); return is && r.Events[0].Kind == journal.Activated }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, p, now := stepping(t, c.share, c.arrival, c.measured...)
			if c.later > 0 { // the checks went on passing meanwhile
				now = now.Add(c.later)
				s.Add(journal.Event{Kind: journal.Checked, Time: now, Phase: Shift, Seconds: 200, Verdicts: []journal.Result{{Check: "c1", Verdict: "pass"}, {Check: "c2", Verdict: "pass"}}})
			}
			if step := at(s, p, now); !c.want(step) {
				t.Errorf("it goes on with %+v", step)
			}
		})
	}
}

// A person who resumes has seen it; another process measures for itself, and does not hold again.
func TestAShareThatAPersonAcceptedIsNotHeldAgain(t *testing.T) {
	t.Parallel()
	s, p, now := stepping(t, 50, "hold", "fail")
	now = now.Add(time.Minute)
	s.Add(journal.Event{Kind: journal.Held, Time: now, Hold: journal.Asking})
	s.Add(journal.Event{Kind: journal.Released, Time: now})
	well := journal.Event{Kind: journal.Checked, Time: now, Phase: Shift, Seconds: 300, Verdicts: []journal.Result{{Check: "c1", Verdict: "pass"}, {Check: "c2", Verdict: "pass"}}}
	s.Add(well)
	if do, is := at(s, p, now).(Do); !is || do.Effect.Do != Weigh {
		t.Errorf("the same process goes on with %+v", do)
	}
	now = now.Add(time.Second)
	s.Add(journal.Event{Kind: journal.Driving, Time: now})
	well.Time = now
	s.Add(well)
	if do, is := at(s, p, now).(Do); !is || do.Effect.Do != Compare {
		t.Errorf("another process goes on with %+v", do)
	}
	s.Add(journal.Event{Kind: journal.Shared, Time: now, Phase: Shift, Verdict: "fail", Share: &journal.Share{Asked: 50}})
	if do, is := at(s, p, now).(Do); !is || do.Effect.Do != Weigh {
		t.Errorf("after it measured, it goes on with %+v", do)
	}
	if n := len(s.Rotation.Arrivals); n != 1 {
		t.Errorf("%d measurements of one step are kept", n)
	}
}
