package store_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"drover/orchestrator/store"
	"drover/orchestrator/store/storetest"
)

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// world is a place in memory and a clock for those that use it.
type world struct {
	*storetest.Memory
	clock *storetest.Clock
	stop  func() // runs once, right before the next write or create, as if the process were stopped there
}

func (w *world) Create(ctx context.Context, name string, data []byte) error {
	w.stopped()
	return w.Memory.Create(ctx, name, data)
}

func (w *world) Write(ctx context.Context, name string, data []byte) error {
	w.stopped()
	return w.Memory.Write(ctx, name, data)
}

func (w *world) stopped() {
	if stop := w.stop; stop != nil {
		w.stop = nil
		stop()
	}
}

func newWorld() *world {
	return &world{Memory: &storetest.Memory{}, clock: storetest.NewClock(start)}
}

func (w *world) open(change ...func(*store.Options)) *store.Store {
	ids := 0
	options := store.Options{Clock: w.clock, Request: -1, Parallel: 1, ID: func() string { ids++; return fmt.Sprint("id", ids) }}
	for _, c := range change {
		c(&options)
	}
	return store.Open(w, "shop", options)
}

func holder(host string) store.Holder {
	return store.Holder{Host: host, PID: 7, Command: "drover rotate", By: "ada"}
}

func acquire(t *testing.T, s *store.Store, host string) *store.Lease {
	t.Helper()
	lease, err := s.Acquire(t.Context(), holder(host))
	if err != nil {
		t.Fatalf("taking the lease: %v", err)
	}
	return lease
}

func appendEvents(t *testing.T, lease *store.Lease, events ...string) {
	t.Helper()
	for _, event := range events {
		if _, err := lease.Append(t.Context(), json.RawMessage(`"`+event+`"`)); err != nil {
			t.Fatalf("appending %s: %v", event, err)
		}
	}
}

// readEvents reads the events of the journal.
func readEvents(t *testing.T, s *store.Store) []string {
	t.Helper()
	records, err := s.Records(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var events []string
	for _, r := range records {
		var event string
		if r.Event == nil {
			continue
		}
		if err := json.Unmarshal(r.Event, &event); err != nil {
			t.Fatal(err)
		}
		events = append(events, event)
	}
	return events
}
