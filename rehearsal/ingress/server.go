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
)

// ColorHeader carries the color in every answer.
const ColorHeader = "X-Drover-Color"

// server answers for one load balancer.
type server struct {
	address netip.Addr
	http    *http.Server
	done    chan struct{}
	current atomic.Pointer[LoadBalancer]
	flows   flows
	broken  *broken // shared by all servers
}

// serve starts a server for a load balancer. The caller holds the lock.
func (in *Ingress) serve(ctx context.Context, lb LoadBalancer) (*server, error) {
	listener, address, err := in.listen(ctx)
	if err != nil {
		return nil, err
	}
	s := &server{address: address, done: make(chan struct{}), broken: &in.broken}
	s.current.Store(&lb)
	s.http = &http.Server{Handler: s, ConnContext: s.broken.number, ReadHeaderTimeout: 10 * time.Second, ErrorLog: log.New(io.Discard, "", 0)}
	// Plain TLS listener, not ServeTLS: flows are counted as the load balancer sees them, in TCP.
	secured := tls.NewListener(&countedListener{Listener: listener, flows: &s.flows}, in.tls)
	go func() {
		defer close(s.done)
		_ = s.http.Serve(secured) // always ends with an error: that of close
	}()
	return s, nil
}

func (s *server) balancer() LoadBalancer { return *s.current.Load() }

func (s *server) update(lb LoadBalancer) { s.current.Store(&lb) }

func (s *server) close() {
	_ = s.http.Close()
	<-s.done
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
	if !lb.Ready() {
		status = http.StatusServiceUnavailable
		body["error"] = "no healthy node is behind this load balancer"
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
	flows *flows
}

func (l *countedListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	l.flows.add(1, 1, 0)
	return &countedConn{Conn: conn, flows: l.flows}, nil
}

type countedConn struct {
	net.Conn
	flows *flows
	once  sync.Once
}

func (c *countedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.flows.add(0, 0, int64(n))
	return n, err
}

func (c *countedConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.flows.add(0, 0, int64(n))
	return n, err
}

func (c *countedConn) Close() error {
	c.once.Do(func() { c.flows.add(0, -1, 0) })
	return c.Conn.Close()
}
