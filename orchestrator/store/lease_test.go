package store_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"drover/orchestrator/store"
	"drover/orchestrator/store/storetest"
)

func TestALeaseIsTakenOverOnlyAfterItsExpiryAndTheSkew(t *testing.T) {
	t.Parallel()
	w := newWorld()
	first := acquire(t, w.open(), "one")
	w.clock.Advance(69 * time.Second) // a minute, and ten seconds of skew
	var held *store.HeldError
	if _, err := w.open().Acquire(t.Context(), holder("two")); !errors.As(err, &held) {
		t.Fatalf("taking a lease that may be valid: %v", err)
	}
	if held.Holder.Host != "one" || held.Fence != 1 || !held.Since.Equal(start) || !held.Expires.Equal(start.Add(70*time.Second)) {
		t.Errorf("held by %+v", held)
	}
	for _, part := range []string{"shop", "one", "drover rotate", "process 7", "ada", "2026-03-01T12:00:00Z", "2026-03-01T12:01:10Z", "run this again"} {
		if !strings.Contains(held.Error(), part) {
			t.Errorf("%q does not say %q", held, part)
		}
	}
	w.clock.Advance(time.Second)
	second := acquire(t, w.open(), "two")
	if second.Fence() != 2 {
		t.Errorf("fence %d", second.Fence())
	}
	var lost *store.LostError
	if err := first.Valid(); !errors.As(err, &lost) {
		t.Errorf("the first lease is valid: %v", err)
	}
}

func TestAReleasedLeaseIsTakenAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld()
	first := acquire(t, w.open(), "one")
	appendEvents(t, first, "a")
	if err := first.Release(t.Context()); err != nil {
		t.Fatal(err)
	}
	if first.Valid() == nil {
		t.Error("a released lease is valid")
	}
	if _, err := first.Append(t.Context(), json.RawMessage(`1`)); err == nil {
		t.Error("a released lease appends")
	}
	appendEvents(t, acquire(t, w.open(), "two"), "b")
	if got := readEvents(t, w.open()); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("the journal has %q", got)
	}
}

func TestTheLeaseOfAProcessThatEndedIsTakenAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld()
	first := acquire(t, w.open(), "one")
	ended := func(o *store.Options) { o.Ended = func(h store.Holder) bool { return h.Host == "one" } }
	second := acquire(t, w.open(ended), "two")
	var held *store.HeldError
	if _, err := w.open(ended).Acquire(t.Context(), holder("three")); !errors.As(err, &held) {
		t.Errorf("taking a lease whose holder lives: %v", err)
	}
	var lost *store.LostError
	if _, err := first.Append(t.Context(), json.RawMessage(`1`)); !errors.As(err, &lost) || lost.By == nil || lost.By.Host != "two" {
		t.Errorf("appending after another holder came: %v", err)
	}
	appendEvents(t, second, "b")
}

func TestAHolderWhoIsHeardOfWhileItIsWatchedKeepsTheLease(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		sign func(t *testing.T, w *world, lease *store.Lease)
	}{
		{"by a record", func(t *testing.T, _ *world, lease *store.Lease) { appendEvents(t, lease, "alive") }},
		{"by a heartbeat", func(t *testing.T, w *world, lease *store.Lease) {
			ctx, cancel := context.WithCancel(t.Context())
			w.Fault = func(call storetest.Call) storetest.Fault {
				if call.Op == "write" {
					cancel()
				}
				return storetest.None
			}
			if err := lease.Keep(ctx); err != nil {
				t.Error(err)
			}
			w.Fault = nil
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			slow := storetest.NewClock(start)
			lease := acquire(t, w.open(func(o *store.Options) { o.Clock = slow }), "one")
			watching := &watcher{Clock: w.clock, once: func() { c.sign(t, w, lease) }}
			w.clock.Advance(time.Hour) // the holder's clock stands an hour behind
			var held *store.HeldError
			_, err := w.open(func(o *store.Options) { o.Clock = watching }).Acquire(t.Context(), holder("two"))
			if !errors.As(err, &held) || !held.Ahead || !strings.Contains(held.Error(), "clock") {
				t.Errorf("taking the lease of a live holder: %v", err)
			}
			appendEvents(t, lease, "on")
		})
	}
}

// watcher is a clock that has something happen when it is slept by.
type watcher struct {
	*storetest.Clock
	once func()
}

func (w *watcher) Sleep(ctx context.Context, d time.Duration) error {
	if once := w.once; once != nil {
		w.once = nil
		once()
	}
	return w.Clock.Sleep(ctx, d)
}

