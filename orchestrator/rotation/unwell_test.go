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

// A green that is well in every second round only was never seen well for as long as the spec wants: it does not keep
// its traffic at the end of the time that there is for that.
func TestAGreenThatIsNeverWellForLongEnoughLosesItsTraffic(t *testing.T) {
	t.Parallel()
	for _, other := range []string{"fail", "error"} {
		s, now := soaking()
		for rounds := 0; now.Sub(epoch) < 3*time.Hour; {
			step := Next(s, s.Rotation.Plan, now)
			if goesBack(step) {
				break
			}
			switch step := step.(type) {
			case Wait:
				now = step.Until
			case Do:
				verdict := "pass"
				if rounds++; rounds%2 == 0 {
					verdict = other
				}
				now = now.Add(100 * time.Millisecond)
				s.Add(journal.Event{Kind: journal.Checked, Time: now, Phase: Soak, Verdicts: []journal.Result{{Check: "c1", Name: "http", Verdict: verdict}}})
			default:
				t.Fatalf("%s: after %s: %+v", other, now.Sub(epoch), step)
			}
		}
		if step := Next(s, s.Rotation.Plan, now); !goesBack(step) {
			t.Errorf("%s: after %s: %+v", other, now.Sub(epoch), step)
		}
	}
}

// What cannot be started may be what is down, with all traffic on it. The old color can be as guilty: then green is well.
func TestAHandoverThatCannotBeMadeEndsByWhetherGreenIsWell(t *testing.T) {
	t.Parallel()
	for verdict, back := range map[string]bool{"fail": true, "pass": false} {
		s, now := soaking()
		s.Rotation.Plan.Singletons, s.Rotation.Plan.Handover = 1, time.Minute
		delete(s.Rotation.Phases, Handover)
		s.Add(journal.Event{Kind: journal.PhaseStarted, Time: now, Phase: Handover})
		s.Add(journal.Event{Kind: journal.HaltIntended, Time: now, Phase: Handover, Root: "blue"})
		s.Add(journal.Event{Kind: journal.Halted, Time: now, Phase: Handover, Root: "blue", Outcome: journal.Done})
		for range mostTries {
			s.Add(journal.Event{Kind: journal.StartIntended, Time: now, Phase: Handover, Root: "green"})
			s.Add(journal.Event{Kind: journal.EffectFailed, Time: now, Phase: Handover, Detail: "green does not answer"})
		}
		for ended := false; !ended; {
			switch step := Next(s, s.Rotation.Plan, now).(type) {
			case Wait:
				now = step.Until
			case Do:
				if step.Effect.Do != Ask {
					t.Fatalf("%s: it goes on with %+v", verdict, step)
				}
				now = now.Add(time.Second)
				s.Add(journal.Event{Kind: journal.Checked, Time: now, Phase: Handover, Verdicts: []journal.Result{{Check: "c1", Name: "http", Verdict: verdict}}})
			default:
				if ended = true; goesBack(step) != back {
					t.Errorf("green's checks %s: %+v", verdict, step)
				}
			}
		}
	}
}
