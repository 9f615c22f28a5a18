// Package dns is the authoritative DNS of the simulated account: its name servers answer, over UDP and TCP on loopback,
// what Route 53 would answer for the zones, records and health checks that the account holds, each of them as long
// after a change as it is told. It must never answer from anything but those, and never forwards a question; the one
// exception is the Resolver, which asks these name servers and nobody else.
package dns

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"reflect"
	"sync"
	"time"
)

// Options say what the server answers from.
type Options struct {
	Zones        func(context.Context) ([]Zone, error)        // what Route 53 holds now
	HealthChecks func(context.Context) ([]HealthCheck, error) // likewise; nil: none
	Target       Target
	Port         func(int) int // where a load balancer's port is on this machine; nil: there
	TTL          time.Duration // of alias answers; Route 53's own is 60 s
	MaxAge       time.Duration // zones are read again at least this often, and at each Refresh
	// Delays are those between a change and its being served, one for each name server. Empty is one server that
	// serves changes at once.
	Delays []time.Duration
	// Inside tells who asks from inside of the private zones' VPC. To everybody else there are no private zones: their
	// name servers answer for a public zone of the name, or refuse. Nil: everybody is inside.
	Inside func(netip.Addr) bool
	Log    io.Writer
}

// Server is the account's DNS: all its name servers.
type Server struct {
	options  Options
	servers  []*nameServer
	prober   *prober
	wake     chan struct{}
	cancel   context.CancelFunc
	owned    sync.WaitGroup
	zones    []Zone // as they were read last; owned by load
	timeline timeline

	mu   sync.Mutex
	read time.Time // when Route 53 was asked last, of the times that it answered
}

// Start reads the zones once and listens, each name server on a loopback address of its own and all on one free port,
// the same over UDP and TCP.
func Start(ctx context.Context, o Options) (*Server, error) {
	if len(o.Delays) == 0 {
		o.Delays = []time.Duration{0}
	}
	if o.HealthChecks == nil {
		o.HealthChecks = func(context.Context) ([]HealthCheck, error) { return nil, nil }
	}
	if o.Port == nil {
		o.Port = func(port int) int { return port }
	}
	s := &Server{options: o, wake: make(chan struct{}, 1)}
	watch, cancel := context.WithCancel(context.WithoutCancel(ctx))
	s.cancel = cancel
	s.prober = &prober{resolve: s.resolve, port: o.Port, logf: s.logf, probes: map[string]*probe{}}
	for _, delay := range o.Delays {
		s.servers = append(s.servers, &nameServer{delay: delay, timeline: &s.timeline, inside: o.Inside})
	}
	if err := s.load(ctx, watch); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	if err := s.listen(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	s.owned.Go(func() { s.refresh(watch) })
	return s, nil
}

// listen finds a port that is free on all addresses over both protocols.
func (s *Server) listen(ctx context.Context) error {
	var last error
	for range 20 {
		port := 0
		last = nil
		for i, n := range s.servers {
			address := netip.AddrFrom4([4]byte{127, 0, 0, byte(1 + i)})
			if n.endpoint, last = listenAt(ctx, netip.AddrPortFrom(address, uint16(port)), n, s.logf); last != nil {
				break
			}
			port = int(n.endpoint.address.Port())
		}
		if last == nil {
			return nil
		}
		for _, n := range s.servers {
			last = errors.Join(last, n.endpoint.close())
			n.endpoint = nil
		}
	}
	return fmt.Errorf("find a port that is free for DNS on %d loopback addresses "+
		"(Linux has all of 127.0.0.0/8; elsewhere they have to be added to the loopback interface first): %w", len(s.servers), last)
}

// Addresses are where the name servers listen.
func (s *Server) Addresses() []string {
	var list []string
	for _, n := range s.servers {
		list = append(list, n.endpoint.address.String())
	}
	return list
}

// Refresh has the zones read again soon. It does not wait.
func (s *Server) Refresh() {
	select {
	case s.wake <- struct{}{}:
	default: // one is due already
	}
}

// Close stops listening and probing, and waits for the goroutines.
func (s *Server) Close() error {
	s.cancel()
	var errs []error
	for _, n := range s.servers {
		errs = append(errs, n.endpoint.close())
	}
	s.owned.Wait()
	s.prober.close()
	return errors.Join(errs...)
}

// refresh owns what was read: it is read again when something may have changed.
func (s *Server) refresh(ctx context.Context) {
	tick := time.NewTicker(s.options.MaxAge)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-s.wake:
		}
		if err := s.load(ctx, ctx); err != nil && ctx.Err() == nil {
			s.logf("%v", err) // answers go on from what was read last, as they would on AWS
		}
	}
}

// load reads what Route 53 holds and hands it to the name servers; probes live as long as watch.
func (s *Server) load(ctx, watch context.Context) error {
	read := time.Now()
	zones, err := s.options.Zones(ctx)
	if err != nil {
		return fmt.Errorf("read the zones of the simulated Route 53: %w", err)
	}
	checks, err := s.options.HealthChecks(ctx)
	if err != nil {
		return fmt.Errorf("read the health checks of the simulated Route 53: %w", err)
	}
	first := s.zones == nil
	if first || !reflect.DeepEqual(zones, s.zones) {
		s.zones = append([]Zone{}, zones...)
		now := time.Now()
		next := s.newSnapshot(zones)
		for i, n := range s.servers {
			due := now.Add(n.delay)
			if first {
				due = now
			}
			n.push(change{due: due, read: read, snapshot: next, leads: i == 0})
		}
	}
	s.mu.Lock()
	s.read = read
	s.mu.Unlock()
	s.prober.sync(watch, checks)
	return nil
}

// InSync tells whether every name server serves what was written to Route 53 before a moment.
func (s *Server) InSync(written time.Time) bool {
	s.mu.Lock()
	latest := s.read
	s.mu.Unlock()
	now := time.Now()
	for _, n := range s.servers {
		if !n.tells(written, now, latest) {
			return false
		}
	}
	return true
}

func (s *Server) newSnapshot(zones []Zone) *snapshot {
	next := newSnapshot(zones)
	next.target = func(name string) ([]netip.Addr, bool, bool) { return s.options.Target(loadBalancerName(name)) }
	next.checked = s.prober.healthy
	next.nameServer = s.nameServer
	next.ttl = uint32(s.options.TTL / time.Second)
	next.timeline = &s.timeline
	s.timeline.plan(next)
	return next
}

// nameServer is the address of the name server that the n-th NS record of a zone leads to: Route 53 names four, and
// the rehearsal has fewer.
func (s *Server) nameServer(n int) netip.Addr {
	return s.servers[n%len(s.servers)].endpoint.address.Addr()
}

func (s *Server) logf(format string, args ...any) {
	if s.options.Log != nil {
		_, _ = fmt.Fprintf(s.options.Log, "dns: "+format+"\n", args...)
	}
}