func TestAHolderWhoseClockIsAheadIsNotTakenForExpired(t *testing.T) {
	t.Parallel()
	w := newWorld()
	fast := storetest.NewClock(start.Add(time.Hour))
	acquire(t, w.open(func(o *store.Options) { o.Clock = fast }), "one")
	w.clock.Advance(10 * time.Minute)
	var held *store.HeldError
	if _, err := w.open().Acquire(t.Context(), holder("two")); !errors.As(err, &held) || !held.Ahead {
		t.Errorf("taking the lease: %v", err)
	}
}

func TestAppendingRenewsTheLease(t *testing.T) {
	t.Parallel()
	w := newWorld()
	lease := acquire(t, w.open(), "one")
	for range 10 {
		w.clock.Advance(50 * time.Second)
		appendEvents(t, lease, "a")
		if err := lease.Valid(); err != nil {
			t.Fatal(err)
		}
		var held *store.HeldError
		if _, err := w.open().Acquire(t.Context(), holder("two")); !errors.As(err, &held) {
			t.Fatalf("taking the lease: %v", err)
		}
	}
}

func TestAnExpiredLeaseAppendsNothingAndStaysInvalid(t *testing.T) {
	t.Parallel()
	w := newWorld()
	lease := acquire(t, w.open(), "one")
	w.clock.Advance(time.Minute)
	var lost *store.LostError
	if _, err := lease.Append(t.Context(), json.RawMessage(`1`)); !errors.As(err, &lost) || lost.By != nil || lost.Fence != 1 {
		t.Errorf("appending under an expired lease: %v", err)
	}
	w.clock.Advance(-time.Minute) // the wall clock is set back
	if lease.Valid() == nil {
		t.Error("the lease is valid again")
	}
	if err := lease.Keep(t.Context()); !errors.As(err, &lost) {
		t.Errorf("keeping it: %v", err)
	}
	if got := readEvents(t, w.open()); len(got) > 0 {
		t.Errorf("the journal has %q", got)
	}
}

// A holder that is stopped right before its request, and continued after another one has taken over, learns that from
// the store: its own clock said that the lease was valid when it looked.
func TestAHolderThatIsStoppedInTheMiddleOfAnAppendIsFenced(t *testing.T) {
	t.Parallel()
	w := newWorld()
	first := acquire(t, w.open(), "one")
	appendEvents(t, first, "a")
	w.stop = func() {
		w.clock.Advance(time.Hour)
		appendEvents(t, acquire(t, w.open(), "two"), "b")
	}
	var lost *store.LostError
	if _, err := first.Append(t.Context(), json.RawMessage(`"late"`)); !errors.As(err, &lost) || lost.By == nil || lost.By.Host != "two" {
		t.Errorf("appending: %v", err)
	}
	if err := first.Release(t.Context()); !errors.As(err, &lost) {
		t.Errorf("releasing a lease that another process has taken: %v", err)
	}
	if got := readEvents(t, w.open()); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("the journal has %q", got)
	}
}

// The same, stopped in the middle of a heartbeat: it must not make the lease valid again.
func TestAHolderThatIsStoppedInTheMiddleOfAHeartbeatIsFenced(t *testing.T) {
	t.Parallel()
	w := newWorld()
	first := acquire(t, w.open(), "one")
	w.clock.Advance(15 * time.Second)
	w.stop = func() { w.clock.Advance(50 * time.Second) } // the lease expires in the meantime
	var lost *store.LostError
	if err := first.Anchor(t.Context()); !errors.As(err, &lost) {
		t.Errorf("a heartbeat of an expired lease: %v", err)
	}
	if first.Valid() == nil {
		t.Error("the lease is valid again")
	}
}

func TestANewHolderGoesOnAfterWhateverTheOldOneWrote(t *testing.T) {
	t.Parallel()
	w := newWorld()
	first := acquire(t, w.open(), "one")
	appendEvents(t, first, "a")
	w.clock.Advance(59 * time.Second)
	ended := func(o *store.Options) { o.Ended = func(store.Holder) bool { return true } }
	w.stop = func() { appendEvents(t, first, "b") } // between the new holder's look and its first record
	second := acquire(t, w.open(ended), "two")
	appendEvents(t, second, "c")
	if got := readEvents(t, w.open()); !slices.Equal(got, []string{"a", "b", "c"}) {
		t.Errorf("the journal has %q", got)
	}
}

