package journal

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"drover/generator/untrusted"
)

const (
	journalFile = "journal.jsonl"
	// The largest journal that is read. A rotation takes about a hundred events of a few hundred bytes.
	mostBytes  = 16 << 20
	mostEvents = 100_000
	lockRetry  = 20 * time.Millisecond
	// lockPatience is how long the journal's lock is waited for, which others hold for as long as it takes to write a
	// line. After an interrupt it is the shorter one: the outcome of what was done should not be lost to it.
	lockPatience        = 10 * time.Second
	interruptedPatience = 2 * time.Second
)

// Store holds one cluster's journal, lease and bundles in a directory of files.
type Store struct {
	dir string
}

// Open gives the store in dir, which need not exist yet: nothing is written
// before the first event, lease or bundle.
func Open(dir string) *Store {
	return &Store{dir: dir}
}

// Events reads the whole journal, oldest first. A last line that was torn by a
// crash is not an event: its side effect never began, as intent comes first.
func (s *Store) Events(_ context.Context) ([]Event, error) {
	path := filepath.Join(s.dir, journalFile)
	data, err := untrusted.ReadIn(s.dir, journalFile, mostBytes) // generate reads the one of a checkout, which may be a stranger's
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the journal: %w", err)
	}
	whole, _ := splitTorn(data)
	if lines := bytes.Count(whole, []byte("\n")); lines > mostEvents {
		return nil, fmt.Errorf("reading the journal: %s has %d lines, more than the %d that drover reads; see where it is from", path, lines, mostEvents)
	}
	var events []Event
	for i, line := range bytes.Split(whole, []byte("\n")) {
		if len(line) == 0 {
			continue
		}
		var e Event
		if err := json.Unmarshal(line, &e); err != nil {
			return nil, fmt.Errorf("journal %s line %d is not an event: %w; restore the file from a backup, drover will not guess", path, i+1, err)
		}
		if err := e.readable(path, i+1); err != nil {
			return nil, err
		}
		events = append(events, e)
	}
	return events, nil
}

// Note appends an event that needs no lease, such as a person's approval.
func (s *Store) Note(ctx context.Context, e Event) (Event, error) {
	return s.append(ctx, e, nil)
}

// append writes e durably: it is on disk before append returns. The guard runs
// under the journal's lock, so that what it saw still holds when e is written.
func (s *Store) append(ctx context.Context, e Event, guard func() error) (stamped Event, err error) {
	if err := os.MkdirAll(s.dir, 0o755); err != nil {
		return e, fmt.Errorf("making the store: %w", err)
	}
	lock, err := s.lock(ctx)
	if err != nil {
		return e, err
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	if guard != nil {
		if err := guard(); err != nil {
			return e, err
		}
	}
	if e.Time.IsZero() {
		e.Time = time.Now().UTC()
	}
	line, err := e.encode()
	if err != nil {
		return e, err
	}
	if err := appendDurably(filepath.Join(s.dir, journalFile), line); err != nil {
		return e, fmt.Errorf("appending %s to the journal: %w", e.Kind, err)
	}
	return e, nil
}

// lock waits for the journal's lock until its patience ends, which is short once ctx has ended.
func (s *Store) lock(ctx context.Context) (*flock.Flock, error) {
	waiting, cancel := context.WithTimeout(context.WithoutCancel(ctx), lockPatience)
	defer cancel()
	stop := context.AfterFunc(ctx, func() {
		timer := time.NewTimer(interruptedPatience)
		defer timer.Stop()
		select {
		case <-timer.C:
			cancel()
		case <-waiting.Done():
		}
	})
	defer stop()
	lock := flock.New(filepath.Join(s.dir, journalFile+".lock"))
	if _, err := lock.TryLockContext(waiting, lockRetry); err != nil {
		return nil, fmt.Errorf("locking the journal in %s: %w; another process holds it and does not let go: end that process (a stopped `drover approve`, for one), then run this again", s.dir, err)
	}
	return lock, nil
}

// appendDurably cuts a torn last line off, appends line and syncs.
func appendDurably(path string, line []byte) (err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	whole, torn := splitTorn(data)
	if len(torn) > 0 {
		if err := f.Truncate(int64(len(whole))); err != nil {
			return err
		}
	}
	if _, err := f.WriteAt(line, int64(len(whole))); err != nil {
		return err
	}
	return f.Sync()
}

// splitTorn cuts data after its last newline.
func splitTorn(data []byte) (whole, torn []byte) {
	end := bytes.LastIndexByte(data, '\n') + 1
	return data[:end], data[end:]
}
