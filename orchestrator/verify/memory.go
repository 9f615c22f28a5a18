package verify

import (
	"sync"
	"time"
)

// Memory keeps since when something has been wrong that carries no time of its own, from one run of a check to the
// next. Its zero value remembers nothing yet.
type Memory struct {
	mu    sync.Mutex
	since map[string]time.Time
}

// recall gives for each thing that is wrong now when it was first seen so without a break, and forgets all others.
func (m *Memory) recall(wrong []string, now time.Time) map[string]time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	since := map[string]time.Time{}
	for _, key := range wrong {
		since[key] = now
		if first, known := m.since[key]; known {
			since[key] = first
		}
	}
	m.since = since
	return since
}