func TestKeepHoldsTheLeaseForAsLongAsItRuns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		memory := &storetest.Memory{}
		one, other := store.Open(memory, "shop", store.Options{}), store.Open(memory, "shop", store.Options{})
		lease := acquire(t, one, "one")
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- lease.Keep(ctx) }()
		for range 30 {
			time.Sleep(time.Minute)
			if err := lease.Valid(); err != nil {
				t.Fatal(err)
			}
			var held *store.HeldError
			if _, err := other.Acquire(t.Context(), holder("two")); !errors.As(err, &held) {
				t.Fatalf("taking a lease that is kept: %v", err)
			}
		}
		cancel()
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Minute)
		if acquire(t, other, "two").Fence() != 2 {
			t.Error("another fence")
		}
	})
}

func TestKeepReportsALeaseThatCannotBeRenewed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		memory := &storetest.Memory{}
		lease := acquire(t, store.Open(memory, "shop", store.Options{}), "one")
		memory.Fault = func(storetest.Call) storetest.Fault { return storetest.Refused }
		var lost *store.LostError
		before := time.Now()
		if err := lease.Keep(t.Context()); !errors.As(err, &lost) || !errors.Is(err, storetest.ErrInjected) {
			t.Errorf("keeping a lease that cannot be renewed: %v", err)
		}
		if took := time.Since(before); took < time.Minute || took > 64*time.Second {
			t.Errorf("reported after %v", took)
		}
	})
}

func TestKeepSurvivesHeartbeatsThatFail(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		memory := &storetest.Memory{}
		lease := acquire(t, store.Open(memory, "shop", store.Options{}), "one")
		calls := 0
		memory.Fault = func(storetest.Call) storetest.Fault {
			calls++
			if calls%7 == 0 {
				return storetest.None
			}
			return storetest.Refused
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		if err := lease.Keep(ctx); err != nil {
			t.Error(err)
		}
	})
}

func TestKeepReportsThatAnotherHolderCame(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		memory := &storetest.Memory{}
		lease := acquire(t, store.Open(memory, "shop", store.Options{}), "one")
		ended := func(store.Holder) bool { return true }
		acquire(t, store.Open(memory, "shop", store.Options{Ended: ended}), "two")
		var lost *store.LostError
		if err := lease.Keep(t.Context()); !errors.As(err, &lost) || lost.By == nil || lost.By.Host != "two" {
			t.Errorf("keeping a lease that another process has taken: %v", err)
		}
		if lease.Valid() == nil {
			t.Error("it is still valid")
		}
	})
}

// hanging never answers.
type hanging struct{ store.Objects }

func (hanging) Create(ctx context.Context, _ string, _ []byte) error {
	<-ctx.Done()
	return ctx.Err()
}

func (hanging) Read(ctx context.Context, _ string) ([]byte, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func (hanging) List(ctx context.Context, _, _ string) ([]string, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func TestAPlaceThatNeverAnswersHasADeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := store.Open(hanging{}, "shop", store.Options{})
		for name, call := range map[string]func() error{
			"acquire":  func() error { _, err := s.Acquire(t.Context(), holder("one")); return err },
			"records":  func() error { _, err := s.Records(t.Context()); return err },
			"since":    func() error { _, err := s.Since(t.Context(), store.Head{}); return err },
			"ask":      func() error { _, err := s.Ask(t.Context(), store.Request{}); return err },
			"requests": func() error { _, err := s.Requests(t.Context(), store.Head{}); return err },
			"bundle":   func() error { _, err := s.SaveBundle(t.Context(), nil); return err },
		} {
			before := time.Now()
			if err := call(); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s: %v", name, err)
			}
			if took := time.Since(before); took > 2*time.Minute {
				t.Errorf("%s took %v", name, took)
			}
		}
	})
}

func TestAnAppendEndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		memory := &storetest.Memory{}
		slow := &slowly{Objects: memory}
		lease := acquire(t, store.Open(slow, "shop", store.Options{}), "one")
		slow.down = true
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		before := time.Now()
		var unknown *store.UnknownError
		if _, err := lease.Append(ctx, json.RawMessage(`1`)); !errors.As(err, &unknown) {
			t.Errorf("appending: %v", err)
		}
		if took := time.Since(before); took != time.Second {
			t.Errorf("took %v", took)
		}
	})
}

// slowly answers, or does not.
type slowly struct {
	store.Objects
	down bool
}

func (s *slowly) Create(ctx context.Context, name string, data []byte) error {
	if s.down {
		<-ctx.Done()
		return ctx.Err()
	}
	return s.Objects.Create(ctx, name, data)
}

func (s *slowly) Read(ctx context.Context, name string) ([]byte, error) {
	if s.down {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return s.Objects.Read(ctx, name)
}
