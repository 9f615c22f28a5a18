// Package storetest holds one suite for every place where a store can be, a place in memory that fails on demand, and a
// clock that stands still. Only tests may import it.
package storetest

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"drover/orchestrator/store"
)

// Place makes a place without values, and returns a function that opens it anew, as another process does.
type Place func(t *testing.T) (open func() store.Objects)

// Run checks that a place keeps the promises of store.Objects, and that a store in it keeps its own.
func Run(t *testing.T, place Place) {
	t.Helper()
	for name, check := range map[string]func(t *testing.T, open func() store.Objects){
		"values are created once, and read by another process":       createAndRead,
		"a value can be of any size and content":                     contents,
		"a value that is not there is not found":                     notFound,
		"an overwritten value is read as it was written last":        overwrite,
		"names are listed in order, below a prefix, after a name":    listing,
		"a thousand and more names are listed":                       longListing,
		"a deleted value is gone, and deleting it twice is no error": deleting,
		"of many writers that create one value, one wins":            race,
		"a clock of its own dates what was written":                  dates,
		"calls end with their context":                               endsWithContext,
		"the journal goes from process to process":                   handOver,
		"bundles, attachments and requests are read by others":       kept,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			check(t, place(t))
		})
	}
}

func createAndRead(t *testing.T, open func() store.Objects) {
	one, other := open(), open()
	mustDo(t, one.Create(t.Context(), "journal/000000000001", []byte("first")))
	if err := other.Create(t.Context(), "journal/000000000001", []byte("second")); !errors.Is(err, store.ErrExists) {
		t.Errorf("creating a value that is there: %v, not ErrExists", err)
	}
	mustRead(t, other, "journal/000000000001", []byte("first"))
}

// dates checks a place that has a clock; these of tests are this machine's.
func dates(t *testing.T, open func() store.Objects) {
	o := open()
	dated, has := o.(store.Dated)
	if !has {
		return
	}
	before := time.Now().Truncate(time.Second)
	mustDo(t, o.Write(t.Context(), "heartbeats/1", []byte("x")))
	written, err := dated.Modified(t.Context(), "heartbeats/1")
	if err != nil || written.Before(before) || written.After(time.Now()) {
		t.Errorf("what was written after %s is of %s: %v", before, written, err)
	}
	if _, err := dated.Modified(t.Context(), "heartbeats/2"); err == nil {
		t.Error("what was never written has a time")
	}
}

func contents(t *testing.T, open func() store.Objects) {
	o := open()
	large := bytes.Repeat([]byte{0, 1, 2, '\n', '\r', 0xff, 'a'}, 9<<20/7) // more than an upload's part
	for i, data := range [][]byte{{}, {0}, []byte("text\r\n"), large} {
		name := fmt.Sprintf("bundles/%d", i)
		mustDo(t, o.Create(t.Context(), name, data))
		mustRead(t, o, name, data)
		if err := o.Create(t.Context(), name, data); !errors.Is(err, store.ErrExists) {
			t.Errorf("creating %d bytes that are there: %v, not ErrExists", len(data), err)
		}
	}
}

func notFound(t *testing.T, open func() store.Objects) {
	o := open()
	if data, err := o.Read(t.Context(), "journal/1"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("reading from an empty place: %q, %v, not ErrNotFound", data, err)
	}
	names, err := o.List(t.Context(), "journal/", "")
	if err != nil || len(names) > 0 {
		t.Errorf("listing an empty place: %v, %v", names, err)
	}
	mustDo(t, o.Create(t.Context(), "journal/2", nil))
	if data, err := o.Read(t.Context(), "journal/1"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("reading what is not there: %q, %v, not ErrNotFound", data, err)
	}
}

func overwrite(t *testing.T, open func() store.Objects) {
	o, other := open(), open()
	for _, text := range []string{"first", "second, and longer", ""} {
		mustDo(t, o.Write(t.Context(), "heartbeats/1", []byte(text)))
		mustRead(t, other, "heartbeats/1", []byte(text))
	}
}

