package dns

import (
	"time"

	"github.com/miekg/dns"

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
			switch {
			case f.Undelegated:
				n.undelegated = broken
			case f.Stale:
				n.stale = broken
			default:
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

// orphaned answers who asks for the name servers of a zone that no parent leads to: that is the parent's to say, and the
// account's servers play it.
func (n *nameServer) orphaned(req *dns.Msg) *dns.Msg {
	n.mu.Lock()
	defer n.mu.Unlock()
	if !n.undelegated || len(req.Question) != 1 || req.Question[0].Qtype != dns.TypeNS {
		return nil
	}
	n.missed++
	m := new(dns.Msg)
	return m.SetRcode(req, dns.RcodeNameError)
}
