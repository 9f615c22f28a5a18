package rotation

import (
	"encoding/binary"
	"hash/maphash"
	"time"

	"drover/orchestrator/color"
	"drover/orchestrator/journal"
)

// key names a course by all that decides how it goes on. Two courses with one key go on alike: times are told by their
// distance from now, and those that are only compared with a limit end at that limit; texts that people read are left out.
// TestCoursesThatAreTheSameGoOnAlike holds the explorer to that.
// Of ten million courses, two have one key by chance in one exploration of some 300,000.
type key uint64

// far is beyond every limit that a phase has: for times that are compared with one of those.
const far = 3 * time.Hour

var seed = maphash.MakeSeed()

// form writes a course down. Its buffer is used again.
type form struct {
	bytes []byte
	now   time.Time
}

func (f *form) key(c *course) key {
	f.bytes, f.now = f.bytes[:0], c.now
	f.text(c.stopped)
	f.text(c.before)
	f.text(c.want)
	f.world(c.world)
	if p := c.process; p != nil && p.fence == c.fence { // it knows all that the journal has
		f.number(int(c.journal.watched))
	} else {
		s := c.memory()
		f.requests(c.world, s)
		f.state(s)
	}
	f.process(c.process)
	f.process(c.other)
	f.bool(c.otherErr == nil)
	if c.otherErr != nil {
		f.text(c.otherErr.Error())
	}
	return key(maphash.Bytes(seed, f.bytes))
}

func (f *form) bool(is ...bool) {
	for _, b := range is {
		n := byte(0)
		if b {
			n = 1
		}
		f.bytes = append(f.bytes, n)
	}
}

func (f *form) number(n int) { f.bytes = binary.AppendVarint(f.bytes, int64(n)) }

func (f *form) text(s string) {
	f.number(len(s))
	f.bytes = append(f.bytes, s...)
}

// age is how long ago a time was, as far as that is told apart.
func (f *form) age(t time.Time, most time.Duration) {
	if t.IsZero() {
		f.bytes = append(f.bytes, 0)
		return
	}
	f.bytes = append(f.bytes, 1)
	f.number(int(min(f.now.Sub(t), most+time.Nanosecond)))
}

func (f *form) weights(w color.Weights) {
	for _, c := range []color.Color{color.Blue, color.Green} {
		share, has := w[c]
		f.bool(has)
		f.number(share)
	}
}

func (f *form) world(w *world) {
	f.bool(w.standing.blue, w.standing.green, w.checked, w.installed, w.held, w.deleting, w.runs.blue, w.runs.green, w.live.blue, w.live.green)
	f.weights(w.dns)
	f.weights(w.root)
	f.text(w.green.verdict)
	f.age(w.green.until, 0)
	f.bool(w.green.once)
	f.number(w.busy)
	if w.busy > 0 {
		f.age(w.busyAt, time.Minute)
	}
	f.number(int(min(w.good, plan().Soak)))
	f.age(w.goodAt, journal.MostGap)
	f.age(w.lastGood, time.Minute)
	f.age(w.edited, time.Minute)
	f.number(min(w.backs, 2))
}

// requests are those that nobody has answered.
func (f *form) requests(w *world, s journal.State) {
	for _, q := range w.requests {
		if !s.Requests[q.ID] {
			f.text(string(q.Asks))
			f.text(q.Gate)
			f.bool(q.Evidence == Evidence(s, q.Gate))
		}
	}
}

func (f *form) process(p *process) {
	f.bool(p == nil)
	if p == nil {
		return
	}
	f.bool(p.dead, p.fence == p.world.fence)
	f.requests(p.world, p.loop.State)
	f.age(p.silent, plan().Patience+time.Minute)
	f.age(p.loop.polled, pollRequests)
	f.bool(p.loop.unread)
	f.state(p.loop.State)
}

func (f *form) state(s journal.State) {
	f.text(string(s.Active))
	f.weights(s.Weights)
	f.bool(s.Intended == nil, s.Followed)
	f.weights(s.Intended)
	f.number(len(s.Unsure))
	for _, w := range s.Unsure {
		f.weights(w)
	}
	f.number(int(s.TTL))
	for _, c := range []color.Color{color.Blue, color.Green} {
		f.bool(s.Colors[c].BuiltAt.IsZero())
		f.number(len(s.Clearing[c]))
		f.text(string(s.Open[string(c)]))
	}
	f.bool(s.Rotation == nil)
	if last := len(s.Past) - 1; last >= 0 {
		f.text(string(s.Past[last].Outcome))
		f.bool(s.Past[last].Building, s.Past[last].Built)
	}
	if r := s.Rotation; r != nil {
		f.rotation(r, s)
	}
}

