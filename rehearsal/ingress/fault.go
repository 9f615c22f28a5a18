package ingress

import (
	"context"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"drover/rehearsal/fault"
)

// broken is what is broken of the ingresses.
type broken struct {
	connections atomic.Int64

	mu      sync.Mutex
	color   string // whose answers are hit; empty: nobody's
	answers fault.Answers
	since   time.Time
	hits    int
}

// Break begins a fault of a color's answers, and gives what ends it and what says how many requests it has hit.
func (in *Ingress) Break(color string, f fault.Answers) (end func(), hits func() int) {
	b := &in.broken
	b.mu.Lock()
	defer b.mu.Unlock()
	b.color, b.answers, b.since, b.hits = color, f, time.Now(), 0
	return func() {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.color = ""
		}, func() int {
			b.mu.Lock()
			defer b.mu.Unlock()
			return b.hits
		}
}

type connectionNumber struct{}

// number gives each connection its number, which says in which zone it is.
func (b *broken) number(ctx context.Context, _ net.Conn) context.Context {
	return context.WithValue(ctx, connectionNumber{}, b.connections.Add(1))
}

// hit does to a request what the fault does, and returns the status to answer with; 0 is the usual one.
func (b *broken) hit(r *http.Request, color string) int {
	b.mu.Lock()
	f := b.answers
	number, _ := r.Context().Value(connectionNumber{}).(int64)
	spared := b.color == "" || b.color != color ||
		f.Zones > 0 && number%int64(f.Zones) != 0 ||
		f.Flaps > 0 && time.Since(b.since)/f.Flaps%2 == 1
	if !spared {
		b.hits++
	}
	b.mu.Unlock()
	if spared {
		return 0
	}
	if f.Delay > 0 {
		timer := time.NewTimer(f.Delay)
		defer timer.Stop()
		select {
		case <-r.Context().Done():
		case <-timer.C:
		}
	}
	return f.Status
}
