package dns

import (
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/miekg/dns"
)

// nameServer is one of the account's name servers. It serves each change when the change is due, and not before.
type nameServer struct {
	delay    time.Duration
	endpoint *endpoint
	timeline *timeline
	inside   func(netip.Addr) bool // whom private zones answer; nil: everybody

	mu          sync.Mutex
	served      *snapshot
	read        time.Time // when Route 53 was asked for what is served
	coming      []change  // oldest first
	down        bool      // does not answer
	stale       bool      // does not take up what is due
	undelegated bool      // no parent zone leads to its zones
	missed      int       // questions that were not answered, or from what is stale
}

// change is what a name server serves from a moment on.
type change struct {
	due      time.Time
	read     time.Time // when Route 53 was asked for it
	snapshot *snapshot
	leads    bool // this server's change is the one that the timeline tells of
}

func (n *nameServer) push(c change) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.coming = append(n.coming, c)
}

// current is what the server serves at a moment.
func (n *nameServer) current(now time.Time) *snapshot {
	n.mu.Lock()
	defer n.mu.Unlock()
	for !n.stale && len(n.coming) > 0 && !n.coming[0].due.After(now) {
		c := n.coming[0]
		n.coming = n.coming[1:]
		n.served, n.read = c.snapshot, c.read
		if c.leads {
			n.timeline.serve(c.due, c.snapshot)
		}
	}
	return n.served
}

// ServeDNS answers a question.
func (n *nameServer) ServeDNS(w dns.ResponseWriter, req *dns.Msg) {
	now := time.Now()
	if n.fails(now) {
		if _, overTCP := w.RemoteAddr().(*net.TCPAddr); overTCP {
			_ = w.Close() // otherwise the client waits for longer than for a server that is down
		}
		return
	}
	if m := n.orphaned(req); m != nil {
		write(w, req, m)
		return
	}
	write(w, req, n.current(now).reply(req, n.inside == nil || n.inside(addressOf(w.RemoteAddr()))))
}

// addressOf is who asks.
func addressOf(remote net.Addr) netip.Addr {
	at, err := netip.ParseAddrPort(remote.String())
	if err != nil {
		return netip.Addr{} // nobody's
	}
	return at.Addr().Unmap()
}

// tells says whether the server serves all that was written before a moment. The latest is when Route 53 was asked last.
func (n *nameServer) tells(written, now, latest time.Time) bool {
	n.current(now)
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.read.After(written) || latest.After(written) && len(n.coming) == 0
}
