package rotation

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"drover/orchestrator/color"
	"drover/orchestrator/journal"
)

// ticking is time as it passes; within synctest it passes at once.
type ticking struct{}

func (ticking) Now() time.Time { return time.Now() }

func (ticking) Sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(d):
		return nil
	}
}

// desk is a memory with one process, and a person who asks.
type desk struct {
	mu       sync.Mutex
	events   []journal.Event
	requests []Request
	err      error
}

func (d *desk) Append(_ context.Context, e journal.Event) (journal.Event, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.events = append(d.events, e)
	return e, d.err
}

func (d *desk) Requests(context.Context) ([]Request, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]Request{}, d.requests...), nil
}

func (d *desk) ask(asks Asked) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.requests = append(d.requests, Request{ID: string(asks), Asks: asks, Rotation: "r", By: "ann"})
}

func (d *desk) has(kind journal.Kind) *journal.Event {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, e := range d.events {
		if e.Kind == kind {
			return &e
		}
	}
	return nil
}

type hands func(context.Context, Effect, Emit) error

func (h hands) Carry(ctx context.Context, e Effect, emit Emit) error { return h(ctx, e, emit) }

type quiet struct{}

func (quiet) Event(journal.Event) {}
func (quiet) Progress(string)     {}

// loopOf decides by a function, over a rotation under way.
func loopOf(d *desk, h hands, decide Decide) *Loop {
	p := plan()
	s := journal.Fold([]journal.Event{{Kind: journal.RotationStarted, Rotation: "r", From: color.Blue, To: color.Green, Plan: &p}})
	return &Loop{Decide: decide, Memory: d, Hands: h, Clock: ticking{}, Observer: quiet{}, State: s, Patience: 15 * time.Minute}
}

func always(step Step) Decide {
	return func(journal.State, journal.Plan, time.Time) Step { return step }
}

func TestAPersonWhoWantsToGoBackEndsALongEffectWithinSeconds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &desk{}
		begun := time.Now()
		l := loopOf(d, func(ctx context.Context, _ Effect, _ Emit) error {
			d.ask(Rollback)
			<-ctx.Done()
			return ctx.Err()
		}, func(s journal.State, _ journal.Plan, _ time.Time) Step {
			if s.Rotation.Back != nil {
				return End{Phase: "back"}
			}
			return Do{Effect{Do: Build, Phase: Building, Limit: 90 * time.Minute}}
		})
		err := l.Run(t.Context())
		var failed *Failed
		if !errors.As(err, &failed) || failed.Phase != "back" {
			t.Fatalf("got %v", err)
		}
		if took := time.Since(begun); took > 3*time.Second {
			t.Errorf("it took %s", took)
		}
	})
}

func TestARequestToAnotherRotationEndsNoEffect(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &desk{requests: []Request{{ID: "old", Asks: Rollback, Rotation: "another", By: "ann"}}}
		l := loopOf(d, func(ctx context.Context, _ Effect, _ Emit) error {
			time.Sleep(time.Minute)
			return ctx.Err()
		}, always(Do{Effect{Do: Build, Phase: Building, Limit: time.Hour}}))
		l.Stop = time.Now().Add(90 * time.Second)
		var waiting *Waiting
		if err := l.Run(t.Context()); !errors.As(err, &waiting) || d.has(journal.EffectFailed) != nil {
			t.Errorf("got %v", err)
		}
	})
}

func TestAnEffectThatDoesNotEndIsGivenUpAtItsLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &desk{}
		l := loopOf(d, func(ctx context.Context, _ Effect, _ Emit) error {
			<-ctx.Done()
			return ctx.Err()
		}, func(s journal.State, _ journal.Plan, _ time.Time) Step {
			if s.Rotation.Failure != nil {
				return End{Phase: "end"}
			}
			return Do{Effect{Do: Build, Phase: Building, Limit: time.Hour}}
		})
		begun := time.Now()
		_ = l.Run(t.Context())
		if e := d.has(journal.EffectFailed); e == nil || !strings.Contains(e.Detail, "1h0m0s") {
			t.Errorf("recorded %+v", e)
		}
		if took := time.Since(begun); took != time.Hour {
			t.Errorf("it took %s", took)
		}
	})
}

func TestARequestIsTakenWithinTwoSecondsOfAWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &desk{}
		begun := time.Now()
		time.AfterFunc(61*time.Second, func() { d.ask(Pause) })
		l := loopOf(d, nil, func(s journal.State, _ journal.Plan, _ time.Time) Step {
			if s.Rotation.Hold != nil {
				return End{Phase: "held"}
			}
			return Wait{Phase: Soak, Until: begun.Add(10 * time.Minute), For: "time"}
		})
		_ = l.Run(t.Context())
		if took := time.Since(begun); took > 64*time.Second || d.has(journal.RequestTaken) == nil {
			t.Errorf("it took %s, events %+v", took, d.events)
		}
	})
}

