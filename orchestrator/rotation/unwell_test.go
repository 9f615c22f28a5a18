package rotation

import (
	"testing"
	"time"

	"drover/orchestrator/color"
	"drover/orchestrator/journal"
)

// soaking is a rotation whose green has all traffic, and answers its check by turns.
func soaking(verdicts ...string) (journal.State, time.Time) {
	p := plan()
	p.Checks, p.Soak = []string{"c1"}, time.Hour
	now := epoch
	s := journal.Fold([]journal.Event{
		{Kind: journal.Weights, Time: now, Weights: color.Shared(color.Green, 100), TTL: 1},
		{Kind: journal.RotationStarted, Time: now, Rotation: "r", From: color.Blue, To: color.Green, Plan: &p},
		{Kind: journal.Preflighted, Time: now},
	})
	for _, name := range []string{Preflight, Rendering, Building, Bootstrap, Verify, ApproveShift, Shift, Handover} {
		s.Add(journal.Event{Kind: journal.PhaseStarted, Time: now, Phase: name})
		s.Add(journal.Event{Kind: journal.PhaseDone, Time: now, Phase: name, Outcome: journal.Done})
	}
	s.Add(journal.Event{Kind: journal.PhaseStarted, Time: now, Phase: Soak})
	for _, verdict := range verdicts {
		now = now.Add(time.Second)
		s.Add(journal.Event{Kind: journal.Checked, Time: now, Phase: Soak, Verdicts: []journal.Result{{Check: "c1", Name: "http", Verdict: verdict}}})
	}
	return s, now
}

func goesBack(step Step) bool {
	r, ok := step.(Record)
	if !ok {
		return false
	}
	for _, e := range r.Events {
		if e.Kind == journal.BackDecided {
			return true
		}
	}
	return false
}

// A service that is down answers 500 now and times out then.
func TestAGreenThatFailsAndIsSilentByTurnsLosesItsTraffic(t *testing.T) {
	t.Parallel()
	for _, verdicts := range [][]string{{"fail", "error", "fail"}, {"pass", "fail", "error", "inconclusive", "fail"}} {
		s, now := soaking(verdicts...)
		if step := Next(s, s.Rotation.Plan, now.Add(time.Millisecond)); !goesBack(step) {
			t.Errorf("after %v: %+v", verdicts, step)
		}
	}
	for _, verdicts := range [][]string{{"fail", "pass", "fail"}, {"error", "fail"}, {"error", "error"}} {
		s, now := soaking(verdicts...)
		if step := Next(s, s.Rotation.Plan, now.Add(time.Millisecond)); goesBack(step) {
			t.Errorf("after %v: %+v", verdicts, step)
		}
	}
}
