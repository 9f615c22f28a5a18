package rotation

import (
	"context"
	"errors"
	"fmt"
	"time"

	"drover/orchestrator/color"
	"drover/orchestrator/journal"
)

// world is everything outside of a rotation, in memory: Terraform, the platform, DNS, checks, the store, the clock and
// the people. It keeps the promises' side of the bargain: what breaks one is noted in broken at once, whoever did it.
type world struct {
	now      time.Time
	standing map[color.Color]bool
	dns      color.Weights // as the authoritative servers answer
	root     color.Weights // as Terraform's traffic root has it
	verdict  map[color.Color]string
	busy     float64 // new connections and open ones that blue still takes
	busyAt   time.Time
	planned  bool // this process has a plan of blue's end

	journal  []journal.Event // durable
	requests []Request
	fence    int64

	good     time.Duration // for how long green was truly seen well with all traffic, by one process at a time
	goodAt   time.Time
	lastGood time.Time // when green last passed all checks
	// installed is whether green has the objects of bootstrap.
	installed bool
	checked   bool // green passed all checks since it was built
	backs     int  // writes to DNS since going back was decided
	held      bool // a person has to decide, and has not
	deleting  bool // the first deletion has begun

	edited time.Time // since when the weights are not those that drover wrote last

	touches int           // points at which something may happen
	at      map[int]event // what happens there
	broken  []string
}

// event is what the world does at one touch.
type event string

const (
	crash    event = "crash"     // the process dies before what it was about to do
	lost     event = "lost"      // it dies right after, before it knows
	fails    event = "fails"     // what it does fails
	taken    event = "taken"     // another process takes the lease, and this one does not know
	unwell   event = "unwell"    // green fails its checks from now on
	silence  event = "silence"   // green's checks give no answer from now on
	hiccup   event = "hiccup"    // green's checks give no answer for half a minute
	dropped  event = "dropped"   // one check of green fails, once
	scarce   event = "scarce"    // green's checks have too little data, from now on
	tomorrow event = "tomorrow"  // a day passes
	rollback event = "roll back" // a person asks for it
	abort    event = "abort"
	pauses   event = "pause" // a person asks for it, and for resume in the next process
	freezes  event = "freeze"
	approves event = "approve" // a person approves both gates, whatever is there
	byHand   event = "by hand" // somebody sends all traffic back in the platform's console
	noise    event = "noise"   // blue takes 500 connections, for ten minutes
)

var events = []event{crash, lost, fails, taken, unwell, silence, hiccup, dropped, scarce, tomorrow, rollback, abort, pauses, freezes, approves, byHand, noise}

var errKilled = errors.New("killed")

// plan is what the model's rotations are begun with.
func plan() journal.Plan {
	return journal.Plan{Spec: "s", Steps: []int{10, 100}, Checks: []string{"c1", "c2"}, Interval: 3 * time.Second, Soak: 6 * time.Second,
		Quiet: 5 * time.Second, KeepBlue: 10 * time.Second, Verify: 5 * time.Minute, Slowest: time.Minute, Patience: 2 * time.Minute, OnFailure: "rollback", KeepFailed: 24 * time.Hour}
}

var epoch = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// newWorld has blue with all traffic, and a rotation that has just begun.
func newWorld(p journal.Plan) *world {
	w := &world{now: epoch, standing: map[color.Color]bool{color.Blue: true}, dns: color.Only(color.Blue), root: color.Only(color.Blue),
		verdict: map[color.Color]string{}}
	for _, e := range []journal.Event{
		{Kind: journal.Applied, Root: "blue", Version: "1.35", Revision: "b", Endpoint: &journal.Endpoint{DNSName: "blue.lb"}},
		{Kind: journal.Weights, Weights: color.Only(color.Blue), TTL: 2}, {Kind: journal.Followed}, {Kind: journal.Activated, To: color.Blue},
		{Kind: journal.RotationStarted, Rotation: "r", From: color.Blue, To: color.Green, Version: "1.36", Plan: &p},
	} {
		e.Time = epoch.Add(-time.Hour)
		w.journal = append(w.journal, e)
	}
	return w
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
	w.planned = false
	p := &process{world: w, fence: w.fence}
	p.loop = &Loop{Decide: Next, Memory: p, Hands: p, Clock: p, Observer: p, State: journal.Fold(w.journal), Patience: 15 * time.Minute, Deaf: true}
	return p
}

