package store_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"drover/orchestrator/store"
	"drover/orchestrator/store/storetest"
)

func TestReleasingTwiceIsNoError(t *testing.T) {
	t.Parallel()
	w := newWorld()
	lease := acquire(t, w.open(), "one")
	must(t, lease.Release(t.Context()))
	before := len(w.Names())
	must(t, lease.Release(t.Context()))
	if len(w.Names()) != before {
		t.Error("the second time wrote a record")
	}
	if err := lease.Valid(); err == nil || !strings.Contains(err.Error(), "released") {
		t.Errorf("validity: %v", err)
	}
	acquire(t, w.open(), "two")
}

func TestAnEventThatIsNotJSONIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld()
	lease := acquire(t, w.open(), "one")
	for _, event := range []string{"", "{", "x", `{} {}`} {
		if _, err := lease.Append(t.Context(), json.RawMessage(event)); err == nil {
			t.Errorf("appended %q", event)
		}
	}
	appendEvents(t, lease, "a")
	if got := readEvents(t, w.open()); !slices.Equal(got, []string{"a"}) {
		t.Errorf("the journal has %q", got)
	}
}

func TestWaitingForAnotherAppendEndsWithTheContext(t *testing.T) {
	t.Parallel()
	w := newWorld()
	lease := acquire(t, w.open(), "one")
	w.stop = func() { // in the middle of the first append
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := lease.Append(ended, json.RawMessage(`2`)); !errors.Is(err, context.Canceled) {
			t.Errorf("appending: %v", err)
		}
	}
	appendEvents(t, lease, "a")
}

func TestAnAttachmentIsKeptUntilItIsDeleted(t *testing.T) {
	t.Parallel()
	w := newWorld()
	s := w.open()
	first, err := s.SaveAttachment(t.Context(), "lock", "green", []byte("1"))
	must(t, err)
	second, err := s.SaveAttachment(t.Context(), "lock", "green", []byte("2"))
	must(t, err)
	again, err := s.SaveAttachment(t.Context(), "lock", "green", []byte("1"))
	must(t, err)
	if again != first || first == second {
		t.Errorf("saved %v, %v and %v", first, second, again)
	}
	must(t, s.DeleteAttachment(t.Context(), first))
	must(t, s.DeleteAttachment(t.Context(), first))
	left, err := s.Attachments(t.Context(), "lock")
	if err != nil || !slices.Equal(left, []store.Attachment{second}) {
		t.Errorf("left are %v, %v", left, err)
	}
	var missing *store.MissingError
	if _, err := s.Attachment(t.Context(), first); !errors.As(err, &missing) || !errors.Is(err, store.ErrNotFound) || !strings.Contains(err.Error(), "lock/green") {
		t.Errorf("reading a deleted attachment: %v", err)
	}
	for _, name := range []string{"", "a/b", "..", "a b", "ä", strings.Repeat("x", 101)} {
		if _, err := s.SaveAttachment(t.Context(), "lock", name, nil); err == nil {
			t.Errorf("saved an attachment named %q", name)
		}
		if _, err := s.SaveAttachment(t.Context(), name, "x", nil); err == nil {
			t.Errorf("saved an attachment for %q", name)
		}
	}
}

func TestSavingOverDamageIsAnError(t *testing.T) {
	t.Parallel()
	h := newHistory(t, true)
	files := map[string][]byte{"main.tf": []byte("x")}
	digest, err := h.open().SaveBundle(t.Context(), files)
	must(t, err)
	h.Put("bundles/"+digest, []byte("x"))
	for _, name := range h.Names() {
		if strings.HasPrefix(name, "attachments/") {
			h.Put(name, []byte("x"))
		}
	}
	var damage *store.DamageError
	if _, err := h.open().SaveBundle(t.Context(), files); !errors.As(err, &damage) {
		t.Errorf("saving a bundle that is damaged: %v", err)
	}
	if _, err := h.open().SaveAttachment(t.Context(), "errored-state", "green", []byte(`{"serial":3}`)); !errors.As(err, &damage) {
		t.Errorf("saving an attachment that is damaged: %v", err)
	}
}

func TestSavingFindsOutWhatAnErrorMeant(t *testing.T) {
	t.Parallel()
	for fault, saved := range map[storetest.Fault]bool{storetest.Unknown: true, storetest.Refused: false} {
		w := newWorld()
		w.Fault = func(call storetest.Call) storetest.Fault {
			if call.Op == "create" {
				return fault
			}
			return storetest.None
		}
		_, bundleErr := w.open().SaveBundle(t.Context(), map[string][]byte{"a": nil})
		_, attachmentErr := w.open().SaveAttachment(t.Context(), "lock", "green", nil)
		_, askErr := w.open().Ask(t.Context(), store.Request{Verb: "pause"})
		for what, err := range map[string]error{"a bundle": bundleErr, "an attachment": attachmentErr, "a request": askErr} {
			if (err == nil) != saved || err != nil && !errors.Is(err, storetest.ErrInjected) {
				t.Errorf("saving %s (saved: %v): %v", what, saved, err)
			}
		}
	}
}

