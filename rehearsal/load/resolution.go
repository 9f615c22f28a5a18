package load

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"net/netip"
	"time"

	"github.com/miekg/dns"

	rehearsed "drover/rehearsal/dns"
)

// resolution is one client's knowledge of the domain's address, with the connections that were made to it.
type resolution struct {
	options  Options
	behavior behavior
	address  string
	expires  time.Time
	client   *http.Client
	pool     *http.Transport
}

var errNoAddress = errors.New("the answer has no address")

func newResolution(o Options, kind Kind) *resolution {
	return &resolution{options: o, behavior: behaviorOf(kind)}
}

// current is a client that reaches what the kind of client holds on to, or what DNS answers now when the time for that
// is over.
func (r *resolution) current(ctx context.Context) (*http.Client, error) {
	if r.client != nil && time.Now().Before(r.expires) {
		return r.client, nil
	}
	r.close()
	asked := time.Now()
	var ttl time.Duration
	if !r.behavior.late {
		var err error
		if ttl, err = r.resolve(ctx); err != nil {
			return nil, err
		}
	}
	r.expires = asked.Add(r.behavior.holds(r.options, ttl))
	r.pool = &http.Transport{
		TLSClientConfig:     &tls.Config{RootCAs: r.options.Roots, MinVersion: tls.VersionTLS12},
		DialContext:         r.dial,
		MaxIdleConnsPerHost: 1,
	}
	r.client = &http.Client{Transport: r.pool}
	return r.client, nil
}

// dial connects to the address that was resolved. A client that stays connected resolves only here: also when the
// server has closed its connection, after which the transport connects again, as HTTP clients do.
func (r *resolution) dial(ctx context.Context, network, _ string) (net.Conn, error) {
	if r.behavior.late {
		if _, err := r.resolve(ctx); err != nil {
			return nil, err
		}
	}
	return new(net.Dialer).DialContext(ctx, network, net.JoinHostPort(r.address, fmt.Sprint(r.options.Port)))
}

// resolve asks one of the kind's servers.
func (r *resolution) resolve(ctx context.Context) (ttl time.Duration, err error) {
	servers := r.behavior.asks(r.options)
	if r.address, ttl, err = lookup(ctx, r.options.From, servers[rand.IntN(len(servers))], r.options.Host); err != nil {
		return 0, fmt.Errorf("resolve %s: %w", r.options.Host, err)
	}
	return ttl, nil
}

func (r *resolution) close() {
	if r.pool != nil {
		r.pool.CloseIdleConnections()
	}
	r.client, r.pool = nil, nil
}

// lookup asks for the host's address, over TCP when the answer does not fit a datagram.
func lookup(ctx context.Context, from netip.Addr, server, host string) (address string, ttl time.Duration, err error) {
	m := new(dns.Msg)
	m.SetQuestion(dns.Fqdn(host), dns.TypeA)
	answer, _, err := rehearsed.Client(from, "udp").ExchangeContext(ctx, m, server)
	if err == nil && answer.Truncated {
		answer, _, err = rehearsed.Client(from, "tcp").ExchangeContext(ctx, m, server)
	}
	if err != nil {
		return "", 0, fmt.Errorf("ask %s: %w", server, err)
	}
	if answer.Rcode != dns.RcodeSuccess {
		return "", 0, fmt.Errorf("%s answered %s", server, dns.RcodeToString[answer.Rcode])
	}
	for _, rr := range answer.Answer {
		if a, ok := rr.(*dns.A); ok {
			return a.A.String(), time.Duration(a.Hdr.Ttl) * time.Second, nil
		}
	}
	return "", 0, errNoAddress
}
