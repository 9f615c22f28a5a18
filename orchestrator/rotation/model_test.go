package rotation

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"drover/orchestrator/color"
	"drover/orchestrator/journal"
)

// outcomes of a model's run.
const (
	endDone = "done"
	endBack = "rolled back"
	endHeld = "waits for a person"
	endStop = "stopped: a person is needed"
)

// run has processes follow one another, as a schedule would start them, until the rotation has ended, or only a person
// can go on. It returns how it ended and what broke.
func (w *world) run(ctx context.Context) string {
	const mostProcesses = 20
	stopped := ""
	for range mostProcesses {
		p := w.start()
		err := p.run(ctx)
		var (
			waiting *Waiting
			back    *RolledBack
			failed  *Failed
		)
		switch {
		case err == nil:
			return endDone
		case errors.As(err, &back):
			return endBack
		case errors.As(err, &waiting):
			if w.held {
				if w.decide() {
					continue
				}
				return endHeld
			}
			if strings.Contains(waiting.For, "approval") {
				w.person(approves)
			}
			w.now = w.now.Add(time.Hour)
		case errors.As(err, &failed):
			if failed.Reason == stopped {
				return endStop
			}
			stopped = failed.Reason
			w.now = w.now.Add(time.Hour)
		default: // killed, or the lease is lost
			w.now = w.now.Add(2 * time.Minute)
		}
	}
	return "did not end"
}

// decide is what the person who paused says next: it goes on. A freeze is nobody's to undo.
func (w *world) decide() bool {
	s := journal.Fold(w.journal)
	if s.Rotation == nil || s.Rotation.Hold == nil || s.Rotation.Hold.Why != journal.Paused {
		return false
	}
	w.resume()
	return true
}

func (w *world) resume() {
	w.requests = append(w.requests, Request{ID: fmt.Sprint("q", len(w.requests)), Asks: Resume, Rotation: "r", By: "ann", Time: w.now})
}

// check holds the world to what its end must be.
func (w *world) check(end string) []string {
	s := journal.Fold(w.journal)
	switch end {
	case endDone:
		if !w.dns.Equal(color.Only(color.Green)) || !w.root.Equal(w.dns) || w.standing[color.Blue] || !w.standing[color.Green] || s.Active != color.Green {
			w.breaks("done, with DNS at %s, the traffic root at %s, standing %v, active %s", w.dns, w.root, w.standing, s.Active)
		}
	case endBack:
		if !w.dns.Equal(color.Only(color.Blue)) || !w.standing[color.Blue] || s.Active != color.Blue {
			w.breaks("rolled back, with DNS at %s, standing %v, active %s", w.dns, w.standing, s.Active)
		}
		if w.backs > 1 {
			w.breaks("promise 3: going back took %d writes", w.backs)
		}
	case endHeld, endStop:
		if w.dns.Nothing() {
			w.breaks("%s, with DNS at %s", end, w.dns)
		}
	default:
		w.breaks("promise 5: %s", end)
	}
	if s.Intended != nil && (end == endDone || end == endBack) {
		w.breaks("%s, with weights intended and not confirmed: %s", end, s.Intended)
	}
	return w.broken
}

// helped is what a person can do where one is needed: abort, while there is a way back; else, once green is well again,
// go on. Either has to work.
func (w *world) helped(ctx context.Context) {
	s := journal.Fold(w.journal)
	if s.Rotation == nil {
		return // given up before anything was changed
	}
	w.at = nil
	if !w.edited.IsZero() && !s.Weights.Equal(w.dns) && s.Intended == nil && s.Weights.SameRecords(w.dns) { // and put back
		w.dns, w.edited = s.Weights, time.Time{}
	}
	want := endBack
	if NoWayBack(s) == "" {
		w.person(abort)
	} else {
		clear(w.verdict)
		want = endDone
		if s.Rotation.Hold != nil {
			w.resume()
		}
	}
	end := w.run(ctx)
	if end == endHeld { // by a request that nobody had taken yet
		w.resume()
		end = w.run(ctx)
	}
	if end != want {
		w.breaks("promise 5: with a person's help it is %s, not %s: %s", end, want, s.Rotation.Phase)
	} else {
		w.check(end)
	}
}

