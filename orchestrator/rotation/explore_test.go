package rotation

import (
	"cmp"
	"context"
	"fmt"
	"hash/fnv"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"drover/orchestrator/journal"
)

// explorer runs every interleaving of a rotation. An interleaving is one schedule: at most so many events, each at a
// point that the rotation comes to under what happened before, to the end of the rotation. It is counted once for each
// choice of points and events.
//
// What interleavings have in common is run once: at every turn of the loop the course is copied, and a turn is run for
// each event at each point in it; where two courses are the same (see key), what follows from them is explored once, and
// counted for both.
type explorer struct {
	seen  [mostHappenings + 1]map[key]*found // by how many events may still happen
	alone map[key]tail                       // to which nothing more happens
	form  form
	turns int64 // of the loop that were run
	again int64 // courses that were the same as one before
	seed  uint64
	share uint64 // of the first events, one in so many is followed by others; 0: each
	check int64  // one in so many of those is explored all the same, and compared; 0: none
	alike int64  // those that were compared
	wrong string
}

func newExplorer(check int64) *explorer {
	x := &explorer{check: check, alone: map[key]tail{}}
	for i := range x.seen {
		x.seen[i] = map[key]*found{}
	}
	return x
}

// found is what follows from a course.
type found struct {
	interleavings uint64
	ends          [len(allEnds)]uint64
	touches       int // of the one to which nothing happens
}

// tail is what follows from a course to which nothing happens: found, in little memory.
type tail struct {
	end     uint8 // in allEnds
	touches uint16
}

var (
	allEnds = [...]string{endDone, endBack, endHeld, endStop, endNever}
	endless = tail{touches: 1<<16 - 1} // of a course that is being followed
)

func (f *found) add(of found) {
	f.interleavings += of.interleavings
	for i, n := range of.ends {
		f.ends[i] += n
	}
}

func (t tail) found() found {
	f := found{interleavings: 1, touches: int(t.touches)}
	f.ends[t.end] = 1
	return f
}

// fork is a copy that shares nothing that either changes.
func (c *course) fork() *course {
	copied := &struct {
		course
		world world
	}{course: *c, world: *c.world}
	f, w := &copied.course, &copied.world
	f.world = w
	w.met = nil
	w.other = c.other.fork(w)
	f.process = c.process.fork(w)
	return f
}

func (p *process) fork(w *world) *process {
	if p == nil {
		return nil
	}
	copied := &struct {
		process
		loop Loop
	}{process: *p, loop: *p.loop}
	f, l := &copied.process, &copied.loop
	f.world, f.loop = w, l
	l.Memory, l.Hands, l.Clock, l.Observer = f, f, f, f
	l.State = l.State.Clone()
	return f
}

// explore is everything that follows from a course to which so many events may still happen. The course is used up.
func (x *explorer) explore(ctx context.Context, c *course, left int) found {
	if left == 0 || c.want != "" || c.end != "" || len(c.broken) > 0 {
		return x.follow(ctx, c).found()
	}
	k, seen := x.form.key(c), x.seen[left]
	if f := seen[k]; f != nil {
		x.again++
		x.compare(ctx, c, left, *f)
		return *f
	}
	f := &found{}
	seen[k] = f
	x.turn(ctx, c, c.at, c.touches, left, f)
	if f.interleavings == 0 {
		x.fail(c, "promise 5: it goes round and round")
	}
	return *f
}

// follow is what follows from a course to which nothing more happens.
func (x *explorer) follow(ctx context.Context, c *course) tail {
	type passed struct {
		key
		touches int
	}
	var (
		way []passed
		to  tail
	)
	for {
		if c.end != "" || len(c.broken) > 0 {
			to = x.end(c)
			break
		}
		k := x.form.key(c)
		if at, seen := x.alone[k]; seen {
			if to = at; at == endless {
				x.fail(c, "promise 5: it goes round and round")
				break
			}
			x.again++
			x.compare(ctx, c.fork(), 0, at.found())
			break
		}
		x.alone[k] = endless
		way = append(way, passed{k, c.touches})
		x.step(ctx, c)
	}
	for _, p := range way {
		x.alone[p.key] = tail{to.end, to.touches + uint16(c.touches-p.touches)}
	}
	if len(way) > 0 {
		return x.alone[way[0].key]
	}
	return to
}

func (x *explorer) step(ctx context.Context, c *course) {
	x.turns++
	c.met = c.met[:0]
	c.step(ctx)
}

// turn runs the next turn of a course under a schedule, and then with one more event at each point after those that the
// schedule has.
func (x *explorer) turn(ctx context.Context, from *course, at schedule, after, left int, f *found) {
	if x.wrong != "" {
		return
	}
	c := from.fork()
	c.at = at
	x.step(ctx, c)
	met, first := c.met, from.touches+1
	c.met = nil
	for i, point := range met {
		if first+i <= after || left == 0 {
			continue
		}
		for _, what := range events[point] {
			more := left - 1
			if x.share > 0 && at.len == 0 && !x.sampled(first+i, what) {
				more = 0
			}
			x.turn(ctx, from, at.with(first+i, what), first+i, more, f)
		}
	}
	next := x.explore(ctx, c, left)
	f.add(next)
	f.touches = len(met) + next.touches
}