func listing(t *testing.T, open func() store.Objects) {
	o, other := open(), open()
	for _, name := range []string{"a/3", "a/1", "b/1", "a/deep/er/4", "a/2", "ab/1", "a-/1"} {
		mustDo(t, o.Create(t.Context(), name, []byte(name)))
	}
	for _, c := range []struct {
		prefix, after string
		want          []string
	}{
		{"a/", "", []string{"a/1", "a/2", "a/3", "a/deep/er/4"}},
		{"a/", "a/1", []string{"a/2", "a/3", "a/deep/er/4"}},
		{"a/", "a/15", []string{"a/2", "a/3", "a/deep/er/4"}},
		{"a/", "a/3", []string{"a/deep/er/4"}},
		{"a/", "a/deep/er/4", nil},
		{"a/deep/", "", []string{"a/deep/er/4"}},
		{"b/", "", []string{"b/1"}},
		{"none/", "", nil},
	} {
		names, err := other.List(t.Context(), c.prefix, c.after)
		if err != nil || !slices.Equal(names, c.want) {
			t.Errorf("listing %q after %q: %q, %v, not %q", c.prefix, c.after, names, err, c.want)
		}
	}
}

func longListing(t *testing.T, open func() store.Objects) {
	const many = 1100 // S3 lists at most 1000 at once
	o := open()
	var group sync.WaitGroup
	for worker := range 4 {
		group.Go(func() {
			for i := worker; i < many; i += 4 {
				if err := o.Create(t.Context(), fmt.Sprintf("journal/%012d", i), []byte{1}); err != nil {
					t.Errorf("creating value %d: %v", i, err)
				}
			}
		})
	}
	group.Wait()
	names, err := o.List(t.Context(), "journal/", "")
	if err != nil || len(names) != many || !slices.IsSorted(names) {
		t.Errorf("listed %d names, %v, not %d in order", len(names), err, many)
	}
	names, err = o.List(t.Context(), "journal/", fmt.Sprintf("journal/%012d", many-3))
	if err != nil || len(names) != 2 {
		t.Errorf("the last two names: %q, %v", names, err)
	}
}

func deleting(t *testing.T, open func() store.Objects) {
	o := open()
	mustDo(t, o.Delete(t.Context(), "heartbeats/1"))
	mustDo(t, o.Create(t.Context(), "heartbeats/1", []byte("x")))
	mustDo(t, o.Delete(t.Context(), "heartbeats/1"))
	mustDo(t, o.Delete(t.Context(), "heartbeats/1"))
	if _, err := o.Read(t.Context(), "heartbeats/1"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("reading a deleted value: %v", err)
	}
	mustDo(t, o.Create(t.Context(), "heartbeats/1", []byte("y")))
}

func race(t *testing.T, open func() store.Objects) {
	const rounds, writers = 20, 8
	for round := range rounds {
		name := fmt.Sprintf("journal/%012d", round)
		var won atomic.Int64
		var winner atomic.Int64
		var group sync.WaitGroup
		start := make(chan struct{})
		for writer := range writers {
			o := open()
			group.Go(func() {
				<-start
				err := o.Create(t.Context(), name, []byte{byte(writer)})
				if err == nil {
					won.Add(1)
					winner.Store(int64(writer))
				} else if !errors.Is(err, store.ErrExists) {
					t.Errorf("creating a value that others create: %v, not ErrExists", err)
				}
			})
		}
		close(start)
		group.Wait()
		if won.Load() != 1 {
			t.Fatalf("%d writers of %d won", won.Load(), writers)
		}
		mustRead(t, open(), name, []byte{byte(winner.Load())})
	}
}

func mustDo(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func mustRead(t *testing.T, o store.Objects, name string, want []byte) {
	t.Helper()
	data, err := o.Read(t.Context(), name)
	if err != nil || !bytes.Equal(data, want) {
		t.Fatalf("reading %s: %d bytes %.40q, %v; not %d bytes %.40q", name, len(data), data, err, len(want), want)
	}
}
