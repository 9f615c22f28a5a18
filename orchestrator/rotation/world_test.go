package rotation

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"drover/orchestrator/color"
	"drover/orchestrator/journal"
	"drover/orchestrator/store"
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
	checked  bool      // green passed all checks since it was built
	backs    int       // writes to DNS since going back was decided
	held     bool      // a person has to decide, and has not
	deleting bool      // the first deletion has begun

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

// event is what the world does at one touch.
type event string

const (
	crash    event = "crash"     // the process dies before what it was about to do
	lost     event = "lost"      // it dies right after, before it knows
	fails    event = "fails"     // what it does fails
	taken    event = "taken"     // another process takes the lease, and this one does not know
	second   event = "second"    // the process is stopped; another one goes on to its end, then this one continues
	meets    event = "meets"     // the same, and the other one is in the middle of its work when this one continues
	unwell   event = "unwell"    // green fails its checks from now on
	silence  event = "silence"   // green's checks give no answer from now on
	hiccup   event = "hiccup"    // green's checks give no answer for ten seconds
	dropped  event = "dropped"   // one check of green fails, once
	scarce   event = "scarce"    // green's checks have too little data, from now on
	tomorrow event = "tomorrow"  // a day passes
	rollback event = "roll back" // a person asks for it
	abort    event = "abort"
	pauses   event = "pause" // a person asks for it, and for resume in the next process
	freezes  event = "freeze"
	approves event = "approve" // a person approves both gates, whatever is there
	byHand   event = "by hand" // somebody sends all traffic back in the platform's console
	noise    event = "noise"   // blue takes 500 connections, until it was measured some times
)

// point is what a process is about to do at a touch.
type point int

const (
	begins   point = iota // an effect
	appends               // a record
	attempts              // a deed
)

// everywhere are the events that may happen at any touch. Some tell something apart only where there is something to lose
// or to fail.
var (
	everywhere = []event{crash, taken, second, meets, unwell, silence, hiccup, dropped, scarce, tomorrow, rollback, abort, pauses, freezes, approves, byHand, noise}
	events     = map[point][]event{
		begins:   append([]event{fails}, everywhere...),
		appends:  append([]event{lost}, everywhere...),
		attempts: append([]event{lost, fails}, everywhere...),
	}
)

// happening is an event at a touch, counted from the first of a rotation. A schedule is in their order.
type happening struct {
	at   int
	what event
}

const mostHappenings = 6

type schedule struct {
	happenings [mostHappenings]happening // an array, as a copy of the world must share nothing
	len        int
}

func (s schedule) with(at int, what event) schedule {
	s.happenings[s.len] = happening{at, what}
	s.len++
	return s
}

func (s *schedule) find(at int) event {
	for _, h := range s.happenings[:s.len] {
		if h.at == at {
			return h.what
		}
	}
	return ""
}

func (s schedule) String() string { return fmt.Sprint(s.happenings[:s.len]) }

var errKilled = errors.New("killed")

// plan is what the model's rotations are begun with.
func plan() journal.Plan {
	return journal.Plan{Spec: "s", Steps: []int{10, 100}, Checks: []string{"c1", "c2"}, Interval: 3 * time.Second, Soak: 6 * time.Second,
		Quiet: 5 * time.Second, KeepBlue: 10 * time.Second, Verify: time.Minute, Slowest: time.Minute, Patience: 20 * time.Second, OnFailure: "rollback", KeepFailed: 24 * time.Hour}
}

