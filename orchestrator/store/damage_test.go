package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"drover/orchestrator/store"
)

// history is a store that two processes have used: with a pack and records after it, requests, a bundle and an
// attachment. The second process holds the lease, unless it is released.
type history struct {
	*world
	records    []store.Record
	requests   []store.Request
	bundle     string
	attachment store.Attachment
	older      map[string][]byte // what changed values were before
}

func newHistory(t *testing.T, released bool) *history {
	t.Helper()
	h := &history{world: newWorld(), older: map[string][]byte{}}
	s := h.open()
	first := acquire(t, s, "one")
	for i := range 70 {
		appendEvents(t, first, fmt.Sprint("first", i))
	}
	must(t, first.Release(t.Context()))
	second := acquire(t, s, "two")
	for _, name := range h.Names() {
		h.older[name] = h.Get(name)
	}
	appendEvents(t, second, "a", "b", "c")
	must(t, second.Anchor(t.Context()))
	for _, verb := range []string{"approve", "pause", "resume"} {
		_, err := s.Ask(t.Context(), store.Request{Verb: verb, By: "ada"})
		must(t, err)
	}
	var err error
	h.bundle, err = s.SaveBundle(t.Context(), map[string][]byte{"main.tf": bytes.Repeat([]byte("resource "), 99), "x": nil})
	must(t, err)
	h.attachment, err = s.SaveAttachment(t.Context(), "errored-state", "green", []byte(`{"serial":3}`))
	must(t, err)
	if released {
		must(t, second.Release(t.Context()))
	}
	h.records, err = s.Records(t.Context())
	must(t, err)
	h.requests, err = s.Requests(t.Context(), store.Head{})
	must(t, err)
	return h
}

