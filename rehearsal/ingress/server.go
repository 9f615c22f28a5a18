package ingress

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"io"
	"log"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"drover/rehearsal/guard"
)

// ColorHeader carries the color in every answer.
const ColorHeader = "X-Drover-Color"

// server answers for one load balancer.
type server struct {
	doors   []door // one a zone
	http    *http.Server
	owned   sync.WaitGroup
	current atomic.Pointer[LoadBalancer]
	flows   flows
	broken  *broken                // shared by all servers
	unmet   atomic.Pointer[string] // why nothing answers although there are nodes; empty: something does
}

// door is where a load balancer is reached in one zone.
type door struct {
	listener net.Listener
	address  netip.Addr
}

// serve starts a server for a load balancer. The caller holds the lock.
func (in *Ingress) serve(ctx context.Context, lb LoadBalancer) (*server, error) {
	s := &server{broken: &in.broken}
	s.current.Store(&lb)
	s.unmet.Store(in.unmetAtFirst())
	s.http = &http.Server{Handler: guard.Handler(s, in.options.Hosts...), ReadHeaderTimeout: 10 * time.Second, ErrorLog: log.New(io.Discard, "", 0)}
	for range max(1, len(lb.Zones)) {
		listener, address, err := in.listen(ctx)
		if err != nil {
			s.close()
			return nil, err
		}
		s.doors = append(s.doors, door{listener, address})
		// Plain TLS listener, not ServeTLS: flows are counted as the load balancer sees them, in TCP.
		secured := tls.NewListener(&countedListener{Listener: listener, server: s, zone: len(s.doors) - 1}, in.tls)
		s.owned.Go(func() {
			_ = s.http.Serve(secured) // always ends with an error: that of close
		})
	}
	return s, nil
}

// addresses are where it is reached, in the order of its zones.
func (s *server) addresses() []netip.Addr {
	list := make([]netip.Addr, len(s.doors))
	for i, d := range s.doors {
		list[i] = d.address
	}
	return list
}

func (s *server) balancer() LoadBalancer { return *s.current.Load() }

func (s *server) update(lb LoadBalancer) { s.current.Store(&lb) }

func (s *server) close() {
	_ = s.http.Close()
	for _, d := range s.doors { // one that Serve has not seen yet is not closed by it
		_ = d.listener.Close()
	}
	s.owned.Wait()
}

// ServeHTTP says who answers, or that nobody does.
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	lb := s.balancer()
	status := http.StatusOK
	body := map[string]string{"color": lb.Color, "cluster": lb.Cluster}
	if fault := s.broken.hit(r, lb.Color); fault != 0 {
		status = fault
		body["error"] = "a fault of the rehearsal"
	}
	if why := s.missing(); why != "" {
		status = http.StatusServiceUnavailable
		body["error"] = why
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set(ColorHeader, lb.Color)
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the client is gone; there is nobody to tell
}

// flows counts what a load balancer counts.
type flows struct {
	mu            sync.Mutex
	fresh, active int
	bytes         int64
}

// take returns what was counted since the last call; active flows are counted as they are.
func (f *flows) take() (fresh, active int, bytes int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	fresh, bytes = f.fresh, f.bytes
	f.fresh, f.bytes = 0, 0
	return fresh, f.active, bytes
}

func (f *flows) add(fresh, active int, bytes int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fresh += fresh
	f.active += active
	f.bytes += bytes
}

type countedListener struct {
	net.Listener
	server *server
	zone   int // place among the load balancer's zones
}

func (l *countedListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	l.server.flows.add(1, 1, 0)
	return &countedConn{Conn: conn, server: l.server, zone: l.zone, closed: make(chan struct{})}, nil
}

// countedConn is a connection in one zone, which a fault may silence.
type countedConn struct {
	net.Conn
	server *server
	zone   int
	once   sync.Once
	closed chan struct{}
}

func (c *countedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.server.flows.add(0, 0, int64(n))
	if !c.server.broken.passes(c) {
		return 0, net.ErrClosed
	}
	return n, err
}

func (c *countedConn) Write(p []byte) (int, error) {
	if !c.server.broken.passes(c) {
		return 0, net.ErrClosed
	}
	n, err := c.Conn.Write(p)
	c.server.flows.add(0, 0, int64(n))
	return n, err
}

func (c *countedConn) Close() error {
	c.once.Do(func() {
		close(c.closed)
		c.server.flows.add(0, -1, 0)
	})
	return c.Conn.Close()
}
