package journal

import (
	"encoding/json"
	"fmt"
	"slices"

	"drover/orchestrator/store"
)

// Nothing is true if events tell nothing of a cluster: processes that took the lease and changed nothing leave no more than
// that, and so does the first record of a recovery that was cut short.
func Nothing(events []Event) bool {
	return !slices.ContainsFunc(events, func(e Event) bool { return e.Kind != Driving && e.Kind != Recovered })
}

// Read decodes the events of a journal's records, oldest first. It fails on one that this drover does not understand:
// what follows from it is not known either. An event's fence is that of its record.
func Read(records []store.Record) ([]Event, error) {
	events := make([]Event, 0, len(records))
	for _, r := range records {
		if len(r.Event) == 0 { // the lease was taken or released
			continue
		}
		var e Event
		if err := json.Unmarshal(r.Event, &e); err != nil {
			return nil, fmt.Errorf("reading record %d of the journal: %w", r.Seq, err)
		}
		if err := e.Known(); err != nil {
			return nil, fmt.Errorf("reading record %d of the journal: %w", r.Seq, err)
		}
		e.Fence = r.Fence
		events = append(events, e)
	}
	return events, nil
}
