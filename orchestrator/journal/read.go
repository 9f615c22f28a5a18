package journal

import (
	"bytes"
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
		e, err := read(r.Event)
		if err != nil {
			return nil, fmt.Errorf("reading record %d of the journal: %w", r.Seq, err)
		}
		e.Fence = r.Fence
		events = append(events, e)
	}
	return events, nil
}

// read decodes an event. One with a field that this drover lacks may mean something else than it seems to: a newer release
// wrote it.
func read(data []byte) (e Event, err error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&e); err != nil {
		if json.Unmarshal(data, new(Event)) == nil {
			return e, fmt.Errorf("the journal has an event of kind %q that this drover does not know in full (%w): a newer release wrote it; run that release", e.Kind, err)
		}
		return e, err
	}
	return e, e.Known()
}
