package rotation

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"drover/orchestrator/color"
	"drover/orchestrator/journal"
	"drover/orchestrator/store"
)

// outcomes of a model's run.
const (
	endDone    = "done"
	endBack    = "rolled back"
	endHeld    = "waits for a person"
	endStop    = "stopped: a person is needed"
	endNever   = "did not end"
	endRefused = "refused: the store is damaged"
)

// course is a rotation on its way: processes follow one another, as a schedule would start them, until the rotation has
// ended, or only a person can go on.
type course struct {
	*world
	process *process // nil between two
	started int      // processes so far
	stopped string   // why the last one could not go on
	was     schedule // before a person helped
	before  string   // how it had ended before a person helped
	want    string   // how it has to end with that help; empty before there was any
	end     string   // how it ended; empty until then
}

const mostProcesses = 20

// step is one turn of a process, or the start of one, and what follows from its end.
func (c *course) step(ctx context.Context) {
	if c.process == nil {
		if c.started++; c.started > mostProcesses {
			c.finish(endNever)
			return
		}
		if err := c.open(ctx); err != nil {
			c.left(err)
			return
		}
		if err := c.process.drive(ctx); err != nil {
			c.left(err)
		}
		return
	}
	if over, err := c.process.step(ctx); over {
		c.left(err)
	}
}

// open starts the next process. Where there is a store, it reads that, under a lease.
func (c *course) open(ctx context.Context) error {
	if c.kept == nil {
		c.process = c.start()
		return nil
	}
	p, err := c.kept.start(ctx, c.world)
	c.process = p
	return err
}

// left is what follows from a process's end.
func (c *course) left(err error) {
	c.process = nil
	if p := c.other; p != nil { // it went on meanwhile
		err = c.otherErr
		c.other, c.otherErr = nil, nil
		switch {
		case err == nil:
			c.process = p
			return
		case errors.Is(err, errDone):
			err = nil
		}
	}
	var (
		waiting *Waiting
		back    *RolledBack
		failed  *Failed
		damage  *store.DamageError
	)
	switch {
	case errors.As(err, &damage):
		c.finish(endRefused)
	case err == nil:
		c.finish(endDone)
	case errors.As(err, &back):
		c.finish(endBack)
	case errors.As(err, &waiting):
		c.waits(waiting)
	case errors.As(err, &failed):
		if failed.Reason == c.stopped {
			c.finish(endStop)
			return
		}
		c.stopped = failed.Reason
		c.now = c.now.Add(time.Hour)
	default: // killed, or the lease is lost
		c.now = c.now.Add(2 * time.Minute)
	}
}

func (c *course) waits(w *Waiting) {
	if c.held {
		if !c.decide() {
			c.finish(endHeld)
		}
		return
	}
	if strings.Contains(w.For, "approval") {
		c.person(approves)
	}
	c.now = c.now.Add(time.Hour)
}

// decide is what the person who paused says next: it goes on. A freeze is nobody's to undo.
func (w *world) decide() bool {
	r := w.memory().Rotation
	if r == nil || r.Hold == nil || r.Hold.Why != journal.Paused {
		return false
	}
	w.resume()
	return true
}

func (w *world) resume() {
	w.requests = append(slices.Clip(w.requests), Request{ID: fmt.Sprint("q", len(w.requests)), Asks: Resume, Rotation: "r", By: "ann", Time: w.now})
}

// finish holds the world to what its end must be, and where a person is needed, has the person help.
func (c *course) finish(end string) {
	c.check(end)
	switch r := c.memory().Rotation; {
	case c.want != "" && end != c.want:
		c.breaks("promise 5: with a person's help it is %s, not %s", end, c.want)
	case c.want == "" && (end == endHeld || end == endStop) && r != nil: // else it was given up before anything was changed
		c.before = end
		c.help()
		return
	}
	c.end = end
}

// check holds the world to what its end must be.
func (w *world) check(end string) {
	s := w.memory()
	switch end {
	case endDone:
		if !w.dns.Equal(color.Only(color.Green)) || !w.root.Equal(w.dns) || w.standing.blue || !w.standing.green || s.Active != color.Green {
			w.breaks("done, with DNS at %s, the traffic root at %s, standing %v, active %s", w.dns, w.root, w.standing, s.Active)
		}
		if last := s.Past[len(s.Past)-1]; last.Plan.Singletons > 0 && !w.runs.green {
			w.breaks("done, and the singletons run nowhere")
		}
		w.checkRoles(s, color.Green)
	case endBack:
		if !w.dns.Equal(color.Only(color.Blue)) || !w.standing.blue || s.Active != color.Blue {
			w.breaks("rolled back, with DNS at %s, standing %v, active %s", w.dns, w.standing, s.Active)
		}
		if !w.runs.blue || w.runs.green {
			w.breaks("rolled back, with singletons running: %+v", w.runs)
		}
		w.checkRoles(s, color.Blue)
		if w.backs > 1 {
			w.breaks("promise 3: going back took %d writes", w.backs)
		}
	case endHeld, endStop, endRefused:
		if w.dns.Nothing() {
			w.breaks("%s, with DNS at %s", end, w.dns)
		}
	default:
		w.breaks("promise 5: %s", end)
	}
	if s.Intended != nil && (end == endDone || end == endBack) {
		w.breaks("%s, with weights intended and not confirmed: %s", end, s.Intended)
	}
}

