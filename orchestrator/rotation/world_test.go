package rotation

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"drover/orchestrator/color"
	"drover/orchestrator/journal"
)

// world is everything outside of a rotation, in memory: Terraform, the platform, DNS, checks, the store, the clock and
// the people. It keeps the promises' side of the bargain: what breaks one is noted in broken at once, whoever did it.
type world struct {
	now      time.Time
	standing standing
	dns      color.Weights // as the authoritative servers answer
	root     color.Weights // as Terraform's traffic root has it
	green    health
	busy     int // measurements to come that still see connections which blue takes
	busyAt   time.Time

	journal  *entry // the newest one, durable
	kept     *kept  // the store that has it; nil: a perfect one
	requests []Request
	fence    int64
	other    *process // that went on while the one before it was stopped
	otherErr error    // by which it ended

	good     time.Duration // for how long green was truly seen well with all traffic, by one process at a time
	goodAt   time.Time
	lastGood time.Time // when green last passed all checks
	// installed is whether green has the objects of bootstrap.
	installed bool
	runs      standing // in which colors singletons run
	live      standing // which colors know that they are live
	checked   bool     // green passed all checks since it was built
	backs     int      // writes to DNS since going back was decided
	held      bool     // a person has to decide, and has not
	deleting  bool     // the first deletion has begun

	edited time.Time // since when the weights are not those that drover wrote last

	touches int      // points at which something may happen
	at      schedule // what happens there
	met     []point  // of the step under way, for what explores
	broken  []string
}

// entry is an event of the journal, and those before it: a copy of the world has the same ones.
type entry struct {
	journal.Event
	before  *entry
	watched time.Duration  // as the last round of checks that was written has it
	state   *journal.State // what all add up to; nil if nobody has asked yet
}

// events are all of them, oldest first.
func (e *entry) events() []journal.Event {
	var all []journal.Event
	for ; e != nil; e = e.before {
		all = append(all, e.Event)
	}
	slices.Reverse(all)
	return all
}

// folded is what the journal adds up to at an event. It is kept, as many courses begin there; nothing may change it.
func (e *entry) folded() journal.State {
	if e == nil {
		return journal.Empty()
	}
	if e.state == nil {
		s := e.before.folded().Clone()
		s.Add(e.Event)
		e.state = &s
	}
	return *e.state
}

// memory is what the journal adds up to.
func (w *world) memory() journal.State { return w.journal.folded() }

// standing says which colors stand. It is a value, so that a copy of the world shares nothing.
type standing struct{ blue, green bool }

func (s *standing) of(c color.Color) *bool {
	if c == color.Blue {
		return &s.blue
	}
	return &s.green
}

// health is what green's checks answer: pass, unless something is said here.
type health struct {
	verdict string    // from now on
	until   time.Time // no answer until then
	once    bool      // one check fails, once
}

var errKilled = errors.New("killed")

// plan is what the model's rotations are begun with.
func plan() journal.Plan {
	return journal.Plan{Spec: "s", Steps: []int{10, 100}, Checks: []string{"c1", "c2"}, Interval: 3 * time.Second, Soak: 6 * time.Second,
		Quiet: 5 * time.Second, KeepBlue: 10 * time.Second, Verify: time.Minute, Slowest: time.Minute, Patience: 20 * time.Second, OnFailure: "rollback", KeepFailed: 24 * time.Hour}
}

var epoch = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// newWorld has blue with all traffic, and a rotation that has just begun.
func newWorld(p journal.Plan) *world {
	w := &world{now: epoch, standing: standing{blue: true}, runs: standing{blue: true}, live: standing{blue: true}, dns: color.Only(color.Blue), root: color.Only(color.Blue)}
	for _, e := range []journal.Event{
		{Kind: journal.Applied, Root: "blue", Version: "1.35", Revision: "b", Endpoint: &journal.Endpoint{DNSName: "blue.lb"}},
		{Kind: journal.Weights, Weights: color.Only(color.Blue), TTL: 2}, {Kind: journal.Followed}, {Kind: journal.Activated, To: color.Blue},
		{Kind: journal.RotationStarted, Rotation: "r", From: color.Blue, To: color.Green, Version: "1.36", Plan: &p},
	} {
		e.Time = epoch.Add(-time.Hour)
		w.remember(e)
	}
	return w
}

func (w *world) remember(e journal.Event) {
	now := &entry{Event: e, before: w.journal}
	if w.journal != nil {
		now.watched = w.journal.watched
	}
	if e.Kind == journal.Checked {
		now.watched = time.Duration(e.Seconds * float64(time.Second))
	}
	w.journal = now
}

func (w *world) breaks(format string, args ...any) {
	w.broken = append(w.broken, fmt.Sprintf(format, args...))
}
