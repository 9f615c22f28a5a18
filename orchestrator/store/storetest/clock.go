package storetest

import (
	"context"
	"sync"
	"time"

	"drover/orchestrator/store"
)

// Clock is a clock that moves only when it is told to, or slept by.
type Clock struct {
	lock sync.Mutex
	now  time.Time
}

var _ store.Clock = (*Clock)(nil)

// NewClock returns a clock that shows now.
func NewClock(now time.Time) *Clock { return &Clock{now: now} }

// Now implements store.Clock.
func (c *Clock) Now() time.Time {
	c.lock.Lock()
	defer c.lock.Unlock()
	return c.now
}

// Advance moves the clock.
func (c *Clock) Advance(d time.Duration) {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.now = c.now.Add(d)
}

// Sleep implements store.Clock: it moves the clock, and returns at once.
func (c *Clock) Sleep(ctx context.Context, d time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	c.Advance(d)
	return nil
}