// checkRoles holds what colors know themselves to be at the end. One that could not be told is in the journal.
func (w *world) checkRoles(s journal.State, live color.Color) {
	last := s.Past[len(s.Past)-1]
	for _, c := range []color.Color{color.Blue, color.Green} {
		if last.Plan.Roles && *w.live.of(c) != (c == live) && last.Told[c].Outcome != journal.Failed {
			w.breaks("%s serves, and %s takes itself for live: %t", live, c, *w.live.of(c))
		}
	}
}

// help is what a person can do where one is needed: abort, while there is a way back; else, once green is well again,
// go on. Either has to work, with nothing more that happens.
func (c *course) help() {
	s := c.memory()
	c.was, c.at = c.at, schedule{}
	c.process, c.started, c.stopped = nil, 0, ""
	if !c.edited.IsZero() && !s.Weights.Equal(c.dns) && s.Intended == nil && s.Weights.SameRecords(c.dns) { // and put back
		c.dns, c.edited = s.Weights, time.Time{}
	}
	c.want = endBack
	if NoWayBack(s) == "" {
		c.person(abort)
		return
	}
	c.green = health{}
	c.want = endDone
	if s.Rotation.Hold != nil || slices.ContainsFunc(c.requests, func(q Request) bool { return !s.Requests[q.ID] }) { // or what was asked and not taken yet
		c.resume()
	}
}

// ended is how the rotation ended by itself, and empty while it has not.
func (c *course) ended() string { return cmp.Or(c.before, c.end) }

// report is what broke, with the journal's end.
func (c *course) report(at schedule) string {
	var tail []string
	all := c.journal.events()
	for _, e := range all[max(0, len(all)-25):] {
		tail = append(tail, fmt.Sprintf("%s %d %s %s %s %s %s", e.Time.Sub(epoch), e.Fence, e.Kind, e.Phase, e.Weights, e.Outcome, e.Detail))
	}
	return fmt.Sprintf("with %v, %s:\n  %s\nthe journal ends with\n  %s", at, c.ended(), strings.Join(c.broken, "\n  "), strings.Join(tail, "\n  "))
}

// simulate runs one schedule from its beginning to its end, and fails the test if a promise breaks.
func simulate(t *testing.T, p journal.Plan, at schedule) *course {
	t.Helper()
	c := &course{world: newWorld(p)}
	c.at = at
	for c.end == "" {
		c.step(t.Context())
	}
	if len(c.broken) > 0 {
		t.Error(c.report(at))
	}
	return c
}

func gated() journal.Plan {
	p := plan()
	p.Approvals = []string{"shift", "destroy"}
	return p
}

// inside is a plan with objects that drover applies.
func inside() journal.Plan {
	p := plan()
	p.Bootstrap, p.Roles, p.Singletons, p.Handover = true, true, 1, 5*time.Second
	return p
}

// A green that falls ill after the handover gives the singletons back, whatever the spec's onFailure leads to.
func TestSingletonsAreHandedBack(t *testing.T) {
	t.Parallel()
	c := &course{world: newWorld(inside())}
	for c.ended() == "" {
		if c.runs.green {
			c.green.verdict = "fail"
		}
		c.step(t.Context())
	}
	if c.ended() != endBack || !c.runs.blue || c.runs.green || len(c.broken) > 0 {
		t.Errorf("%s, with singletons running: %+v; %v", c.ended(), c.runs, c.broken)
	}
}

// Neither color can be asked for good, and a person has said that green runs nothing: it ends, and does not go round.
func TestABlueThatCannotBeAskedEndsTheWayBack(t *testing.T) {
	t.Parallel()
	p := inside()
	s := journal.Fold([]journal.Event{{Kind: journal.RotationStarted, Rotation: "r", From: color.Blue, To: color.Green, Plan: &p},
		{Kind: journal.Weights, Weights: color.Only(color.Blue)}, {Kind: journal.Activated, To: color.Blue}, {Kind: journal.Followed},
		{Kind: journal.HaltIntended, Root: "blue"}, {Kind: journal.Halted, Root: "blue", Outcome: journal.Done}, {Kind: journal.StartIntended, Root: "green"},
		{Kind: journal.BackDecided}})
	fails := func(detail string) {
		s.Add(journal.Event{Kind: journal.EffectFailed, Phase: HandBack, Detail: detail, Time: epoch})
	}
	for range mostTries {
		if step, is := Next(s, p, epoch.Add(time.Minute)).(Do); !is || step.Effect.Do != Halt || step.Effect.Color != color.Green {
			t.Fatalf("it goes on with %+v", step)
		}
		fails("green does not answer")
	}
	if step, is := Next(s, p, epoch.Add(time.Minute)).(Wait); !is || step.Next != "approve handback" || !strings.Contains(step.For, "green does not answer") {
		t.Fatalf("it goes on with %+v", step)
	}
	s.Add(journal.Event{Kind: journal.Driving, Time: epoch})
	s.Add(journal.Event{Kind: journal.Approval, Phase: HandBack, Detail: Evidence(s, HandBack), Time: epoch})
	if step, is := Next(s, p, epoch.Add(time.Minute)).(Do); !is || step.Effect.Do != Halt || step.Effect.Color != color.Green {
		t.Fatalf("green is not asked once more: %+v", step)
	}
	s.Add(journal.Event{Kind: journal.HaltIntended, Root: "green", Time: epoch})
	fails("green does not answer")
	for range mostTries - 1 {
		if step, is := Next(s, p, epoch.Add(time.Minute)).(Do); !is || step.Effect.Do != Start || step.Effect.Color != color.Blue {
			t.Fatalf("it goes on with %+v", step)
		}
		fails("blue does not answer")
	}
	if step, is := Next(s, p, epoch.Add(time.Minute)).(End); !is || !strings.Contains(step.Detail, "blue has the traffic, and its singletons are not started: blue does not answer") {
		t.Errorf("it goes on with %+v", step)
	}
}

