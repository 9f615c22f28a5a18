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
	case lost: // is for whoever loses something
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
