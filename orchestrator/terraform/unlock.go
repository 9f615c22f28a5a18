package terraform

import (
	"context"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strings"
	"time"
)

// Unlock breaks a lock that the dead Terraform of an earlier drover left behind in this root, and no other: a lock that
// is not provably its own is refused with the lock's error.
//
// Proof is: no process of that run lives; drover did not see it end in order; the lock names this user and this
// machine and the run's kind of command; and it was taken after the run began and before its last event, when nobody
// else could have taken it.
func (r *Root) Unlock(ctx context.Context, lock *LockError) error {
	if err := r.settle(ctx); err != nil {
		return err
	}
	note := readRecord(filepath.Join(r.work, recordName))
	last := modified(filepath.Join(r.work, eventsName))
	said, err := os.ReadFile(filepath.Join(r.work, eventsName))
	if err != nil || strings.Contains(string(said), lockPhrase) || !ownLock(note, lock, last, WhoAmI()) {
		return fmt.Errorf("drover breaks no lock that is not its own: %w", lock)
	}
	return r.explain(ctx, "force-unlock", r.cli.ForceUnlock(ctx, lock.ID))
}

// BreakLock breaks a lock that its caller has proven to be left behind by a Terraform that is dead.
func (r *Root) BreakLock(ctx context.Context, lock *LockError) error {
	return r.explain(ctx, "force-unlock", r.cli.ForceUnlock(ctx, lock.ID))
}

// ownLock is true if a lock was taken by the run that the record is about, which was cut off.
func ownLock(note record, lock *LockError, lastEvent time.Time, who string) bool {
	cutOff := note.PID > 0 && (note.Ended.IsZero() || note.Killed)
	return cutOff && who != "" && lock.Who == who &&
		strings.EqualFold(strings.TrimPrefix(lock.Operation, "OperationType"), note.Command) &&
		!lock.Created.Before(note.Started) && !lock.Created.After(lastEvent)
}

// WhoAmI is what Terraform writes into a lock: user@host.
func WhoAmI() string {
	me, err := user.Current()
	if err != nil {
		return ""
	}
	host, err := os.Hostname()
	if err != nil {
		return ""
	}
	return me.Username + "@" + host
}
