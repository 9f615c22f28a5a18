package journal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
	"github.com/google/renameio/v2"
)

const leaseFile = "lease.json"

// Holder is the process that drives the cluster.
type Holder struct {
	Host    string    `json:"host"`
	PID     int       `json:"pid"`
	Command string    `json:"command"`
	Since   time.Time `json:"since"`
	Fence   int64     `json:"fence"` // rises by one with every lease
}

// HeldError says that another process holds the lease.
type HeldError struct {
	Cluster string
	Holder  Holder
}

func (e *HeldError) Error() string {
	return fmt.Sprintf("another drover drives %s: `%s` on %s (process %d) since %s; wait for it to end, or stop that process and run this again, which goes on where it stopped",
		e.Cluster, e.Holder.Command, e.Holder.Host, e.Holder.PID, e.Holder.Since.Format(time.RFC3339))
}

// Lease is the proof that this process, and no other, drives the cluster. The
// operating system frees it when the process ends, however it ends.
type Lease struct {
	store  *Store
	lock   *flock.Flock
	holder Holder
}

// Acquire takes the lease, or returns a HeldError that says who has it.
func (s *Store) Acquire(cluster, command string) (*Lease, error) {
	if err := os.MkdirAll(s.dir, 0o755); err != nil {
		return nil, fmt.Errorf("making the store of %s: %w", cluster, err)
	}
	lock := flock.New(filepath.Join(s.dir, "lease.lock"))
	got, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("locking the lease of %s: %w", cluster, err)
	}
	previous, readErr := s.holder()
	if !got {
		return nil, &HeldError{Cluster: cluster, Holder: previous}
	}
	lease, err := s.take(lock, previous, command)
	if err := errors.Join(readErr, err); err != nil {
		return nil, errors.Join(fmt.Errorf("taking the lease of %s: %w", cluster, err), lock.Close())
	}
	return lease, nil
}

func (s *Store) take(lock *flock.Flock, previous Holder, command string) (*Lease, error) {
	host, err := os.Hostname()
	if err != nil {
		return nil, fmt.Errorf("reading this machine's name: %w", err)
	}
	holder := Holder{Host: host, PID: os.Getpid(), Command: command, Since: time.Now().UTC(), Fence: previous.Fence + 1}
	data, err := json.MarshalIndent(holder, "", "  ")
	if err != nil {
		return nil, err
	}
	if err := renameio.WriteFile(filepath.Join(s.dir, leaseFile), data, 0o644); err != nil {
		return nil, err
	}
	return &Lease{store: s, lock: lock, holder: holder}, nil
}

// holder reads the last process that took the lease; the zero Holder where
// none ever did.
func (s *Store) holder() (Holder, error) {
	data, err := os.ReadFile(filepath.Join(s.dir, leaseFile))
	if errors.Is(err, fs.ErrNotExist) {
		return Holder{}, nil
	}
	if err != nil {
		return Holder{}, fmt.Errorf("reading the lease: %w", err)
	}
	var h Holder
	if err := json.Unmarshal(data, &h); err != nil {
		return Holder{}, fmt.Errorf("the lease file is damaged: %w", err)
	}
	return h, nil
}

// Fence is the lease's fencing number.
func (l *Lease) Fence() int64 { return l.holder.Fence }

// Current says with an error that a later process has taken the lease.
func (l *Lease) Current() error {
	now, err := l.store.holder()
	if err != nil {
		return err
	}
	if now.Fence != l.holder.Fence {
		return fmt.Errorf("this process no longer drives the cluster: fencing number %d was replaced by %d (%s, process %d)",
			l.holder.Fence, now.Fence, now.Host, now.PID)
	}
	return nil
}

// Append writes an event under the lease; it fails where the lease is lost.
func (l *Lease) Append(ctx context.Context, e Event) (Event, error) {
	e.Fence = l.holder.Fence
	return l.store.append(ctx, e, l.Current)
}

// Release gives the lease back.
func (l *Lease) Release() error {
	if err := l.lock.Close(); err != nil {
		return fmt.Errorf("releasing the lease: %w", err)
	}
	return nil
}
