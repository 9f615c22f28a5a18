package store_test

import (
	"encoding/json"
	"testing"

	"drover/orchestrator/store"
	"drover/orchestrator/store/storetest"
)

func BenchmarkReadTenThousandRecords(b *testing.B) {
	memory := storetest.Long(b, 10_000)
	s := store.Open(memory, "shop", store.Options{})
	for b.Loop() {
		if records, err := s.Records(b.Context()); err != nil || len(records) != 10_002 {
			b.Fatal(len(records), err)
		}
	}
}

// What a step of a model costs at least.
func BenchmarkAppendInMemory(b *testing.B) {
	lease, err := newWorld().open().Acquire(b.Context(), holder("one"))
	if err != nil {
		b.Fatal(err)
	}
	event := json.RawMessage(`{"kind":"effect","rotation":"r-20260301","phase":"shift"}`)
	for b.Loop() {
		if _, err := lease.Append(b.Context(), event); err != nil {
			b.Fatal(err)
		}
	}
}
