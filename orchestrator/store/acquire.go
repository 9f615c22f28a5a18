package store

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// acquireAttempts is how many times the journal may grow while the lease is being taken.
const acquireAttempts = 5

// Acquire takes the lease, or returns a HeldError. If the former holder neither released it nor is known to have ended,
// Acquire watches for a little longer than the time between two heartbeats whether it is still alive.
//
// When it returns, no former holder can write a record any more, and Records has all that they wrote.
func (s *Store) Acquire(ctx context.Context, holder Holder) (*Lease, error) {
	holder.TTL, holder.Heartbeat, holder.ID = s.options.TTL, s.options.Heartbeat, s.options.ID()
	lease, err := s.acquire(ctx, holder)
	if err != nil {
		var held *HeldError
		if errors.As(err, &held) {
			return nil, held
		}
		return nil, fmt.Errorf("taking the lease on %s: %w", s.cluster, err)
	}
	return lease, nil
}

func (s *Store) acquire(ctx context.Context, holder Holder) (*Lease, error) {
	for range acquireAttempts {
		now, err := s.look(ctx)
		if err != nil {
			return nil, err
		}
		if err := s.free(ctx, now); err != nil {
			return nil, err
		}
		start := s.options.Clock.Now()
		r, err := s.journal.create(ctx, now.head, Record{Fence: now.fence() + 1, Time: start.UTC(), Holder: &holder})
		var taken *takenError
		if errors.As(err, &taken) {
			continue // the holder lives, or somebody else was faster
		}
		if err != nil {
			return nil, err
		}
		return s.begin(ctx, now, r, start)
	}
	return nil, errors.New("other processes write to the journal all the time; run this again")
}

// begin makes the lease of the record by which it was taken.
func (s *Store) begin(ctx context.Context, before view, r chained, start time.Time) (*Lease, error) {
	l := &Lease{
		store: s, holder: *r.Holder, fence: r.Fence, turn: make(chan struct{}, 1),
		head: r.Head(), renewed: start,
	}
	if err := l.start(ctx, r, before.beat); err != nil {
		return nil, errors.Join(err, l.Release(ctx))
	}
	l.tail = s.packed(ctx, r.Head(), append(before.tail, r.raw))
	return l, nil
}

// start proves that the store keeps others out, and replaces the former holder's heartbeat.
func (l *Lease) start(ctx context.Context, r chained, former *heartbeat) error {
	if err := l.store.journal.conditional(ctx, r); err != nil {
		return err
	}
	if err := l.store.writeHeartbeat(ctx, l.heartbeat(l.renewed, l.head)); err != nil {
		return err
	}
	if err := l.compareClocks(ctx); err != nil {
		return err
	}
	if former != nil {
		if err := l.store.objects.Delete(ctx, former.name()); err != nil {
			return fmt.Errorf("deleting %s: %w", former.name(), err)
		}
	}
	return l.Valid()
}

// compareClocks sets how far this machine's clock is ahead of the store's, by the heartbeat that was just written.
func (l *Lease) compareClocks(ctx context.Context) error {
	if l.store.dated == nil {
		return nil
	}
	name := heartbeatName(l.fence)
	ctx, cancel := context.WithTimeout(ctx, max(l.store.options.Request, time.Second))
	defer cancel()
	written, err := l.store.dated.Modified(ctx, name)
	if err != nil {
		return fmt.Errorf("asking when %s was written, to compare the clocks: %w", name, err)
	}
	before, after := l.renewed.Round(0), l.store.options.Clock.Now().Round(0)
	switch latest := written.Add(time.Second); { // it is told in whole seconds
	case before.After(latest):
		l.ahead = before.Sub(latest)
	case after.Before(written):
		l.ahead = after.Sub(written)
	}
	return nil
}

// fence is that of the last lease.
func (v view) fence() int64 {
	if v.lease < 0 {
		return 0
	}
	return v.records[v.lease].Fence
}

// held is the record by which the lease was taken that has not been released; nil if there is none.
func (v view) held() *Record {
	if v.lease < 0 || v.records[len(v.records)-1].Released {
		return nil
	}
	return &v.records[v.lease]
}

// seen is when the holder was last heard of, by its own clock.
func (v view) seen() time.Time {
	seen := v.records[len(v.records)-1].Time
	if v.beat != nil && v.beat.Fence == v.fence() && v.beat.Time.After(seen) {
		seen = v.beat.Time
	}
	return seen
}

// free returns a HeldError if the lease cannot be taken.
func (s *Store) free(ctx context.Context, v view) error {
	taken := v.held()
	if taken == nil || s.options.Ended != nil && s.options.Ended(*taken.Holder) {
		return nil
	}
	held := &HeldError{
		Cluster: s.cluster, Holder: *taken.Holder, Fence: taken.Fence, Since: taken.Time, Seen: v.seen(),
		Expires: v.seen().Add(taken.Holder.TTL + s.options.Skew),
	}
	now := s.options.Clock.Now()
	if held.Ahead = held.Seen.After(now.Add(s.options.Skew)); held.Ahead || now.Before(held.Expires) {
		return held
	}
	alive, err := s.watch(ctx, v)
	if err != nil {
		return err
	}
	if alive {
		held.Ahead = true
		return held
	}
	return nil
}

// watch waits for a sign of life of the holder that seems to have ended.
func (s *Store) watch(ctx context.Context, v view) (alive bool, err error) {
	between := v.records[v.lease].Holder.Heartbeat
	if err := s.options.Clock.Sleep(ctx, between+between/3); err != nil {
		return false, fmt.Errorf("watching whether the holder of the lease still lives: %w", err)
	}
	beat, err := s.lastHeartbeat(ctx)
	if err != nil {
		return false, err
	}
	if beat != nil && (v.beat == nil || beat.Fence != v.beat.Fence || !beat.Time.Equal(v.beat.Time)) {
		return true, nil
	}
	records, err := s.journal.since(ctx, v.head)
	return len(records) > 0, err
}
