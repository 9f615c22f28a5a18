package load

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"time"

	"github.com/miekg/dns"
)

// resolution is one client's cache of the domain's address, with the connections that were made to it.
type resolution struct {
	options Options
	address string
	expires time.Time
	client  *http.Client
	pool    *http.Transport
}

var errNoAddress = errors.New("the answer has no address")

func newResolution(o Options) *resolution { return &resolution{options: o} }

// current is a client that reaches the address as it was resolved last, or as it is resolved now when that is older
// than its time to live. Connections never outlive a resolution.
func (r *resolution) current(ctx context.Context) (*http.Client, error) {
	if r.client != nil && time.Now().Before(r.expires) {
		return r.client, nil
	}
	asked := time.Now()
	address, ttl, err := lookup(ctx, r.options.NameServers[rand.IntN(len(r.options.NameServers))], r.options.Host)
	if err != nil {
		return nil, err
	}
	r.close()
	r.address, r.expires = address, asked.Add(ttl)
	target := net.JoinHostPort(address, fmt.Sprint(r.options.Port))
	var dialer net.Dialer
	r.pool = &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: r.options.Roots, MinVersion: tls.VersionTLS12},
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return dialer.DialContext(ctx, network, target)
		},
		MaxIdleConnsPerHost: 1,
	}
	r.client = &http.Client{Transport: r.pool}
	return r.client, nil
}

func (r *resolution) close() {
	if r.pool != nil {
		r.pool.CloseIdleConnections()
	}
	r.client, r.pool = nil, nil
}

// lookup asks for the host's address, over TCP when the answer does not fit a datagram.
func lookup(ctx context.Context, server, host string) (address string, ttl time.Duration, err error) {
	m := new(dns.Msg)
	m.SetQuestion(dns.Fqdn(host), dns.TypeA)
	answer, _, err := (&dns.Client{Net: "udp"}).ExchangeContext(ctx, m, server)
	if err == nil && answer.Truncated {
		answer, _, err = (&dns.Client{Net: "tcp"}).ExchangeContext(ctx, m, server)
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
