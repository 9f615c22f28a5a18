package cluster

import (
	"errors"
	"fmt"

	"drover/orchestrator/rotation"
	"drover/orchestrator/store"
)

// Refused says that drover will not do what was asked, and what to do instead.
type Refused = rotation.Refused

// refuse makes a Refused.
func refuse(what, next string) error { return &Refused{What: what, Next: next} }

// Unhealthy says that a color was asked and is not well. It is not used where the question could not be asked.
type Unhealthy struct {
	Color  string
	Reason string
}

func (e *Unhealthy) Error() string { return fmt.Sprintf("%s is unhealthy: %s", e.Color, e.Reason) }

// lost marks an error of the store by which this process learns that it no longer holds the lease.
func lost(err error) error {
	var gone *store.LostError
	if errors.As(err, &gone) && !errors.Is(err, rotation.ErrLost) {
		return fmt.Errorf("%w: %w", rotation.ErrLost, err)
	}
	return err
}
