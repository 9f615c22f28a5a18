package main

import (
	"context"
	"fmt"
	"testing"

	"drover/orchestrator/terraform"
)

func TestALockIsBrokenOnceAndOnlyWhereThatIsAllowed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		allowed bool
		locks   int // how many tries find a lock
		tries   int
		fails   bool
	}{
		"no lock":          {true, 0, 1, false},
		"own dead lock":    {true, 1, 2, false},
		"another's lock":   {false, 1, 1, true},
		"locked once more": {true, 2, 2, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tries := 0
			err := unlocked(t.Context(), func(_ context.Context, l *terraform.LockError) error {
				if !c.allowed {
					return l
				}
				return nil
			}, func() error {
				tries++
				if tries <= c.locks {
					return fmt.Errorf("planning: %w", &terraform.LockError{ID: "1"})
				}
				return nil
			})
			if tries != c.tries || (err != nil) != c.fails {
				t.Errorf("%d tries, %v", tries, err)
			}
		})
	}
}
