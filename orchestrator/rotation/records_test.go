package rotation

import (
	"strings"
	"testing"
	"time"

	"drover/orchestrator/journal"
)

// A journal of 10,000 records is opened in less than a second.
const week = 7 * 24 * time.Hour

// soakRecords soaks for a week under checks that answer by turns, and returns what is written of it.
func soakRecords(t *testing.T, turns ...string) (kept []journal.Event, rounds int, watched time.Duration) {
	t.Helper()
	s, now := soaking()
	s.Rotation.Plan.Soak = week
	for !s.Rotation.Phases[Soak].Done() {
		switch step := Next(s, s.Rotation.Plan, now).(type) {
		case Wait:
			now = step.Until
		case Do:
			verdict := turns[rounds%len(turns)]
			rounds++
			now = now.Add(100 * time.Millisecond)
			for _, e := range []journal.Event{
				{Kind: journal.Verdict, Time: now, Phase: Soak, Check: "http", Verdict: verdict},
				{Kind: journal.Checked, Time: now, Phase: Soak, Verdicts: []journal.Result{{Check: "c1", Name: "http", Verdict: verdict}}},
			} {
				if e.Kind == journal.Verdict && s.Rotation.Watch.Results["c1"].Verdict == verdict {
					continue // no news
				}
				if s.Keeps(e) {
					e.Seconds = s.WatchedWith(e).Seconds()
					kept = append(kept, e)
				}
				s.Add(e)
			}
		case Record:
			watched = s.Rotation.Watch.Watched
			for _, e := range step.Events {
				e.Time = now
				s.Add(e)
			}
			if s.Rotation.Back != nil {
				return kept, rounds, watched
			}
		default:
			t.Fatalf("after %s: %+v", now.Sub(epoch), step)
		}
	}
	return kept, rounds, watched
}

func TestAWeekOfSoakWritesAFewThousandRecordsHoweverItsChecksFlap(t *testing.T) {
	t.Parallel()
	for _, turns := range []string{"pass", "pass pass error", "pass pass pass fail", "pass pass inconclusive pass error fail", strings.Repeat("pass ", 100) + "fail", strings.Repeat("pass ", 11) + "fail"} {
		t.Run(turns[:min(len(turns), 40)], func(t *testing.T) {
			t.Parallel()
			kept, rounds, _ := soakRecords(t, strings.Fields(turns)...)
			t.Logf("%d records of %d rounds", len(kept), rounds)
			// One in five minutes, and of each of these, where verdicts are quiet for as long, two records of one change at most.
			if most := 3*int(week/(5*time.Minute)) + 200; len(kept) > most {
				t.Errorf("%d rounds leave %d records, more than %d", rounds, len(kept), most)
			}
		})
	}
}

// What was watched is not lost with a process, whichever rounds were written.
func TestTheNextProcessHasWhatWasWatchedUnderChecksThatFlap(t *testing.T) {
	t.Parallel()
	for _, turns := range []string{"pass pass error", "pass pass pass fail", "pass pass pass pass inconclusive"} {
		s, now := soaking()
		s.Rotation.Plan.Soak = week
		again, _ := soaking() // what another process reads
		verdicts := strings.Fields(turns)
		for round := range 20_000 {
			now = now.Add(time.Second)
			e := journal.Event{Kind: journal.Checked, Time: now, Phase: Soak, Verdicts: []journal.Result{{Check: "c1", Name: "http", Verdict: verdicts[round%len(verdicts)]}}}
			if s.Keeps(e) {
				e.Seconds = s.WatchedWith(e).Seconds()
				again.Add(e)
			}
			s.Add(e)
			if lost := s.Rotation.Watch.Watched - again.Rotation.Watch.Watched; lost < 0 || lost > 5*time.Minute {
				t.Fatalf("%s: after %d rounds, %s of %s are lost", turns, round, lost, s.Rotation.Watch.Watched)
			}
		}
	}
}
