package dns

import (
	"time"

	"drover/rehearsal/fault"
)

// Break begins a fault of the name servers, and gives what ends it and what says how many questions it has hit.
func (s *Server) Break(f fault.Servers) (end func(), hits func() int) {
	servers := s.servers
	if f.Slower {
		servers = servers[len(servers)-1:]
	}
	set := func(broken bool) {
		for _, n := range servers {
			n.current(time.Now()) // what is due by now is served
			n.mu.Lock()
			if f.Stale {
				n.stale = broken
			} else {
				n.down = broken
			}
			n.mu.Unlock()
		}
	}
	before := missed(servers)
	set(true)
	return func() { set(false) }, func() int { return missed(servers) - before }
}

func missed(servers []*nameServer) int {
	sum := 0
	for _, n := range servers {
		n.mu.Lock()
		sum += n.missed
		n.mu.Unlock()
	}
	return sum
}

// fails says whether a question gets no answer, and counts those that are hit by a fault.
func (n *nameServer) fails(now time.Time) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.down || n.stale && len(n.coming) > 0 && !n.coming[0].due.After(now) {
		n.missed++
	}
	return n.down
}
