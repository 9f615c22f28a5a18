// Package dns is the authoritative name server of the simulated account: it answers, over UDP and TCP on loopback,
// what Route 53 would answer for the zones and records that the account holds. It must never answer from anything
// but those, and never forwards a question.
package dns

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/miekg/dns"
)

// Options say what the server answers from.
type Options struct {
	Zones  func(context.Context) ([]Zone, error) // what Route 53 holds now
	Target Target
	TTL    time.Duration // of alias answers; Route 53's own is 60 s
	MaxAge time.Duration // zones are read again at least this often, and at each Refresh
	Log    io.Writer
}

// Server is a running name server.
type Server struct {
	options  Options
	udp, tcp *dns.Server
	address  netip.AddrPort
	current  atomic.Pointer[snapshot]
	wake     chan struct{}
	cancel   context.CancelFunc
	owned    sync.WaitGroup
	timeline timeline
}

// Start reads the zones once and listens on a free loopback port, the same over UDP and TCP.
func Start(ctx context.Context, o Options) (*Server, error) {
	s := &Server{options: o, wake: make(chan struct{}, 1)}
	if err := s.load(ctx); err != nil {
		return nil, err
	}
	packets, streams, err := listen(ctx)
	if err != nil {
		return nil, err
	}
	s.address = netip.MustParseAddrPort(streams.Addr().String())
	handler := dns.HandlerFunc(s.serve)
	s.udp = &dns.Server{PacketConn: packets, Handler: handler}
	s.tcp = &dns.Server{Listener: streams, Handler: handler}
	ready := make(chan struct{}, 2)
	for _, server := range []*dns.Server{s.udp, s.tcp} {
		server.NotifyStartedFunc = func() { ready <- struct{}{} }
		s.owned.Go(func() {
			if err := server.ActivateAndServe(); err != nil {
				s.logf("serve: %v", err)
			}
		})
	}
	<-ready
	<-ready
	watch, cancel := context.WithCancel(context.WithoutCancel(ctx))
	s.cancel = cancel
	s.owned.Go(func() { s.refresh(watch) })
	return s, nil
}

// listen finds a port that is free over both.
func listen(ctx context.Context) (net.PacketConn, net.Listener, error) {
	var lc net.ListenConfig
	var last error
	for range 20 {
		streams, err := lc.Listen(ctx, "tcp4", "127.0.0.1:0")
		if err != nil {
			return nil, nil, fmt.Errorf("listen for DNS: %w", err)
		}
		packets, err := lc.ListenPacket(ctx, "udp4", streams.Addr().String())
		if err == nil {
			return packets, streams, nil
		}
		last = errors.Join(err, streams.Close())
	}
	return nil, nil, fmt.Errorf("find a port that is free for DNS over UDP and TCP: %w", last)
}

// Address is where the server listens.
func (s *Server) Address() string { return s.address.String() }

// Refresh has the zones read again soon. It does not wait.
func (s *Server) Refresh() {
	select {
	case s.wake <- struct{}{}:
	default: // one is due already
	}
}

// Close stops listening and waits for the server's goroutines.
func (s *Server) Close() error {
	s.cancel()
	err := errors.Join(s.udp.Shutdown(), s.tcp.Shutdown())
	s.owned.Wait()
	return err
}

// refresh owns the snapshot: it is read again when something may have changed.
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
		if err := s.load(ctx); err != nil && ctx.Err() == nil {
			s.logf("%v", err) // answers go on from what was read last, as they would on AWS
		}
	}
}

func (s *Server) load(ctx context.Context) error {
	zones, err := s.options.Zones(ctx)
	if err != nil {
		return fmt.Errorf("read the zones of the simulated Route 53: %w", err)
	}
	ttl := uint32(s.options.TTL / time.Second)
	target := func(name string) (netip.Addr, bool, bool) { return s.options.Target(loadBalancerName(name)) }
	next := newSnapshot(zones, target, ttl, s.timeline.answered)
	s.timeline.observe(time.Now(), next)
	s.current.Store(next)
	return nil
}

func (s *Server) serve(w dns.ResponseWriter, req *dns.Msg) {
	m := s.current.Load().reply(req)
	if _, overUDP := w.RemoteAddr().(*net.UDPAddr); overUDP {
		size := dns.MinMsgSize
		if opt := req.IsEdns0(); opt != nil {
			size = int(opt.UDPSize())
			m.SetEdns0(dns.DefaultMsgSize, false)
		}
		m.Truncate(size)
	}
	_ = w.WriteMsg(m) // the client is gone; there is nobody to tell
}

func (s *Server) logf(format string, args ...any) {
	if s.options.Log != nil {
		_, _ = fmt.Fprintf(s.options.Log, "dns: "+format+"\n", args...)
	}
}
