package main

import (
	"testing"
	"time"

	"drover/orchestrator/store"
)

func TestALockIsTheDeadsOnlyIfTheyHeldTheLeaseWhenItWasTaken(t *testing.T) {
	t.Parallel()
	at := func(minute int) time.Time { return time.Date(2026, 3, 1, 12, minute, 0, 0, time.UTC) }
	records := []store.Record{
		{Time: at(0), Holder: &store.Holder{PID: 1}},
		{Time: at(1), Event: []byte(`{}`)},
		{Time: at(10), Released: true},
		{Time: at(20), Holder: &store.Holder{PID: 2}},
		{Time: at(30), Holder: &store.Holder{PID: 3}},
	}
	dead := func(h store.Holder) bool { return h.PID != 3 }
	for minute, want := range map[int]bool{-1: false, 0: true, 5: true, 10: false, 15: false, 25: true, 30: false, 40: false} {
		if got := takenByTheDead(records, at(minute), dead); got != want {
			t.Errorf("a lock that was taken in minute %d is the dead's: %t", minute, got)
		}
	}
	if takenByTheDead(nil, at(0), dead) {
		t.Error("nobody ever held the lease, and somebody dead took the lock")
	}
}