var epoch = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// newWorld has blue with all traffic, and a rotation that has just begun.
func newWorld(p journal.Plan) *world {
	w := &world{now: epoch, standing: standing{blue: true}, dns: color.Only(color.Blue), root: color.Only(color.Blue)}
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

// process is one drover.
type process struct {
	*world
	fence int64
	dead  bool
	loop  *Loop
	lease *store.Lease // nil without a store

	silent time.Time // since when green has given no answer, while it had traffic
}

var (
	_ Memory   = (*process)(nil)
	_ Hands    = (*process)(nil)
	_ Clock    = (*process)(nil)
	_ Observer = (*process)(nil)
)

// start is the next process, on whatever machine: it knows the journal and nothing else.
func (w *world) start() *process {
	w.fence++
	p := &process{world: w, fence: w.fence}
	p.loop = &Loop{Decide: Next, Memory: p, Hands: p, Clock: p, Observer: p, State: w.memory().Clone(), Patience: 15 * time.Minute, Deaf: true}
	return p
}

// drive is the first thing that a process does.
func (p *process) drive(ctx context.Context) error {
	return p.loop.record(ctx, journal.Event{Kind: journal.Driving, Fence: p.fence})
}

// step is one turn of the loop, and over once the loop is.
func (p *process) step(ctx context.Context) (over bool, err error) {
	if p.loop.State.Rotation == nil {
		return true, p.loop.Run(ctx)
	}
	err = p.loop.advance(ctx)
	return err != nil, err
}

// halfway is how many steps another process makes before the one that it took the lease from continues.
const halfway = 3

// goesOn has another process take the lease and go on, while this one is stopped: for some steps, or to the end of its part.
func (w *world) goesOn(ctx context.Context, steps int) {
	if w.other != nil {
		return // one is enough
	}
	w.now = w.now.Add(2 * time.Minute) // the lease has to expire
	p := w.start()
	w.other = p
	over, err := false, p.drive(ctx)
	for range steps {
		if over, err = p.then(ctx, over, err); over {
			break
		}
	}
	w.otherErr = err
	if over && err == nil {
		w.otherErr = errDone
	}
}

func (p *process) then(ctx context.Context, over bool, err error) (bool, error) {
	if over || err != nil {
		return true, err
	}
	return p.step(ctx)
}

// noiseLasts is how many measurements see connections that arrive at blue.
const noiseLasts = 8

// errDone stands for the end of a process whose rotation is done.
var errDone = errors.New("done")

// touch is a point at which something may happen. It returns what did.
func (p *process) touch(ctx context.Context, at point) (event, error) {
	w := p.world
	w.touches++
	w.met = append(w.met, at)
	if p.dead {
		return "", errKilled
	}
	e := w.at.find(w.touches)
	if err := p.meet(ctx, e); err != nil {
		return e, err
	}
	if p.dead {
		return e, errKilled
	}
	return e, nil
}

// meet is what an event does to the process and the world.
func (p *process) meet(ctx context.Context, e event) error {
	w := p.world
	switch e {
	case crash:
		p.dead = true
	case second, meets:
		p.silent = time.Time{} // it was stopped, and the other one asks
		w.goesOn(ctx, map[event]int{second: 1000, meets: halfway}[e])
	case taken:
		w.fence++
	case fails:
		return errors.New("a fault")
	case unwell:
		w.green.verdict = "fail"
	case silence:
		w.green.verdict = "error"
	case scarce:
		w.green.verdict = "inconclusive"
	case hiccup:
		w.green.until = w.now.Add(10 * time.Second)
	case dropped:
		w.green.once = true
	case tomorrow:
		w.now = w.now.Add(24 * time.Hour)
		p.silent = time.Time{} // nobody ran who could have asked
		w.fence++              // a machine that slept has no lease any more, by its own clock
	case noise:
		w.busy, w.busyAt = noiseLasts, w.now
	case byHand:
		if _, both := w.dns[color.Green]; both && len(w.dns) == 2 && !w.deleting {
			w.dns, w.edited = color.Shared(color.Blue, 100), w.now
		}
	case rollback, abort, pauses, freezes, approves:
		w.person(e)
	}
	return nil
}

// person asks for what people ask for.
func (w *world) person(e event) {
	asks := map[event]Asked{rollback: Rollback, abort: Abort, pauses: Pause, freezes: Freeze}[e]
	q := Request{ID: fmt.Sprint("q", len(w.requests)), Asks: asks, Rotation: "r", By: "ann", Time: w.now}
	if e != approves {
		w.requests = append(slices.Clip(w.requests), q) // a copy of the world may have the same array
		return
	}
	s := w.memory()
	for _, gate := range []string{"shift", "destroy"} {
		w.requests = append(slices.Clip(w.requests), Request{ID: fmt.Sprint("q", len(w.requests)), Asks: Approve, Gate: gate, Evidence: Evidence(s, gate), Rotation: "r", By: "ann", Time: w.now})
	}
}

func (p *process) Now() time.Time { return p.now }

func (p *process) Sleep(_ context.Context, d time.Duration) error {
	if d <= 0 {
		d = time.Millisecond
	}
	p.now = p.now.Add(d)
	return nil
}

func (p *process) Requests(context.Context) ([]Request, error) { return p.requests, nil }

// Append is where a process learns that it lost the lease.
func (p *process) Append(ctx context.Context, e journal.Event) (journal.Event, error) {
	what, err := p.touch(ctx, appends)
	if err != nil {
		return e, errKilled // an append that fails ends the process
	}
	if p.world.fence != p.fence {
		return e, fmt.Errorf("%w: %d has it", ErrLost, p.world.fence)
	}
	e.Time, e.Fence = p.now, p.fence
	if p.lease != nil {
		if err := p.keep(ctx, e); err != nil {
			return e, err
		}
	}
	p.remember(e)
	switch e.Kind {
	case journal.Held:
		p.held = true
	case journal.Released:
		p.held = false
	case journal.BackDecided:
		p.held, p.backs = false, 0
	case journal.ClearIntended:
		p.deleting = true
	default:
	}
	if what == lost {
		p.dead = true
		return e, errKilled
	}
	return e, nil
}

func (p *process) Event(journal.Event) {}
func (p *process) Progress(string)     {}