// A process that died while it asked green has not heard what it answers.
func TestAGreenThatNobodyHeardIsAskedOnceMore(t *testing.T) {
	t.Parallel()
	p := inside()
	s := journal.Fold([]journal.Event{{Kind: journal.RotationStarted, Rotation: "r", From: color.Blue, To: color.Green, Plan: &p},
		{Kind: journal.Weights, Weights: color.Only(color.Blue)}, {Kind: journal.Activated, To: color.Blue}, {Kind: journal.Followed},
		{Kind: journal.HaltIntended, Root: "blue"}, {Kind: journal.Halted, Root: "blue", Outcome: journal.Done}, {Kind: journal.StartIntended, Root: "green"},
		{Kind: journal.BackDecided}})
	s.Add(journal.Event{Kind: journal.Driving, Time: epoch})
	s.Add(journal.Event{Kind: journal.Approval, Phase: HandBack, Detail: Evidence(s, HandBack), Time: epoch})
	s.Add(journal.Event{Kind: journal.HaltIntended, Phase: HandBack, Root: "green", Time: epoch.Add(time.Second)})
	s.Add(journal.Event{Kind: journal.Driving, Time: epoch.Add(time.Minute)})
	if step, is := Next(s, p, epoch.Add(time.Minute)).(Do); !is || step.Effect.Do != Halt || step.Effect.Color != color.Green {
		t.Errorf("it goes on with %+v", step)
	}
}

// Objects that do not become ready are the end of green before any traffic, by the spec's onFailure.
func TestAGreenWhoseObjectsAreStuckGetsNoTraffic(t *testing.T) {
	t.Parallel()
	for onFailure, want := range map[string]string{"rollback": endBack, "freeze": endHeld, "ask": endHeld} {
		p := inside()
		p.OnFailure = onFailure
		c := &course{world: newWorld(p)}
		c.green.verdict = "fail"
		for c.ended() == "" {
			c.step(t.Context())
		}
		if end := c.ended(); end != want || c.dns[color.Green] != 0 || c.memory().Exposed()[color.Green] != 0 {
			t.Errorf("%s: %s, with DNS at %s", onFailure, end, c.dns)
		}
	}
}

func TestARotationThatNothingDisturbsIsDone(t *testing.T) {
	t.Parallel()
	for name, p := range map[string]journal.Plan{"unattended": plan(), "with gates": gated(), "with objects": inside()} {
		if c := simulate(t, p, schedule{}); c.ended() != endDone || c.touches < 60 {
			t.Errorf("%s: %s after %d touches", name, c.ended(), c.touches)
		}
	}
}

// A seeded sample of schedules with more events than are explored.
func TestPromisesHoldWhateverHappensOften(t *testing.T) {
	t.Parallel()
	runs, seed := 1500, uint64(1)
	if text := os.Getenv("DROVER_MODEL_RUNS"); text != "" {
		var err error
		if runs, err = strconv.Atoi(text); err != nil {
			t.Fatalf("DROVER_MODEL_RUNS is %q; write a number", text)
		}
		seed = uint64(time.Now().YearDay())
	}
	random := rand.New(rand.NewPCG(seed, 2))
	ends := map[string]int{}
	for range runs {
		at := schedule{}
		for range 2 + random.IntN(mostHappenings-1) {
			what := append(events[attempts], everywhere...)
			at = at.with(1+random.IntN(150), what[random.IntN(len(what))])
		}
		p := plan()
		if random.IntN(2) == 0 {
			p = gated()
		}
		if random.IntN(2) == 0 {
			p.Bootstrap, p.Roles, p.Singletons, p.Handover = true, true, 1, 5*time.Second
		}
		p.OnFailure = []string{"rollback", "freeze", "ask"}[random.IntN(3)]
		c := simulate(t, p, at)
		ends[c.ended()]++
		if t.Failed() {
			return
		}
	}
	t.Logf("seed %d, %d runs: %v", seed, runs, ends)
}
