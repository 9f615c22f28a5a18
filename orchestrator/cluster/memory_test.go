package cluster

import (
	"errors"
	"slices"
	"testing"

	"drover/orchestrator/journal"
	"drover/orchestrator/store"
	"drover/orchestrator/store/storetest"
)

// A crash right after a deletion has begun, and a store that loses its newest record: without that record the way back
// would lead to what is being deleted.
func TestTheLossOfARecordThatADeletionBeganIsNoticed(t *testing.T) {
	t.Parallel()
	for _, kind := range []journal.Kind{journal.ClearIntended, journal.DestroyIntended} {
		objects := &storetest.Memory{}
		opened := store.Open(objects, "tiny", store.Options{})
		lease, err := opened.Acquire(t.Context(), store.Holder{Host: "a", PID: 1, Command: "drover rotate"})
		if err != nil {
			t.Fatal(err)
		}
		m := &memory{store: opened, lease: lease}
		before := objects.Names()
		if _, err := m.Append(t.Context(), journal.Event{Kind: kind, Root: "blue"}); err != nil {
			t.Fatal(err)
		}
		lost := ""
		for _, name := range objects.Names() {
			if !slices.Contains(before, name) {
				lost = name
			}
		}
		if err := objects.Delete(t.Context(), lost); err != nil {
			t.Fatalf("losing %q: %v", lost, err)
		}
		var damage *store.DamageError
		if _, err := opened.Records(t.Context()); !errors.As(err, &damage) {
			t.Errorf("%s was lost (%s), and the journal reads well: %v", kind, lost, err)
		}
	}
}
