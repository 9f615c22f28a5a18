package store

import (
	"errors"
	"fmt"
	"time"
)

// DamageError reports a value of the store that is not what was once written there. Nothing was done.
type DamageError struct {
	Object  string // its name in the store
	Problem string // what is wrong with it
	Remedy  string // what a person does next
}

func (e *DamageError) Error() string {
	return fmt.Sprintf("the store is damaged: %s %s; nothing was changed. %s", e.Object, e.Problem, e.Remedy)
}

// VersionError reports a value that a newer drover wrote. Nothing was done.
type VersionError struct {
	Object  string
	Version int // the value's format; 0 if the value has a field that this format lacks
}

func (e *VersionError) Error() string {
	if e.Version == 0 {
		return fmt.Sprintf("the store has %s with fields that this drover does not know; nothing was changed. Run the drover that wrote it, or a newer one", e.Object)
	}
	return fmt.Sprintf("the store has %s in format %d, and this drover reads format %d only; nothing was changed. Run the drover that wrote it, or a newer one",
		e.Object, e.Version, version)
}

// HeldError reports that another process holds the lease.
type HeldError struct {
	Cluster string
	Holder  Holder
	Fence   int64
	Since   time.Time // when it took the lease
	Seen    time.Time // when it was last heard of, by its own clock
	Expires time.Time // when others may take the lease unless it is heard of again, by this machine's clock
	Ahead   bool      // the holder's clock and this machine's differ by more than is allowed for
}

func (e *HeldError) Error() string {
	text := fmt.Sprintf("another process holds the lease on %s: `%s` on %s (process %d), since %s, last heard of at %s",
		e.Cluster, e.Holder.Command, e.Holder.Host, e.Holder.PID, clockTime(e.Since), clockTime(e.Seen))
	if e.Holder.By != "" {
		text += ", started by " + e.Holder.By
	}
	if e.Ahead {
		return text + "; its clock and the one of this machine disagree: set the one that is wrong, then run this again"
	}
	return text + fmt.Sprintf("; wait for it to end, or stop it and run this again, after %s if it cannot release the lease any more", clockTime(e.Expires))
}

func clockTime(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// LostError reports that this process no longer holds the lease: it must not act any more.
type LostError struct {
	Cluster string
	Fence   int64   // of the lease that was lost
	By      *Holder // who has it now; nil if it expired
	Err     error   // why it could not be renewed, if that is known
}

func (e *LostError) Error() string {
	text := fmt.Sprintf("this process lost the lease on %s (fence %d)", e.Cluster, e.Fence)
	switch {
	case e.By != nil:
		text += fmt.Sprintf(": `%s` on %s (process %d) has taken it", e.By.Command, e.By.Host, e.By.PID)
	case errors.Is(e.Err, errReleased):
		return text + ": it was released"
	case errors.As(e.Err, new(*clockError)):
		text += ": " + e.Err.Error()
	case e.Err != nil:
		text += fmt.Sprintf(": it expired, as it could not be renewed (%v)", e.Err)
	default:
		text += ": it expired before it was renewed, as it does if the process or the machine was stopped"
	}
	return text + "; look at `drover status`, then run the command again: it resumes where the journal ends"
}

func (e *LostError) Unwrap() error { return e.Err }

// clockError says that the clock of this machine was set while it held a lease.
type clockError struct{ back time.Duration }

func (e *clockError) Error() string {
	return fmt.Sprintf("the clock of this machine was set back by %s or more while it held the lease", e.back.Round(time.Second))
}

// UnknownError reports that a record may have been written or not. The lease takes no further records; who releases it
// and takes it again reads what is there.
type UnknownError struct {
	Object string
	Err    error
}

func (e *UnknownError) Error() string {
	return fmt.Sprintf("writing %s: it is unknown whether it was stored: %v; once the store can be reached, run the command again: it resumes where the journal ends", e.Object, e.Err)
}

func (e *UnknownError) Unwrap() error { return e.Err }

// ConditionError reports that the store overwrites values that it was asked only to create, so that it cannot keep two
// processes apart.
type ConditionError struct {
	Object string
}

func (e *ConditionError) Error() string {
	return fmt.Sprintf("the store overwrote %s although it was asked to write only what is not there yet: its server ignores the condition of a write. Use a server that has conditional writes, as Amazon S3, Azure Blob Storage and Google Cloud Storage have, or update it", e.Object)
}

// MissingError reports that the store has no such value.
type MissingError struct {
	What string // as in "bundle sha256-…"
}

func (e *MissingError) Error() string {
	return fmt.Sprintf("the store has no %s: it was never saved there, or has been deleted since; restore it from a copy of the store; without one, run `drover recover`, which makes bundles anew of the files that are there", e.What)
}

func (e *MissingError) Unwrap() error { return ErrNotFound }
