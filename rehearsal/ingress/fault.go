package ingress

import (
	"net/http"
	"sync"
	"time"

	"drover/rehearsal/fault"
)

// broken is what is broken of the ingresses.
type broken struct {
	mu      sync.Mutex
	color   string // whose answers are hit; empty: nobody's
	answers fault.Answers
	since   time.Time
	over    chan struct{} // closed at the end
	hits    int
	met     map[*countedConn]bool // connections that the silence of a zone has hit
}

// Break begins a fault of a color's answers, and gives what ends it and what says how many requests it has hit; of a
// silent zone, how many connections.
func (in *Ingress) Break(color string, f fault.Answers) (end func(), hits func() int) {
	b := &in.broken
	b.mu.Lock()
	defer b.mu.Unlock()
	over := make(chan struct{})
	b.color, b.answers, b.since, b.hits, b.over, b.met = color, f, time.Now(), 0, over, map[*countedConn]bool{}
	return sync.OnceFunc(func() {
			b.mu.Lock()
			defer b.mu.Unlock()
			close(over)
			if b.over == over {
				b.color = ""
			}
		}), func() int {
			b.mu.Lock()
			defer b.mu.Unlock()
			return b.hits + len(b.met)
		}
}

// passes returns when nothing silences a connection's zone, and says whether the connection is still there.
func (b *broken) passes(c *countedConn) bool {
	b.mu.Lock()
	silent := b.color != "" && c.server.balancer().Color == b.color && c.zone < b.answers.SilentZones
	if silent {
		b.met[c] = true
	}
	over := b.over
	b.mu.Unlock()
	if !silent {
		return true
	}
	select {
	case <-over:
		return true
	case <-c.closed:
		return false
	}
}

// hit does to a request what the fault does, and returns the status to answer with; 0 is the usual one.
func (b *broken) hit(r *http.Request, color string) int {
	b.mu.Lock()
	f := b.answers
	spared := b.color == "" || b.color != color || f.SilentZones > 0 ||
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