func TestABundleHoldsFilesWithinADirectoryOnly(t *testing.T) {
	t.Parallel()
	s := newWorld().open()
	for _, name := range []string{"../x", "/x", "", ".", "a//b", "a/../b"} {
		if _, err := s.SaveBundle(t.Context(), map[string][]byte{name: nil}); err == nil {
			t.Errorf("saved a bundle with %q", name)
		}
	}
	for _, digest := range []string{"", "../../x", strings.Repeat("a", 63)} {
		if _, err := s.Bundle(t.Context(), digest); err == nil {
			t.Errorf("read a bundle %q", digest)
		}
	}
}

// A file of holes has no bytes in an archive, and any length outside of it.
func TestABundleIsUnpackedUpToItsLimit(t *testing.T) {
	t.Parallel()
	w, digest := newWorld(), strings.Repeat("a", 64)
	w.Put("bundles/"+digest, holes(t, 8<<30-1))
	_, err := w.open().Bundle(t.Context(), digest)
	var damage *store.DamageError
	if !errors.As(err, &damage) || !strings.Contains(err.Error(), "unpacks to more than") {
		t.Errorf("got %v", err)
	}
}

// holes is an archive with one file of this size that is nothing but a hole, as GNU tar writes it.
func holes(t *testing.T, size int64) []byte {
	t.Helper()
	header := make([]byte, 512)
	for at, text := range map[int]string{0: "main.tf", 100: "0000600", 124: "00000000000", 148: "        ", 156: "S", 257: "ustar  ", 483: fmt.Sprintf("%011o", size)} {
		copy(header[at:], text)
	}
	sum := 0
	for _, b := range header {
		sum += int(b)
	}
	copy(header[148:], fmt.Sprintf("%06o\x00 ", sum))
	var data bytes.Buffer
	compressed := gzip.NewWriter(&data)
	_, err := compressed.Write(append(header, make([]byte, 1024)...))
	must(t, errors.Join(err, compressed.Close()))
	return data.Bytes()
}

func TestManyWhoAskAtOnceAreAllHeard(t *testing.T) {
	t.Parallel()
	w := newWorld()
	for i := range 6 { // each of them while the next one asks
		inner := w.stop
		w.stop = func() {
			w.stop = inner
			_, err := w.open().Ask(t.Context(), store.Request{Verb: "pause", By: fmt.Sprint(i)})
			must(t, err)
		}
	}
	_, err := w.open().Ask(t.Context(), store.Request{Verb: "resume", By: "last"})
	must(t, err)
	asked, err := w.open().Requests(t.Context(), store.Head{})
	must(t, err)
	if len(asked) != 7 || asked[6].By != "last" {
		t.Errorf("asked: %v", asked)
	}
}

func TestErrorsSayWhatToDo(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err   error
		parts []string
	}{
		{&store.DamageError{Object: "journal/1", Problem: "is empty", Remedy: "Restore it"}, []string{"journal/1 is empty", "nothing was changed", "Restore it"}},
		{&store.VersionError{Object: "journal/1", Version: 2}, []string{"journal/1", "format 2", "newer"}},
		{&store.VersionError{Object: "journal/1"}, []string{"journal/1", "newer"}},
		{&store.LostError{Cluster: "shop", Fence: 3}, []string{"shop", "fence 3", "expired", "drover status"}},
		{&store.LostError{Cluster: "shop", By: &store.Holder{Command: "drover rotate", Host: "ci-7", PID: 9}}, []string{"drover rotate", "ci-7", "9"}},
		{&store.LostError{Cluster: "shop", Err: errors.New("no route")}, []string{"no route"}},
		{&store.UnknownError{Object: "journal/1", Err: errors.New("no route")}, []string{"journal/1", "no route", "run the command again"}},
		{&store.ConditionError{Object: "journal/1"}, []string{"journal/1", "ignores the condition of a write", "Use a server"}},
		{&store.MissingError{What: "bundle x"}, []string{"bundle x", "restore it"}},
	} {
		for _, part := range c.parts {
			if !strings.Contains(c.err.Error(), part) {
				t.Errorf("%q does not say %q", c.err, part)
			}
		}
	}
}
