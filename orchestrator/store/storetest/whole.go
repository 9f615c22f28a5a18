package storetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	"drover/orchestrator/store"
)

func endsWithContext(t *testing.T, open func() store.Objects) {
	o := open()
	mustDo(t, o.Create(t.Context(), "journal/1", []byte("x")))
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, readErr := o.Read(ended, "journal/1")
	_, listErr := o.List(ended, "journal/", "")
	for call, err := range map[string]error{
		"create": o.Create(ended, "journal/2", []byte("x")),
		"write":  o.Write(ended, "journal/2", []byte("x")),
		"delete": o.Delete(ended, "journal/2"),
		"read":   readErr,
		"list":   listErr,
	} {
		if err == nil || errors.Is(err, store.ErrExists) || errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s after its context ended: %v", call, err)
		}
	}
}

// handOver has three processes drive the cluster one after the other, with more records than one pack holds.
func handOver(t *testing.T, open func() store.Objects) {
	const each = 70
	var appended []string
	for process := range 3 {
		s := store.Open(open(), "shop", store.Options{})
		lease, err := s.Acquire(t.Context(), store.Holder{Host: "h", PID: process, Command: "drover rotate"})
		mustDo(t, err)
		if want := int64(process + 1); lease.Fence() != want {
			t.Errorf("fence %d, not %d", lease.Fence(), want)
		}
		var held *store.HeldError
		if _, err := store.Open(open(), "shop", store.Options{}).Acquire(t.Context(), store.Holder{}); !errors.As(err, &held) || held.Holder.PID != process {
			t.Fatalf("taking a lease that is held: %v", err)
		}
		for i := range each {
			event := fmt.Sprintf(`{"process":%d,"n":%d}`, process, i)
			_, err := lease.Append(t.Context(), json.RawMessage(event))
			mustDo(t, err)
			appended = append(appended, event)
		}
		mustDo(t, lease.Release(t.Context()))
	}
	reader := store.Open(open(), "shop", store.Options{})
	records, err := reader.Records(t.Context())
	mustDo(t, err)
	if got := events(records); !slices.Equal(got, appended) {
		t.Errorf("read %d events, not the %d that were appended: %q", len(got), len(appended), got)
	}
	since, err := reader.Since(t.Context(), records[99].Head())
	mustDo(t, err)
	if !slices.Equal(events(since), events(records[100:])) {
		t.Errorf("%d records after record 100, not %d", len(since), len(records)-100)
	}
}

func events(records []store.Record) []string {
	var all []string
	for _, r := range records {
		if r.Event != nil {
			all = append(all, string(r.Event))
		}
	}
	return all
}

func kept(t *testing.T, open func() store.Objects) {
	one, other := store.Open(open(), "shop", store.Options{}), store.Open(open(), "shop", store.Options{})
	files := map[string][]byte{"main.tf": []byte("resource"), "modules/aws/vpc/main.tf": {}, "x": {0, 1}}
	digest, err := one.SaveBundle(t.Context(), files)
	mustDo(t, err)
	again, err := other.SaveBundle(t.Context(), files)
	mustDo(t, err)
	if again != digest {
		t.Errorf("the same files have the digests %s and %s", digest, again)
	}
	read, err := other.Bundle(t.Context(), digest)
	mustDo(t, err)
	if !maps.EqualFunc(read, files, slices.Equal) {
		t.Errorf("the bundle has %q, not %q", read, files)
	}

	saved, err := one.SaveAttachment(t.Context(), "errored-state", "green", []byte("state"))
	mustDo(t, err)
	found, err := other.Attachments(t.Context(), "errored-state")
	mustDo(t, err)
	if !slices.Equal(found, []store.Attachment{saved}) {
		t.Fatalf("attachments: %v, not %v", found, saved)
	}
	data, err := other.Attachment(t.Context(), found[0])
	mustDo(t, err)
	if string(data) != "state" {
		t.Errorf("the attachment is %q", data)
	}

	first, err := one.Ask(t.Context(), store.Request{Verb: "approve", Rotation: "r1", Gate: "shift", Evidence: "e", By: "ada"})
	mustDo(t, err)
	second, err := other.Ask(t.Context(), store.Request{Verb: "pause", Rotation: "r1", By: "bob"})
	mustDo(t, err)
	asked, err := one.Requests(t.Context(), store.Head{})
	mustDo(t, err)
	if !slices.Equal(asked, []store.Request{first, second}) {
		t.Errorf("requests: %v, not %v and %v", asked, first, second)
	}
	asked, err = one.Requests(t.Context(), asked[0].At())
	mustDo(t, err)
	if !slices.Equal(asked, []store.Request{second}) {
		t.Errorf("requests after the first: %v, not %v", asked, second)
	}
}
