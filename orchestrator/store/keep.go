package store

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// retries is how many times in the time between two heartbeats one that failed is repeated.
const retries = 5

// Keep renews the lease until ctx ends, and then returns nil, or returns a LostError as soon as the lease is lost. Its
// caller runs it in a goroutine, and ends it before Release.
func (l *Lease) Keep(ctx context.Context) error {
	options := l.store.options
	pause := options.Heartbeat
	var failure error // of the last heartbeat
	for {
		if options.Clock.Sleep(ctx, pause) != nil {
			return nil //nolint:nilerr // that the context ends is how keeping ends
		}
		err := l.Anchor(ctx)
		var lost *LostError
		switch {
		case err == nil:
			pause, failure = options.Heartbeat, nil
		case errors.As(err, &lost) && lost.By == nil && failure != nil:
			return l.lose(nil, failure)
		case errors.As(err, &lost):
			return lost
		case ctx.Err() != nil:
			return nil //nolint:nilerr // the heartbeat failed because the context ended
		default:
			pause, failure = options.Heartbeat/retries, err
		}
	}
}

// Anchor writes a heartbeat now, as Keep does from time to time: it renews the lease, names the journal's last record, so
// that the loss of that one would be noticed, and looks whether another process has taken the lease. It is for what must
// never be forgotten, such as a deletion that is about to begin.
func (l *Lease) Anchor(ctx context.Context) error {
	if err := l.Valid(); err != nil {
		return err
	}
	start, head := l.store.options.Clock.Now(), l.Head()
	if err := l.store.writeHeartbeat(ctx, l.heartbeat(start, head)); err != nil {
		return err
	}
	if err := l.renew(start); err != nil {
		return err
	}
	return l.unfenced(ctx, head)
}

func (l *Lease) heartbeat(at time.Time, head Head) heartbeat {
	l.lock.Lock()
	defer l.lock.Unlock()
	l.beats++
	return heartbeat{Fence: l.fence, Time: at.UTC(), Beat: l.beats, Head: head}
}

// unfenced reads the record after head, which is there only if this process has appended it meanwhile, or another one
// has taken the lease.
func (l *Lease) unfenced(ctx context.Context, head Head) error {
	name := l.store.journal.name(head.Seq + 1)
	raw, err := l.store.objects.Read(ctx, name)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("reading %s: %w", name, err)
	}
	next, err := l.store.journal.decode(name, head.Seq+1, raw)
	if err != nil {
		return err
	}
	if next.Fence > l.fence {
		return l.lose(next.Holder, nil)
	}
	return nil
}

// Release gives the lease back, so that the next process need not wait for its expiry. It also settles what an append
// left unknown. It returns a LostError if another process has taken the lease. Releasing twice is no error.
func (l *Lease) Release(ctx context.Context) error {
	if err := l.take(ctx); err != nil {
		return err
	}
	defer l.give()
	if l.released() {
		return nil
	}
	now := l.store.options.Clock.Now()
	// At most one record of this lease is not known to it.
	for range 2 {
		r, err := l.store.journal.create(ctx, l.Head(), Record{Fence: l.fence, Time: now.UTC(), Released: true})
		var taken *takenError
		if errors.As(err, &taken) && taken.record.Fence == l.fence && l.unknown != nil && !taken.record.Released {
			l.advance(taken.record.Head())
			continue
		}
		if errors.As(err, &taken) {
			return l.lose(taken.record.Holder, nil)
		}
		if err != nil {
			return fmt.Errorf("releasing the lease on %s: %w", l.store.cluster, err)
		}
		l.advance(r.Head())
		l.end()
		// The heartbeat now names the journal's end, for whoever reads it next.
		return l.store.writeHeartbeat(ctx, l.heartbeat(now, r.Head()))
	}
	return fmt.Errorf("releasing the lease on %s: its journal has records of this lease that it did not write", l.store.cluster)
}

// end makes the lease invalid because it was released.
func (l *Lease) end() {
	l.lock.Lock()
	defer l.lock.Unlock()
	l.lost = &LostError{Cluster: l.store.cluster, Fence: l.fence, Err: errReleased}
}

func (l *Lease) released() bool {
	l.lock.Lock()
	defer l.lock.Unlock()
	return l.lost != nil && errors.Is(l.lost.Err, errReleased)
}

var errReleased = errors.New("it was released")
