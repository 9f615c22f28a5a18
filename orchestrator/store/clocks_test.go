package store_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"drover/orchestrator/store"
)

// dated is a store whose service has a clock of its own.
type dated struct {
	*world
	off time.Duration // of that clock to the machine's
	err error
}

func (d dated) Modified(context.Context, string) (time.Time, error) {
	return d.clock.Now().Add(d.off).Truncate(time.Second), d.err
}

func (d dated) acquire(t *testing.T) (*store.Lease, error) {
	t.Helper()
	return store.Open(d, "shop", store.Options{Clock: d.clock}).Acquire(t.Context(), holder("one"))
}

func TestALeaseKnowsHowFarTheMachinesClockIsOffTheStores(t *testing.T) {
	t.Parallel()
	for _, off := range []time.Duration{0, 300 * time.Millisecond, -3 * time.Hour, 90 * time.Second, 24 * time.Hour} {
		lease, err := dated{world: newWorld(), off: off}.acquire(t)
		if err != nil {
			t.Fatal(err)
		}
		if diff := lease.Ahead() + off; diff < -time.Second || diff > time.Second {
			t.Errorf("with a clock that is %s off, the lease says %s", off, lease.Ahead())
		}
	}
}

// A clock that cannot be asked is no clock that is right; and the lease is given back.
func TestALeaseIsNotTakenWhereTheStoresClockGivesNoAnswer(t *testing.T) {
	t.Parallel()
	d := dated{world: newWorld(), err: errors.New("no answer")}
	if _, err := d.acquire(t); err == nil || !strings.Contains(err.Error(), "to compare the clocks: no answer") {
		t.Errorf("got %v", err)
	}
	d.err = nil
	if _, err := d.acquire(t); err != nil {
		t.Errorf("after that: %v", err)
	}
}

func TestAStoreWithoutAClockSaysNothingOfTheMachines(t *testing.T) {
	t.Parallel()
	if lease := acquire(t, newWorld().open(), "one"); lease.Ahead() != 0 {
		t.Errorf("the lease says %s", lease.Ahead())
	}
}

// A record that seems to be older than it is ends what is counted from it too soon.
func TestALeaseEndsWithTheClockThatIsSetBack(t *testing.T) {
	t.Parallel()
	for back, lost := range map[time.Duration]bool{-9 * time.Second: false, -time.Minute: true, -3 * time.Hour: true} {
		w := newWorld()
		lease := acquire(t, w.open(), "one")
		w.clock.Advance(back)
		err := lease.Valid()
		if (err != nil) != lost || lost && !strings.Contains(err.Error(), "the clock of this machine was set back") {
			t.Errorf("set by %s: %v", back, err)
		}
		if _, err := lease.Append(t.Context(), []byte("{}")); (err != nil) != lost {
			t.Errorf("set by %s, appending: %v", back, err)
		}
	}
}