func (f *form) rotation(r *journal.Rotation, s journal.State) {
	f.bool(r.Revision == "", r.Emptied, r.Building, r.Built, r.Draining, r.Cleared, r.Destroying, r.Gone, r.Swept, r.Preflighted, r.Planned, r.Stopped, r.Hold == nil, r.Back == nil)
	f.text(r.Phase)
	for _, p := range Phases {
		f.progress(p.Name, r)
	}
	for _, gate := range r.Plan.Approvals {
		given, ok := r.Approved[gate]
		f.bool(ok, ok && given.Evidence == Evidence(s, gate))
	}
	f.age(r.ServedAt, fresh)
	f.bool(r.Installed == nil, r.Installed != nil && r.Installed.Outcome == journal.Done, r.Failure == nil)
	if r.Failure != nil {
		f.text(r.Failure.Phase)
		f.text(r.Failure.Detail)
		f.age(r.Failure.At, tryAgain)
		f.bool(r.Failure.Refused)
	}
	if r.Hold != nil {
		f.text(string(r.Hold.Why))
	}
	for _, c := range []color.Color{color.Blue, color.Green} {
		f.text(string(r.Singletons[c].Stage))
		f.bool(r.Singletons[c].Failed)
		f.text(string(r.Told[c].Role))
		f.text(string(r.Told[c].Outcome))
	}
	f.number(r.Tries[HandBack])
	given, ok := r.Approved[HandBack]
	f.bool(ok, ok && given.Evidence == Evidence(s, HandBack))
	f.watch(r.Watch, r.Phase == Verify && !r.Phases[Verify].Done())
	f.flows(r, s.TTL)
}

// progress is how far a phase is: when it began counts while it runs, and when it ended for the time that blue is kept.
func (f *form) progress(name string, r *journal.Rotation) {
	p := r.Phases[name]
	f.number(min(p.Starts, 2))
	f.text(string(p.Outcome))
	f.bool(r.Stands[name])
	f.number(r.Tries[name])
	if p.Starts > 0 && p.Outcome == "" {
		f.age(later(p.BeganAt, r.Driver), far)
	}
	if p.Outcome == journal.Failed {
		f.text(p.Detail)
	}
	if name == Shift {
		f.age(p.FinishedAt, r.Plan.KeepBlue)
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func (f *form) watch(w journal.Watch, verifies bool) {
	if verifies {
		f.age(w.Since, far)
	}
	f.number(int(min(w.Watched, time.Hour)))
	f.number(min(w.Rounds, 1))
	f.number(min(w.Fails, 2))
	f.age(w.At, time.Minute)
	f.age(w.Passed, journal.MostGap)
	f.age(w.Silent, plan().Patience)
	f.age(w.Kept, 5*time.Minute) // a course has fewer changes of verdicts than are all written
	for _, check := range append(plan().Checks, Served) {
		f.text(w.Results[check].Verdict)
	}
}

// flows are what was measured of blue: how old that is, how late it came, and what of it was after DNS had forgotten blue.
func (f *form) flows(r *journal.Rotation, ttl time.Duration) {
	f.age(r.ZeroAt, 10*time.Minute)
	f.bool(r.Last == nil, r.Peak == nil)
	if r.Peak != nil {
		f.number(int(r.Peak.New))
		f.number(int(r.Peak.Active))
		f.number(int(r.Peak.Seconds))
	}
	if l := r.Last; l != nil {
		f.age(r.GoneAt, time.Minute)
		f.bool(l.Gone, l.Alive, l.Until.Add(-r.Plan.Quiet).Before(r.ZeroAt.Add(ttl)))
		f.age(r.LastAt, time.Minute)
		f.number(int(r.LastAt.Sub(l.Until)))
		f.number(int(l.New))
		f.number(int(l.Active))
		f.number(int(l.Seconds * 1000))
	}
}
