package cluster

import (
	"errors"
	"fmt"
)

// Unhealthy says that a color was asked and is not well. It is not used where
// the question could not be asked.
type Unhealthy struct {
	Color  string
	Reason string
}

func (e *Unhealthy) Error() string { return fmt.Sprintf("%s is unhealthy: %s", e.Color, e.Reason) }

// Waiting says that a rotation waits for a person or a time.
type Waiting struct {
	Phase string
	For   string
	Next  string // what to do
}

func (e *Waiting) Error() string { return fmt.Sprintf("%s waits for %s; %s", e.Phase, e.For, e.Next) }

// RolledBack says that a rotation ended with traffic back on the old color.
type RolledBack struct {
	Rotation string
	Active   string
	Reason   string
}

func (e *RolledBack) Error() string {
	return fmt.Sprintf("rotation %s was rolled back, %s has all traffic: %s", e.Rotation, e.Active, e.Reason)
}

// Refused says that drover will not do what was asked, and what to do instead.
type Refused struct {
	What, Next string
}

func (e *Refused) Error() string { return e.What + "; " + e.Next }

// errInterrupted marks what a person's interrupt stopped.
var errInterrupted = errors.New("interrupted")
