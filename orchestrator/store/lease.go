package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"
)

// Lease is the proof that this process, and no other, drives the cluster.
type Lease struct {
	store  *Store
	holder Holder
	fence  int64
	ahead  time.Duration
	turn   chan struct{} // holds a token while a record is written

	// For whoever has the turn:
	tail    [][]byte // the records after the last pack
	unknown error    // set once a record may have been written or not

	lock    sync.Mutex // guards what follows
	head    Head
	beats   int64     // the heartbeats so far
	renewed time.Time // when the request began by which the holder was last heard of
	lost    *LostError
}

// Fence is the number of the lease, higher than that of every lease before.
func (l *Lease) Fence() int64 { return l.fence }

// Ahead is how far this machine's clock was ahead of the store's at least, when the lease was taken; negative if it was
// behind. It is zero where the store has no clock.
func (l *Lease) Ahead() time.Duration { return l.ahead }

// Head is the last record that this lease has read or written.
func (l *Lease) Head() Head {
	l.lock.Lock()
	defer l.lock.Unlock()
	return l.head
}

// Valid returns a LostError once another process may have taken the lease. It makes no request: ask it right before
// each effect. A lease that was invalid once stays so.
func (l *Lease) Valid() error {
	l.lock.Lock()
	defer l.lock.Unlock()
	if lost := l.valid(); lost != nil {
		return lost
	}
	return nil
}

func (l *Lease) valid() *LostError {
	now := l.store.options.Clock.Now()
	switch back := setBack(l.renewed, now); {
	case l.lost != nil:
	case back > l.store.options.Skew: // what is recorded from now on would seem to be older than it is
		l.lost = &LostError{Cluster: l.store.cluster, Fence: l.fence, Err: &clockError{back}}
	case elapsed(l.renewed, now) >= l.holder.TTL:
		l.lost = &LostError{Cluster: l.store.cluster, Fence: l.fence}
	}
	return l.lost
}

// renew extends the lease by a request that began at start and succeeded, unless the lease expired in between.
func (l *Lease) renew(start time.Time) error {
	l.lock.Lock()
	defer l.lock.Unlock()
	if lost := l.valid(); lost != nil {
		return lost
	}
	if start.After(l.renewed) {
		l.renewed = start
	}
	return nil
}

// lose notes that the lease is lost, to another holder or by an error that kept it from being renewed.
func (l *Lease) lose(by *Holder, err error) *LostError {
	l.lock.Lock()
	defer l.lock.Unlock()
	if l.lost == nil || by != nil || l.lost.By == nil && l.lost.Err == nil {
		l.lost = &LostError{Cluster: l.store.cluster, Fence: l.fence, By: by, Err: err}
	}
	return l.lost
}

// Append writes an event as the next record, durably when it returns. It returns a LostError if the lease is lost, and
// an UnknownError if the record may have been written or not; then the lease takes no further ones.
func (l *Lease) Append(ctx context.Context, event json.RawMessage) (Record, error) {
	if !json.Valid(event) {
		return Record{}, fmt.Errorf("appending to the journal of %s: the event is not JSON: %.100q", l.store.cluster, event)
	}
	if err := l.take(ctx); err != nil {
		return Record{}, err
	}
	defer l.give()
	if err := l.Valid(); err != nil {
		return Record{}, err
	}
	start := l.store.options.Clock.Now()
	r, err := l.write(ctx, Record{Fence: l.fence, Time: start.UTC(), Event: event})
	if err != nil {
		return Record{}, err
	}
	_ = l.renew(start) // what is written is written; the next call reports a lease that expired meanwhile
	l.tail = l.store.packed(ctx, r.Head(), append(l.tail, r.raw))
	return r.Record, nil
}

// write creates the record after the head.
func (l *Lease) write(ctx context.Context, record Record) (chained, error) {
	if l.unknown != nil {
		return chained{}, l.unknown
	}
	r, err := l.store.journal.create(ctx, l.Head(), record)
	var taken *takenError
	switch {
	case err == nil:
		l.advance(r.Head())
		return r, nil
	case errors.As(err, &taken) && taken.record.Fence > l.fence:
		return r, l.lose(taken.record.Holder, nil)
	case errors.As(err, &taken):
		l.unknown = damaged(l.store.journal.name(taken.record.Seq), "has the fence of this lease, but was not written by it")
		return r, l.unknown
	default:
		l.unknown = fmt.Errorf("appending to the journal of %s: %w", l.store.cluster, err)
		return r, l.unknown
	}
}

func (l *Lease) advance(head Head) {
	l.lock.Lock()
	defer l.lock.Unlock()
	l.head = head
}

// take waits for the turn to write.
func (l *Lease) take(ctx context.Context) error {
	select {
	case l.turn <- struct{}{}:
		return nil
	default:
	}
	select {
	case l.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("waiting to append to the journal of %s: %w", l.store.cluster, ctx.Err())
	}
}

func (l *Lease) give() { <-l.turn }