// fork is the same store, to be damaged.
func (h *history) fork() *history {
	fork := *h
	fork.world = &world{Memory: h.Clone(), clock: h.clock}
	return &fork
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// damages are the ways in which a value comes to harm.
func (h *history) damages(name string) map[string][]byte {
	value := h.Get(name)
	damages := map[string][]byte{"deleted": nil, "emptied": {}, "blank": []byte("\n"), "replaced by text": []byte("not drover's")}
	for _, at := range []int{0, 1, len(value) / 3, len(value) / 2, len(value) - 2} {
		flipped := bytes.Clone(value)
		flipped[at] ^= 0x10
		damages[fmt.Sprintf("changed at byte %d", at)] = flipped
		damages[fmt.Sprintf("cut at byte %d", at)] = value[:at]
	}
	names := h.Names()
	folder := name[:strings.Index(name, "/")+1]
	for _, at := range []int{-1, 1} { // beside it is the one before or after it
		other := names[(slices.Index(names, name)+at+len(names))%len(names)]
		if strings.HasPrefix(other, folder) {
			damages["replaced by "+other] = h.Get(other)
		}
	}
	return damages
}

func TestADamagedValueIsReportedAndNothingIsDone(t *testing.T) {
	t.Parallel()
	for _, released := range []bool{false, true} {
		whole := newHistory(t, released)
		for _, name := range whole.Names() {
			if name > "journal/000000000003" && name < "journal/000000000063" {
				continue // like the third and the last one in the pack
			}
			for how, value := range whole.damages(name) {
				h := whole.fork()
				h.Put(name, value)
				before := h.everything()
				errs := h.readAll(t)
				if h.copied(name, value) && len(errs) == 0 {
					continue // readAll has compared what it read of the copy
				}
				if len(errs) == 0 {
					t.Errorf("%s %s (released: %v): nothing was noticed", name, how, released)
				}
				for _, err := range errs {
					checkMessage(t, name, err)
				}
				if !strings.HasPrefix(name, "requests/") && !strings.HasPrefix(name, "bundles/") && !strings.HasPrefix(name, "attachments/") {
					h.refusesTheLease(t, name+" "+how)
				}
				if after := h.everything(); after != before {
					t.Errorf("%s %s: the store was changed", name, how)
				}
			}
		}
	}
}

// readAll reads all there is, compares it with what was written, and returns what was reported.
func (h *history) readAll(t *testing.T) (errs []error) {
	t.Helper()
	s := h.open()
	records, err := s.Records(t.Context())
	if err != nil {
		errs = append(errs, err)
	} else if !slices.EqualFunc(records, h.records, sameRecord) {
		t.Errorf("read %d other records", len(records))
	}
	// Whoever drives has dealt with the requests so far, so it knows that they were there.
	requests, err := s.Requests(t.Context(), store.Head{})
	if err == nil {
		_, err = s.Requests(t.Context(), h.requests[len(h.requests)-1].At())
	}
	if err != nil {
		errs = append(errs, err)
	} else if !slices.Equal(requests, h.requests) {
		t.Errorf("read the requests %v", requests)
	}
	if _, err := s.Bundle(t.Context(), h.bundle); err != nil {
		errs = append(errs, err)
	}
	if _, err := s.Attachment(t.Context(), h.attachment); err != nil {
		errs = append(errs, err)
	}
	return errs
}

func sameRecord(a, b store.Record) bool { return a.Head() == b.Head() && bytes.Equal(a.Event, b.Event) }

// copied reports whether a record has a copy in the pack, or a pack that is gone is a copy of records.
func (h *history) copied(name string, value []byte) bool {
	return strings.HasPrefix(name, "journal/") && name <= "journal/000000000064" || strings.HasPrefix(name, "packs/") && value == nil
}

func (h *history) everything() string {
	var all strings.Builder
	for _, name := range h.Names() {
		fmt.Fprintf(&all, "%s=%x\n", name, h.Get(name))
	}
	return all.String()
}

func (h *history) refusesTheLease(t *testing.T, what string) {
	t.Helper()
	h.clock.Advance(time.Hour)
	_, err := h.open().Acquire(t.Context(), holder("three"))
	var damage *store.DamageError
	var newer *store.VersionError
	if !errors.As(err, &damage) && !errors.As(err, &newer) {
		t.Errorf("%s: taking the lease: %v", what, err)
	}
}

func checkMessage(t *testing.T, name string, err error) {
	t.Helper()
	var damage *store.DamageError
	var newer *store.VersionError
	var missing *store.MissingError
	switch {
	case errors.As(err, &damage):
		if damage.Problem == "" || damage.Remedy == "" || damage.Object == "" {
			t.Errorf("%s: %#v", name, damage)
		}
	case errors.As(err, &newer), errors.As(err, &missing):
	default:
		t.Errorf("%s: %v is no typed error", name, err)
	}
}

func TestALostEndOfTheJournalIsReported(t *testing.T) {
	t.Parallel()
	whole := newHistory(t, true)
	for lost := 1; lost <= len(whole.records); lost++ {
		h := whole.fork()
		for _, r := range h.records[len(h.records)-lost:] {
			h.Put(fmt.Sprintf("journal/%012d", r.Seq), nil)
		}
		h.reports(t, fmt.Sprintf("the last %d records", lost))
		for _, name := range h.Names() { // and the packs
			if strings.HasPrefix(name, "packs/") {
				h.Put(name, nil)
			}
		}
		h.reports(t, fmt.Sprintf("the last %d records and the packs", lost))
	}
}

func (h *history) reports(t *testing.T, what string) {
	t.Helper()
	var damage *store.DamageError
	if _, err := h.open().Records(t.Context()); !errors.As(err, &damage) {
		t.Errorf("%s: reading: %v", what, err)
	}
	h.refusesTheLease(t, what)
}

func TestAPartOfAnOlderCopyIsReported(t *testing.T) {
	t.Parallel()
	whole := newHistory(t, true)
	for _, folder := range []string{"journal/", "packs/"} {
		h := whole.fork()
		for _, name := range h.Names() {
			if strings.HasPrefix(name, folder) && name != "packs/" {
				h.Put(name, h.older[name])
			}
		}
		if folder == "packs/" { // a copy that was made before the pack: the records are there each by itself
			if errs := h.readAll(t); len(errs) > 0 {
				t.Errorf("without the packs: %v", errs)
			}
			continue
		}
		h.reports(t, "an older "+folder)
	}
	// An older heartbeat says less, and nothing wrong.
	h := whole.fork()
	for name, value := range whole.older {
		if strings.HasPrefix(name, "heartbeats/") {
			h.Put(name, value)
		}
	}
	if errs := h.readAll(t); len(errs) > 0 {
		t.Errorf("with an older heartbeat: %v", errs)
	}
}

// Two histories can have one beginning, where an older copy was restored and used.
func TestRecordsOfAnotherHistoryAreReported(t *testing.T) {
	t.Parallel()
	one, other := newHistory(t, true), newWorld()
	lease := acquire(t, other.open(), "elsewhere")
	for range 80 {
		appendEvents(t, lease, "x")
	}
	for _, seq := range []int{65, 72, 73, 77} {
		h := one.fork()
		name := fmt.Sprintf("journal/%012d", seq)
		h.Put(name, other.Get(name))
		h.reports(t, name)
	}
	h := one.fork()
	for _, name := range other.Names() {
		if strings.HasPrefix(name, "packs/") {
			h.Put(name, other.Get(name))
		}
	}
	h.reports(t, "the packs")
}

func TestAnAnchorThatTheJournalDoesNotReachIsReported(t *testing.T) {
	t.Parallel()
	w := newWorld()
	lease := acquire(t, w.open(), "one")
	appendEvents(t, lease, "a")
	anchored := func(head store.Head) *store.Store {
		return w.open(func(o *store.Options) { o.Anchor = head })
	}
	if _, err := anchored(lease.Head()).Records(t.Context()); err != nil {
		t.Error(err)
	}
	var damage *store.DamageError
	for _, wrong := range []store.Head{{Seq: 3, Hash: lease.Head().Hash}, {Seq: 1, Hash: lease.Head().Hash}} {
		if _, err := anchored(wrong).Records(t.Context()); !errors.As(err, &damage) {
			t.Errorf("reading with an anchor at record %d: %v", wrong.Seq, err)
		}
	}
	known := lease.Head()
	for _, name := range w.Names() {
		w.Put(name, nil) // everything is gone
	}
	if _, err := anchored(known).Acquire(t.Context(), holder("two")); !errors.As(err, &damage) {
		t.Errorf("taking the lease of an empty store that was not empty: %v", err)
	}
	if _, err := w.open().Since(t.Context(), known); !errors.As(err, &damage) {
		t.Errorf("polling: %v", err)
	}
}

func TestAStoreOfAnotherClusterIsReported(t *testing.T) {
	t.Parallel()
	h := newHistory(t, false)
	var damage *store.DamageError
	other := store.Open(h.Memory, "warehouse", store.Options{Clock: h.clock})
	if _, err := other.Records(t.Context()); !errors.As(err, &damage) || !strings.Contains(err.Error(), "shop") {
		t.Errorf("reading the journal of another cluster: %v", err)
	}
	if _, err := other.Requests(t.Context(), store.Head{}); !errors.As(err, &damage) || !strings.Contains(err.Error(), "another cluster") {
		t.Errorf("reading the requests of another cluster: %v", err)
	}
}

func TestANewerFormatStops(t *testing.T) {
	t.Parallel()
	h := newHistory(t, false)
	name := "journal/000000000074"
	h.Put(name, bytes.Replace(h.Get(name), []byte(`"version":1`), []byte(`"version":2`), 1))
	var newer *store.VersionError
	if _, err := h.open().Records(t.Context()); !errors.As(err, &newer) || newer.Version != 2 || newer.Object != name {
		t.Errorf("reading: %v", err)
	}
	h.refusesTheLease(t, "a newer record")
}

func TestAFileThatIsNotDroversIsReported(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"journal/notes.txt", "journal/1", "packs/x", "attachments/errored-state/x", "requests/000000000001.bak"} {
		h := newHistory(t, false)
		h.Put(name, []byte("x"))
		var damage *store.DamageError
		_, recordsErr := h.open().Records(t.Context())
		_, requestsErr := h.open().Requests(t.Context(), store.Head{})
		_, attachmentsErr := h.open().Attachments(t.Context(), "errored-state")
		if err := errors.Join(recordsErr, requestsErr, attachmentsErr); !errors.As(err, &damage) || damage.Object != name {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What doc.go says cannot be noticed.
func TestRecordsSinceTheLastHeartbeatOfACrashCanBeLost(t *testing.T) {
	t.Parallel()
	w := newWorld()
	lease := acquire(t, w.open(), "one")
	appendEvents(t, lease, "a")
	must(t, lease.Anchor(t.Context()))
	appendEvents(t, lease, "b")
	w.Put("journal/000000000003", nil)
	if got := readEvents(t, w.open()); !slices.Equal(got, []string{"a"}) {
		t.Errorf("the journal has %q", got)
	}
	w.Put("journal/000000000002", nil)
	var damage *store.DamageError
	if _, err := w.open().Records(t.Context()); !errors.As(err, &damage) || !strings.Contains(err.Error(), "heartbeats/000000000001") {
		t.Errorf("reading a journal that is shorter than its anchor: %v", err)
	}
}
