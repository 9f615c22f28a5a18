package journal

import (
	"maps"
	"time"
)

// Watch is what a process saw of a color while it watched it. Time counts only between two rounds of checks that
// both passed and were close together: what nobody looked at is not watched.
type Watch struct {
	Since   time.Time         // when this watch began
	Watched time.Duration     // for how long the color was seen well
	Rounds  int               // of checks
	At      time.Time         // of the last round
	Passed  time.Time         // of the last round in which everything passed; zero after one in which something did not
	Fails   int               // rounds with a fail since the last in which everything passed
	Silent  time.Time         // since when some check has had no answer; zero while all have
	Results map[string]Result // of the last round, by check
	Kept    time.Time         // when a round was last written to the journal
	Changes int               // rounds that were written as verdicts changed, less one for each time of keepEvery in which none did
	Unkept  int               // changes of verdicts since the last round that was written
}

// MostGap is the longest time between two rounds that were one watch: twice the longest pause of the engine.
const MostGap = time.Minute

const (
	// keepEvery is how much of a watch a crash may lose.
	keepEvery = 5 * time.Minute
	// mostChanges is how many rounds are written as soon as a verdict changes. Checks that flap may change theirs every second,
	// for a week: after these, the round that is written every keepEvery says how often they did.
	mostChanges = 20
)

// Keeps is true if an event is to be written to the journal. A round of checks that says what the one before said is
// not, for a while: what is lost with it is watched again. No decision rests on more of a round of an earlier process than
// the time that was watched by then, so that a change of verdicts need not be written either.
func (s State) Keeps(e Event) bool {
	r := s.Rotation
	switch {
	case r == nil:
		return true
	case e.Kind == Checked:
		return r.Watch.keeps(e.Time, r.Watch.differs(e.Verdicts))
	case e.Kind == Verdict: // it comes before its round, which has it too
		return r.Watch.keeps(e.Time, true)
	case e.Kind == Measured:
		return r.ZeroAt.IsZero() && e.Flows != nil && e.Flows.Alive && (r.Peak == nil || e.Flows.New > r.Peak.New)
	}
	return e.Kind != Stands && e.Kind != EndPlanned
}

// WatchedWith is for how long the color under watch was seen well, with one more round.
func (s State) WatchedWith(e Event) time.Duration {
	if s.Rotation == nil {
		return 0
	}
	w := s.Rotation.Watch
	w.round(e)
	return w.Watched
}

// keeps is true if a round at a time is written.
func (w Watch) keeps(at time.Time, changed bool) bool {
	return at.Sub(w.Kept) >= keepEvery || changed && w.Changes < mostChanges
}

// kept counts what is written of a round, and what is not.
func (w *Watch) kept(at time.Time, changed bool) {
	switch {
	case !w.keeps(at, changed):
		if changed {
			w.Unkept++
		}
		return
	case changed || w.Unkept > 0:
		w.Changes = min(w.Changes+1, mostChanges)
	default:
		w.Changes = max(w.Changes-1, 0)
	}
	w.Kept, w.Unkept = at, 0
}

func (w Watch) differs(results []Result) bool {
	if len(results) != len(w.Results) {
		return true
	}
	for _, r := range results {
		if had, ok := w.Results[r.Check]; !ok || had.Verdict != r.Verdict {
			return true
		}
	}
	return false
}

// round adds one round of checks. An event that was written carries the time watched so far, as rounds before it may
// not have been.
func (w *Watch) round(e Event) {
	at, results := e.Time, e.Verdicts
	w.kept(at, w.differs(results))
	failed, silent := false, len(results) == 0
	w.Results = map[string]Result{}
	for _, r := range results {
		w.Results[r.Check] = r
		failed = failed || r.Verdict == "fail"
		silent = silent || (r.Verdict != "pass" && r.Verdict != "fail")
	}
	w.Rounds++
	w.At = at
	switch {
	case failed:
		w.Fails++
	case !silent: // a question without an answer takes no fail back
		w.Fails = 0
	}
	switch {
	case !silent:
		w.Silent = time.Time{}
	case w.Silent.IsZero():
		w.Silent = at
	}
	well, gap := !failed && !silent, at.Sub(w.Passed)
	switch {
	case e.Seconds > 0:
		w.Watched = time.Duration(e.Seconds * float64(time.Second))
	case well && !w.Passed.IsZero() && gap > 0 && gap <= MostGap:
		w.Watched += gap
	}
	w.Passed = time.Time{}
	if well {
		w.Passed = at
	}
}

// interrupted is the watch as the next process finds it: nobody looked in between.
func (w Watch) interrupted() Watch {
	return Watch{Since: w.Since, Watched: w.Watched, Results: maps.Clone(w.Results), Changes: w.Changes}
}