// simulate runs one schedule of events, and fails the test if a promise breaks.
func simulate(t *testing.T, p journal.Plan, at map[int]event) (end string, touches int) {
	t.Helper()
	w := newWorld(p)
	w.at = at
	end = w.run(t.Context())
	if end == endHeld || end == endStop {
		w.check(end)
		w.helped(t.Context())
	}
	if broken := w.check(end); len(broken) > 0 {
		var tail []string
		for _, e := range w.journal[max(0, len(w.journal)-25):] {
			tail = append(tail, fmt.Sprintf("%s %d %s %s %s %s %s", e.Time.Sub(epoch), e.Fence, e.Kind, e.Phase, e.Weights, e.Outcome, e.Detail))
		}
		t.Errorf("with %v, %s:\n  %s\nthe journal ends with\n  %s", at, end, strings.Join(broken, "\n  "), strings.Join(tail, "\n  "))
	}
	return end, w.touches
}

func gated() journal.Plan {
	p := plan()
	p.Approvals = []string{"shift", "destroy"}
	return p
}

// inside is a plan with objects that drover applies.
func inside() journal.Plan {
	p := plan()
	p.Bootstrap = true
	return p
}

// Objects that do not become ready are the end of green before any traffic, by the spec's onFailure.
func TestAGreenWhoseObjectsAreStuckGetsNoTraffic(t *testing.T) {
	t.Parallel()
	for onFailure, want := range map[string]string{"rollback": endBack, "freeze": endHeld, "ask": endHeld} {
		p := inside()
		p.OnFailure = onFailure
		w := newWorld(p)
		w.verdict[color.Green] = "fail"
		if end := w.run(t.Context()); end != want || w.dns[color.Green] != 0 || journal.Fold(w.journal).Exposed()[color.Green] != 0 {
			t.Errorf("%s: %s, with DNS at %s", onFailure, end, w.dns)
		}
	}
}

func TestARotationThatNothingDisturbsIsDone(t *testing.T) {
	t.Parallel()
	for name, p := range map[string]journal.Plan{"unattended": plan(), "with gates": gated(), "with objects": inside()} {
		if end, touches := simulate(t, p, nil); end != endDone || touches < 60 {
			t.Errorf("%s: %s after %d touches", name, end, touches)
		}
	}
}

// Every event at every point of a rotation, each alone.
func TestPromisesHoldWhateverHappensOnce(t *testing.T) {
	t.Parallel()
	for _, p := range []journal.Plan{plan(), gated(), inside()} {
		_, touches := simulate(t, p, nil)
		ends := map[string]int{}
		for at := 1; at <= touches; at++ {
			for _, e := range events {
				end, _ := simulate(t, p, map[int]event{at: e})
				ends[end]++
				if slices.Contains([]event{crash, lost, taken, tomorrow}, e) && end != endDone && end != endBack {
					t.Errorf("promise 1: after %s at point %d it %s", e, at, end)
				}
				if t.Failed() {
					return
				}
			}
		}
		t.Logf("%d runs: %v", touches*len(events), ends)
		for _, end := range []string{endDone, endBack, endHeld} {
			if ends[end] == 0 {
				t.Errorf("no run was %s: the model does not see it", end)
			}
		}
	}
}

// A seeded sample of schedules with several events.
func TestPromisesHoldWhateverHappensOften(t *testing.T) {
	t.Parallel()
	runs, seed := 3000, uint64(1)
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
		at := map[int]event{}
		for range 2 + random.IntN(4) {
			at[1+random.IntN(150)] = events[random.IntN(len(events))]
		}
		p := plan()
		if random.IntN(2) == 0 {
			p = gated()
		}
		p.Bootstrap = random.IntN(2) == 0
		p.OnFailure = []string{"rollback", "freeze", "ask"}[random.IntN(3)]
		end, _ := simulate(t, p, at)
		ends[end]++
		if t.Failed() {
			t.Logf("seeded; the schedule is %v", slices.Sorted(maps.Keys(at)))
			return
		}
	}
	t.Logf("seed %d, %d runs: %v", seed, runs, ends)
}
