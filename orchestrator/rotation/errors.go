package rotation

import (
	"errors"
	"fmt"
)

// Waiting says that a rotation waits for a person or a time, longer than a process does.
type Waiting struct {
	Phase string
	For   string
	Next  string // the command that ends the wait; empty where time does
}

func (e *Waiting) Error() string { return fmt.Sprintf("%s waits for %s", e.Phase, e.For) }

// RolledBack says that a rotation ended with traffic back on the old color.
type RolledBack struct {
	Rotation string
	Active   string
	Reason   string
}

func (e *RolledBack) Error() string {
	return fmt.Sprintf("rotation %s was rolled back, %s has all traffic: %s", e.Rotation, e.Active, e.Reason)
}

// Failed says that a phase could not be finished. Nothing is true if the rotation ended before it changed anything.
type Failed struct {
	Phase   string
	Reason  string
	Nothing bool
}

func (e *Failed) Error() string { return e.Phase + ": " + e.Reason }

// Refused says that drover will not do what was asked, and what to do instead.
type Refused struct{ What, Next string }

func (e *Refused) Error() string { return e.What + "; " + e.Next }

// ErrInterrupted marks what a person's interrupt stopped.
var ErrInterrupted = errors.New("interrupted")

// ErrLost marks that another process holds the lease now.
var ErrLost = errors.New("the lease is lost")
