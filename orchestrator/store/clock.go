package store

import (
	"context"
	"time"
)

// Clock tells the time and waits.
type Clock interface {
	Now() time.Time
	// Sleep waits for d, or returns the context's error as soon as it ends.
	Sleep(ctx context.Context, d time.Duration) error
}

// machine is the clock of this machine.
type machine struct{}

func (machine) Now() time.Time { return time.Now() }

func (machine) Sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// elapsed is the time from start to now on the clock that is further on: the monotonic one stands still while the
// machine is suspended, the wall clock can be set back.
func elapsed(start, now time.Time) time.Duration {
	return max(now.Sub(start), now.Round(0).Sub(start.Round(0)))
}

// setBack is how far the wall clock stands before a time that it showed already; zero if it does not.
func setBack(shown, now time.Time) time.Duration {
	return max(0, shown.Round(0).Sub(now.Round(0)))
}
