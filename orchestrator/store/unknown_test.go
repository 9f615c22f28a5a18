package store_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"drover/orchestrator/store"
	"drover/orchestrator/store/storetest"
)

// faults has the next n creations of records go wrong.
func (w *world) faults(fault storetest.Fault, n int) {
	w.Fault = func(call storetest.Call) storetest.Fault {
		if call.Op == "create" && strings.HasPrefix(call.Name, "journal/") && n > 0 {
			n--
			return fault
		}
		return storetest.None
	}
}

func TestAnAppendOfUnknownOutcomeFindsOut(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]storetest.Fault{
		"it was stored": storetest.Unknown, "it was not stored": storetest.Refused, "it is stored later": storetest.Late,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			lease := acquire(t, w.open(), "one")
			w.faults(fault, 1)
			appendEvents(t, lease, "a", "b")
			w.Land()
			appendEvents(t, lease, "c")
			if got := readEvents(t, w.open()); !slices.Equal(got, []string{"a", "b", "c"}) {
				t.Errorf("the journal has %q", got)
			}
		})
	}
}

func TestALeaseAppendsNothingAfterAnUnknownOutcome(t *testing.T) {
	t.Parallel()
	for _, lands := range []bool{false, true} {
		w := newWorld()
		lease := acquire(t, w.open(), "one")
		appendEvents(t, lease, "a")
		w.faults(storetest.Late, 99)
		var unknown *store.UnknownError
		if _, err := lease.Append(t.Context(), json.RawMessage(`"b"`)); !errors.As(err, &unknown) || !errors.Is(err, storetest.ErrInjected) {
			t.Fatalf("appending to a place that is down: %v", err)
		}
		w.Fault = nil
		want := []string{"a", "d"}
		if lands {
			w.Land()
			want = []string{"a", "b", "d"}
		}
		if _, err := lease.Append(t.Context(), json.RawMessage(`"c"`)); !errors.As(err, &unknown) {
			t.Errorf("appending after that: %v", err)
		}
		if err := lease.Release(t.Context()); err != nil {
			t.Errorf("releasing: %v", err)
		}
		w.Land() // what comes in after the release has no effect any more
		appendEvents(t, acquire(t, w.open(), "two"), "d")
		if got := readEvents(t, w.open()); !slices.Equal(got, want) {
			t.Errorf("the journal has %q, not %q", got, want)
		}
	}
}

func TestALateRecordOfTheFormerHolderHasNoEffect(t *testing.T) {
	t.Parallel()
	w := newWorld()
	first := acquire(t, w.open(), "one")
	w.faults(storetest.Late, 99)
	if _, err := first.Append(t.Context(), json.RawMessage(`"late"`)); err == nil {
		t.Fatal("appended")
	}
	w.Fault = nil
	w.clock.Advance(time.Hour)
	second := acquire(t, w.open(), "two")
	w.Land()
	appendEvents(t, second, "b")
	if got := readEvents(t, w.open()); !slices.Equal(got, []string{"b"}) {
		t.Errorf("the journal has %q", got)
	}
}

func TestTakingTheLeaseSettlesAnUnknownOutcome(t *testing.T) {
	t.Parallel()
	for _, fault := range []storetest.Fault{storetest.Unknown, storetest.Refused, storetest.Late} {
		w := newWorld()
		w.faults(fault, 1)
		lease := acquire(t, w.open(), "one")
		w.Land()
		appendEvents(t, lease, "a")
		if lease.Fence() != 1 {
			t.Errorf("fence %d", lease.Fence())
		}
	}
}

func TestALeaseThatCouldNotBeBegunIsReleased(t *testing.T) {
	t.Parallel()
	w := newWorld()
	failed := false
	w.Fault = func(call storetest.Call) storetest.Fault {
		if call.Op == "write" && !failed {
			failed = true
			return storetest.Refused
		}
		return storetest.None
	}
	if _, err := w.open().Acquire(t.Context(), holder("one")); !errors.Is(err, storetest.ErrInjected) {
		t.Fatalf("taking the lease: %v", err)
	}
	acquire(t, w.open(), "two")
}

func TestARecordThatWasAcknowledgedAndLostIsNoticed(t *testing.T) {
	t.Parallel()
	w := newWorld()
	lease := acquire(t, w.open(), "one")
	w.faults(storetest.Lost, 1)
	appendEvents(t, lease, "a", "b")
	var damage *store.DamageError
	if _, err := w.open().Records(t.Context()); !errors.As(err, &damage) || damage.Object != "journal/000000000002" {
		t.Errorf("reading: %v", err)
	}
}

func TestATornRecordStopsItsWriterAndEverybodyElse(t *testing.T) {
	t.Parallel()
	w := newWorld()
	lease := acquire(t, w.open(), "one")
	w.faults(storetest.Torn, 1)
	var damage *store.DamageError
	if _, err := lease.Append(t.Context(), json.RawMessage(`"a"`)); !errors.As(err, &damage) {
		t.Errorf("appending: %v", err)
	}
	if _, err := w.open().Records(t.Context()); !errors.As(err, &damage) {
		t.Errorf("reading: %v", err)
	}
}

func TestAnAppendIsOneRequestAndValidityNone(t *testing.T) {
	t.Parallel()
	w := newWorld()
	lease := acquire(t, w.open(), "one")
	w.Calls()
	const many = 640
	for range many {
		if err := lease.Valid(); err != nil {
			t.Fatal(err)
		}
		appendEvents(t, lease, "a")
	}
	if calls := w.Calls(); len(calls) != many+many/64 { // a pack for each 64 records
		t.Errorf("%d appends took %d requests", many, len(calls))
	}
	records, err := w.open().Records(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	w.Calls()
	for range 10 {
		if _, err := w.open().Since(t.Context(), records[len(records)-1].Head()); err != nil {
			t.Fatal(err)
		}
	}
	if calls := w.Calls(); len(calls) != 10 {
		t.Errorf("10 polls without news took %d requests", len(calls))
	}
}

func TestALongJournalIsReadByFewRequests(t *testing.T) {
	t.Parallel()
	w := newWorld()
	s := w.open()
	lease := acquire(t, s, "one")
	const many = 10_000
	for range many {
		appendEvents(t, lease, "a")
	}
	w.Calls()
	records, err := s.Records(t.Context())
	if err != nil || len(records) != many+1 {
		t.Fatalf("read %d records: %v", len(records), err)
	}
	if calls := w.Calls(); len(calls) > 60 {
		t.Errorf("reading took %d requests", len(calls))
	}
}

func TestPacksThatCouldNotBeStoredAreMadeByTheNextHolder(t *testing.T) {
	t.Parallel()
	w := newWorld()
	lease := acquire(t, w.open(), "one")
	w.Fault = func(call storetest.Call) storetest.Fault {
		if strings.HasPrefix(call.Name, "packs/") && call.Op == "create" {
			return storetest.Refused
		}
		return storetest.None
	}
	for range 300 {
		appendEvents(t, lease, "a")
	}
	if err := lease.Release(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.Fault = nil
	acquire(t, w.open(), "two")
	packed := 0
	for _, name := range w.Names() {
		if strings.HasPrefix(name, "packs/") {
			packed++
		}
	}
	if packed != 4 {
		t.Errorf("%d packs", packed)
	}
	if got := readEvents(t, w.open()); len(got) != 300 {
		t.Errorf("read %d events", len(got))
	}
}