// sampled is true for a seeded share of first events.
func (x *explorer) sampled(at int, what event) bool {
	h := fnv.New64a()
	_, _ = fmt.Fprint(h, x.seed, at, what) // a hash takes everything
	return h.Sum64()%x.share == 0
}

// end is the end of an interleaving.
func (x *explorer) end(c *course) tail {
	if len(c.broken) > 0 {
		x.fail(c, strings.Join(c.broken, "; "))
	}
	return tail{end: uint8(max(0, slices.Index(allEnds[:], c.ended())))}
}

func (x *explorer) fail(c *course, why string) {
	if x.wrong == "" {
		x.wrong = fmt.Sprintf("with %v: %s", cmp.Or(c.was, c.at), why)
	}
}

// compare explores, of some courses that are the same as one before, what follows from them once more.
func (x *explorer) compare(ctx context.Context, c *course, left int, want found) {
	if x.check == 0 || x.again%x.check != 0 || left > 1 {
		return
	}
	x.alike++
	schedule, fresh := c.at, newExplorer(0)
	if got := fresh.explore(ctx, c, left); got != want {
		x.wrong = fmt.Sprintf("two courses are taken for the same and go on differently: with %v, %+v and not %+v", schedule, got, want)
	}
}

// variants are the rotations that are explored: with and without gates, and with each answer to an unhealthy color.
func variants() []journal.Plan {
	var all []journal.Plan
	for _, p := range []journal.Plan{plan(), gated(), inside()} {
		for _, p.OnFailure = range []string{"rollback", "freeze", "ask"} {
			if len(p.Approvals) > 0 && p.OnFailure == "rollback" { // what arrives makes many courses, and hangs on neither
				p.Arrival, p.Steps = "hold", []int{60, 100}
			}
			all = append(all, p)
		}
	}
	return all
}

// exploration is what several explorers found.
type exploration struct {
	found
	turns, again, alike int64
	courses             int
}

// exploreAll explores rotations, on every processor.
func exploreAll(t *testing.T, plans []journal.Plan, most int, share uint64) exploration {
	t.Helper()
	defer debug.SetGCPercent(debug.SetGCPercent(800)) // much is made, and little of it kept
	var (
		wait sync.WaitGroup
		lock sync.Mutex
		all  exploration
		next atomic.Int64
	)
	for range runtime.GOMAXPROCS(0) {
		wait.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(plans); i = int(next.Add(1)) - 1 {
				x := newExplorer(1000)
				x.share, x.seed = share, 1
				f := x.explore(t.Context(), &course{world: newWorld(plans[i])}, most)
				lock.Lock()
				all.add(f)
				all.turns, all.again, all.alike, all.courses = all.turns+x.turns, all.again+x.again, all.alike+x.alike, all.courses+x.courses()
				lock.Unlock()
				if x.wrong != "" {
					t.Error(x.wrong)
				}
			}
		})
	}
	wait.Wait()
	return all
}

func (x *explorer) courses() int {
	all := len(x.alone)
	for _, seen := range x.seen {
		all += len(seen)
	}
	return all
}

func (e exploration) log(t *testing.T, begun time.Time) {
	t.Helper()
	t.Logf("%d interleavings, by %d turns of the loop from %d courses; %d times a course was met again, and %d of those were compared; %s",
		e.interleavings, e.turns, e.courses, e.again, e.alike, time.Since(begun).Round(100*time.Millisecond))
	for i, end := range allEnds {
		t.Logf("%10d %s", e.ends[i], end)
	}
}

// Every event at every point of a rotation, each alone, and then with every second one: in `go test` after a seeded share
// of the first, and after each of them where DROVER_MODEL is whole.
func TestPromisesHoldInEveryInterleaving(t *testing.T) {
	t.Parallel()
	share := uint64(400)
	if os.Getenv("DROVER_MODEL") == "whole" {
		share = 0
	}
	begun := time.Now()
	all := exploreAll(t, variants(), 2, share)
	all.log(t, begun)
	for _, end := range []string{endDone, endBack, endHeld, endStop} {
		if all.ends[slices.Index(allEnds[:], end)] == 0 {
			t.Errorf("no interleaving was %s: the model does not see it", end)
		}
	}
	if all.alike == 0 {
		t.Error("no two courses that are taken for the same were compared")
	}
}

// What is known by the journal alone is not lost with a process: after one crash, one lost outcome, one lease that was
// taken or a day, no person is needed.
func TestNoPersonIsNeededAfterACrash(t *testing.T) {
	t.Parallel()
	runs := 0
	for _, p := range []journal.Plan{plan(), gated(), inside()} {
		undisturbed := simulate(t, p, schedule{})
		for at := 1; at <= undisturbed.touches; at++ {
			for _, e := range []event{crash, lost, taken, second, meets, tomorrow} {
				runs++
				if c := simulate(t, p, schedule{}.with(at, e)); c.ended() != endDone && c.ended() != endBack {
					t.Errorf("promise 1: after %s at point %d it %s", e, at, c.ended())
				}
			}
		}
	}
	t.Logf("%d runs", runs)
}