func TestAWaitThatIsTooLongForAProcessEndsItAndSaysForWhat(t *testing.T) {
	t.Parallel()
	for name, w := range map[string]Wait{
		"a person":    {Phase: ApproveShift, For: "a person", Next: "approve shift"},
		"a long time": {Phase: ApproveDestroy, For: "tomorrow", Until: time.Now().Add(16 * time.Minute)},
	} {
		err := loopOf(&desk{}, nil, always(w)).Run(t.Context())
		var waiting *Waiting
		if !errors.As(err, &waiting) || waiting.For != w.For || waiting.Phase != w.Phase {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestACheckpointEndsBetweenTwoEffectsButNeverOnTheWayBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d, done := &desk{}, 0
		work := func(context.Context, Effect, Emit) error {
			time.Sleep(time.Minute)
			done++
			return nil
		}
		l := loopOf(d, work, always(Do{Effect{Do: Ask, Phase: Soak, Limit: time.Hour}}))
		l.Stop = time.Now().Add(150 * time.Second)
		var waiting *Waiting
		if err := l.Run(t.Context()); !errors.As(err, &waiting) || done != 3 {
			t.Errorf("after %d effects: %v", done, err)
		}
		back := loopOf(d, work, func(journal.State, journal.Plan, time.Time) Step {
			if done > 5 {
				return End{Phase: "end"}
			}
			return Do{Effect{Do: Weigh, Phase: Soak, Limit: time.Hour}}
		})
		back.Stop, back.State.Rotation.Back = time.Now(), &journal.Decision{}
		var failed *Failed
		if err := back.Run(t.Context()); !errors.As(err, &failed) {
			t.Errorf("going back stopped: %v", err)
		}
	})
}

func TestAnInterruptEndsAWaitAtOnceAndSaysWhere(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		l := loopOf(&desk{}, nil, always(Wait{Phase: Soak, Until: time.Now().Add(10 * time.Minute), For: "time"}))
		if err := l.Run(ctx); !errors.Is(err, ErrInterrupted) {
			t.Errorf("got %v", err)
		}
	})
}

func TestTheOutcomeOfWhatWasInterruptedReachesTheJournal(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	d := &desk{}
	l := loopOf(d, func(ctx context.Context, _ Effect, emit Emit) error {
		cancel()
		return emit(ctx, journal.Event{Kind: journal.Destroyed, Root: "blue"})
	}, always(Do{Effect{Do: Destroy, Phase: Destroying, Limit: time.Hour}}))
	_ = l.Run(ctx)
	if d.has(journal.Destroyed) == nil {
		t.Error("the outcome is lost")
	}
}

func TestAProcessThatLostTheLeaseRecordsNothingMore(t *testing.T) {
	t.Parallel()
	d := &desk{}
	l := loopOf(d, func(context.Context, Effect, Emit) error { return ErrLost }, always(Do{Effect{Do: Weigh, Phase: Shift, Limit: time.Hour}}))
	if err := l.Run(t.Context()); !errors.Is(err, ErrLost) || len(d.events) != 0 {
		t.Errorf("got %v, and %d events", err, len(d.events))
	}
}

// A record that is too long to be read again would be the last of its journal.
func TestALongTextIsRecordedInPart(t *testing.T) {
	t.Parallel()
	d, long := &desk{}, "begins "+strings.Repeat("é", 1<<20)
	l := loopOf(d, func(ctx context.Context, _ Effect, emit Emit) error {
		return emit(ctx, journal.Event{Kind: journal.Checked, Detail: long, By: long, Verdicts: []journal.Result{{Check: "c", Detail: long}}})
	}, func(s journal.State, _ journal.Plan, _ time.Time) Step {
		if s.Rotation.Watch.Rounds > 0 {
			return End{}
		}
		return Do{Effect{Do: Ask, Limit: time.Hour}}
	})
	_ = l.Run(t.Context())
	e := d.has(journal.Checked)
	if e == nil {
		t.Fatal("nothing was recorded")
	}
	for _, text := range []string{e.Detail, e.By, e.Verdicts[0].Detail} {
		if !strings.HasPrefix(text, "begins ") || len(text) > 64<<10 {
			t.Errorf("recorded %d bytes: %.20s", len(text), text)
		}
	}
}

func TestSecretsAreTakenOutOfWhatIsRecorded(t *testing.T) {
	t.Parallel()
	d := &desk{}
	l := loopOf(d, func(ctx context.Context, _ Effect, emit Emit) error {
		return emit(ctx, journal.Event{Kind: journal.Checked, Detail: "hunter2", Verdicts: []journal.Result{{Check: "c", Detail: "hunter2"}}})
	}, func(s journal.State, _ journal.Plan, _ time.Time) Step {
		if s.Rotation.Watch.Rounds > 0 {
			return End{}
		}
		return Do{Effect{Do: Ask, Limit: time.Hour}}
	})
	l.Redact = func(s string) string { return strings.ReplaceAll(s, "hunter2", "***") }
	_ = l.Run(t.Context())
	if e := d.has(journal.Checked); e == nil || e.Detail != "***" || e.Verdicts[0].Detail != "***" {
		t.Errorf("recorded %+v", e)
	}
}
