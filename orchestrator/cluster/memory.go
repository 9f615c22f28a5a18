package cluster

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"drover/orchestrator/journal"
	"drover/orchestrator/rotation"
	"drover/orchestrator/store"
)

// memory is the journal under this process's lease, and what people asked for.
type memory struct {
	store *store.Store
	lease *store.Lease

	lock  sync.Mutex // guards what is below
	asked []rotation.Request
	read  store.Head // the last request that was read
}

var _ rotation.Memory = (*memory)(nil)

// Append implements rotation.Memory.
func (m *memory) Append(ctx context.Context, e journal.Event) (journal.Event, error) {
	data, err := json.Marshal(e)
	if err != nil {
		return e, fmt.Errorf("encoding the event %s: %w", e.Kind, err)
	}
	record, err := m.lease.Append(ctx, data)
	if err != nil {
		return e, lost(err)
	}
	e.Fence = record.Fence
	if e.Kind == journal.DestroyIntended || e.Kind == journal.ClearIntended {
		// What a journal without its tail would say of a deletion that has begun is dangerous.
		if err := m.lease.Anchor(ctx); err != nil {
			return e, lost(err)
		}
	}
	return e, nil
}

// Requests implements rotation.Memory. It reads only what was asked since it was called last.
func (m *memory) Requests(ctx context.Context) ([]rotation.Request, error) {
	m.lock.Lock()
	defer m.lock.Unlock()
	fresh, err := m.store.Requests(ctx, m.read)
	if err != nil {
		return nil, err
	}
	for _, q := range fresh {
		m.asked, m.read = append(m.asked, request(q)), q.At()
	}
	return m.asked[:len(m.asked):len(m.asked)], nil
}

func request(q store.Request) rotation.Request {
	return rotation.Request{ID: q.ID, Asks: rotation.Asked(q.Verb), Rotation: q.Rotation, Gate: q.Gate, Evidence: q.Evidence,
		Reason: q.Note, By: q.By, Time: q.Time}
}

// Events reads a cluster's journal. It needs no lease.
func Events(ctx context.Context, s *store.Store) ([]journal.Event, error) {
	records, err := s.Records(ctx)
	if err != nil {
		return nil, err
	}
	return journal.Read(records)
}

// Asked are all requests that were ever made. It needs no lease.
func Asked(ctx context.Context, s *store.Store) ([]rotation.Request, error) {
	return (&memory{store: s}).Requests(ctx)
}
