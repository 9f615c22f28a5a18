package dns

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"

	"github.com/miekg/dns"
)

// endpoint answers on one address over UDP and TCP.
type endpoint struct {
	udp, tcp *dns.Server
	address  netip.AddrPort
	owned    sync.WaitGroup
}

// listenAt listens on an address; port 0 finds one that is free over both protocols.
func listenAt(ctx context.Context, at netip.AddrPort, handler dns.Handler, logf func(string, ...any)) (*endpoint, error) {
	packets, streams, err := listen(ctx, at)
	if err != nil {
		return nil, err
	}
	e := &endpoint{address: netip.MustParseAddrPort(streams.Addr().String())}
	e.udp = &dns.Server{PacketConn: packets, Handler: handler}
	e.tcp = &dns.Server{Listener: streams, Handler: handler}
	ready := make(chan struct{}, 2)
	for _, server := range []*dns.Server{e.udp, e.tcp} {
		server.NotifyStartedFunc = func() { ready <- struct{}{} }
		e.owned.Go(func() {
			if err := server.ActivateAndServe(); err != nil {
				logf("serve: %v", err)
			}
		})
	}
	<-ready
	<-ready
	return e, nil
}

func listen(ctx context.Context, at netip.AddrPort) (net.PacketConn, net.Listener, error) {
	var lc net.ListenConfig
	var last error
	for range 20 {
		streams, err := lc.Listen(ctx, "tcp4", at.String())
		if err != nil {
			return nil, nil, fmt.Errorf("listen for DNS: %w", err)
		}
		packets, err := lc.ListenPacket(ctx, "udp4", streams.Addr().String())
		if err == nil {
			return packets, streams, nil
		}
		last = errors.Join(err, streams.Close())
		if at.Port() != 0 {
			break
		}
	}
	return nil, nil, fmt.Errorf("listen for DNS over UDP and TCP: %w", last)
}

// close stops listening and waits for the goroutines. One that never listened is closed already.
func (e *endpoint) close() error {
	if e == nil {
		return nil
	}
	err := errors.Join(e.udp.Shutdown(), e.tcp.Shutdown())
	e.owned.Wait()
	return err
}

// write sends an answer, cut to what the question's transport carries.
func write(w dns.ResponseWriter, req, m *dns.Msg) {
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