func (p *process) run(ctx context.Context) error {
	if err := p.loop.record(ctx, journal.Event{Kind: journal.Driving, Fence: p.fence}); err != nil {
		return err
	}
	return p.loop.Run(ctx)
}

// touch is a point at which something may happen.
func (p *process) touch() error {
	w := p.world
	w.touches++
	if p.dead {
		return errKilled
	}
	switch e := w.at[w.touches]; e {
	case crash, lost: // lost is told apart where there is something to lose
		p.dead = e == crash
	case taken:
		w.fence++
	case fails:
		return errors.New("a fault")
	case unwell:
		w.verdict[color.Green] = "fail"
	case silence:
		w.verdict[color.Green] = "error"
	case scarce:
		w.verdict[color.Green] = "inconclusive"
	case hiccup:
		w.verdict["until"] = w.now.Add(30 * time.Second).Format(time.RFC3339)
	case dropped:
		w.verdict["once"] = "fail"
	case tomorrow:
		w.now = w.now.Add(24 * time.Hour)
		p.silent = time.Time{} // nobody ran who could have asked
		w.fence++              // a machine that slept has no lease any more, by its own clock
	case noise:
		w.busy, w.busyAt = 500, w.now
	case byHand:
		if _, both := w.dns[color.Green]; both && len(w.dns) == 2 && !w.deleting {
			w.dns, w.edited = color.Shared(color.Blue, 100), w.now
		}
	case rollback, abort, pauses, freezes, approves:
		w.person(e)
	}
	if p.dead {
		return errKilled
	}
	return nil
}

// person asks for what people ask for.
func (w *world) person(e event) {
	asks := map[event]Asked{rollback: Rollback, abort: Abort, pauses: Pause, freezes: Freeze}[e]
	q := Request{ID: fmt.Sprint("q", len(w.requests)), Asks: asks, Rotation: "r", By: "ann", Time: w.now}
	if e != approves {
		w.requests = append(w.requests, q)
		return
	}
	s := journal.Fold(w.journal)
	for _, gate := range []string{"shift", "destroy"} {
		w.requests = append(w.requests, Request{ID: fmt.Sprint("q", len(w.requests)), Asks: Approve, Gate: gate, Evidence: Evidence(s, gate), Rotation: "r", By: "ann", Time: w.now})
	}
}

func (p *process) Now() time.Time { return p.now }

func (p *process) Sleep(_ context.Context, d time.Duration) error {
	if d <= 0 {
		d = time.Millisecond
	}
	p.now = p.now.Add(d)
	if p.busy > 0 && p.now.Sub(p.busyAt) > 10*time.Minute {
		p.busy = 0
	}
	return nil
}

func (p *process) Requests(context.Context) ([]Request, error) { return p.requests, nil }

// Append is where a process learns that it lost the lease.
func (p *process) Append(_ context.Context, e journal.Event) (journal.Event, error) {
	if err := p.touch(); err != nil {
		return e, errKilled // an append that fails ends the process
	}
	if p.world.fence != p.fence {
		return e, fmt.Errorf("%w: %d has it", ErrLost, p.world.fence)
	}
	e.Time, e.Fence = p.now, p.fence
	p.journal = append(p.journal, e)
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
	if p.at[p.touches] == lost {
		p.dead = true
		return e, errKilled
	}
	return e, nil
}

func (p *process) Event(journal.Event) {}
func (p *process) Progress(string)     {}
