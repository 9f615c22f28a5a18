package storetest

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"

	"drover/orchestrator/store"
)

// Long is a place in memory with a journal of n events of the usual size, released.
func Long(t testing.TB, n int) *Memory {
	t.Helper()
	memory := &Memory{}
	lease, err := store.Open(memory, "shop", store.Options{}).Acquire(t.Context(), store.Holder{Host: "h", Command: "drover rotate"})
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		event := fmt.Sprintf(`{"kind":"effect","rotation":"r-20260301","phase":"shift","n":%d,"detail":%q}`, i, strings.Repeat("weights ", 20))
		if _, err := lease.Append(t.Context(), json.RawMessage(event)); err != nil {
			t.Fatal(err)
		}
	}
	if err := lease.Release(t.Context()); err != nil {
		t.Fatal(err)
	}
	return memory
}

// Copy stores everything that memory has, except below a prefix, in another place.
func (m *Memory) Copy(ctx context.Context, to store.Objects, except string) error {
	const workers = 16
	names := m.Names()
	var group sync.WaitGroup
	var failed error
	var lock sync.Mutex
	for worker := range workers {
		group.Go(func() {
			for i := worker; i < len(names); i += workers {
				if except != "" && strings.HasPrefix(names[i], except) {
					continue
				}
				if err := to.Create(ctx, names[i], m.Get(names[i])); err != nil {
					lock.Lock()
					failed = err
					lock.Unlock()
					return
				}
			}
		})
	}
	group.Wait()
	return failed
}
