package traffic

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/miekg/dns"
)

// Served returns the addresses that each authoritative server has of a name, by "address:port" of the server; none if the
// server answers that there are none. A server that gives no answer, or refuses, is named in the error, beside what the
// others answered. It must be a name of the zone itself: an alias that leads out of it has no address there.
func (n *Net) Served(ctx context.Context, host string) (map[string][]string, error) {
	servers, err := n.Authorities(ctx, host)
	if err != nil {
		return nil, err
	}
	if len(servers) > mostAsked {
		return nil, tooMany{host, len(servers), "authoritative servers"}
	}
	answers, failures := make([][]string, len(servers)), make([]error, len(servers))
	var wait sync.WaitGroup
	for i, server := range servers {
		wait.Go(func() { answers[i], failures[i] = served(ctx, server, host) })
	}
	wait.Wait()
	found := map[string][]string{}
	for i, server := range servers {
		if failures[i] == nil {
			found[server] = answers[i]
		}
	}
	return found, errors.Join(failures...)
}

// served asks one server for addresses of both families.
func served(ctx context.Context, server, host string) (found []string, err error) {
	for _, kind := range []uint16{dns.TypeA, dns.TypeAAAA} {
		reply, err := ask(ctx, server, host, kind)
		if err != nil {
			return nil, err
		}
		if reply.Rcode != dns.RcodeSuccess && reply.Rcode != dns.RcodeNameError {
			return nil, fmt.Errorf("%s answered %s for %s", server, dns.RcodeToString[reply.Rcode], host)
		}
		found = append(found, addresses(reply)...)
	}
	slices.Sort(found)
	return found, nil
}

// mostAsked is how many servers or addresses one check connects to. Who answers for a name could otherwise use up this
// machine's memory and files, and have it ask anybody else's.
const mostAsked = 64

// tooMany says that a name has more of something than is asked.
type tooMany struct {
	host  string
	found int
	what  string
}

func (e tooMany) Error() string {
	return fmt.Sprintf("%s has %d %s, and drover asks %d at most", e.host, e.found, e.what, mostAsked)
}

// handshakeTime is how long one address may take to show its certificate.
const handshakeTime = 10 * time.Second

// Expiries returns when the certificate of a host expires, by each of its addresses. The chain and the name are verified as
// a client does; of several chains the one that lasts longest counts, and of a chain the certificate that expires first.
// It connects directly, through no proxy, and to no guarded address.
func (n *Net) Expiries(ctx context.Context, host string) (map[string]time.Time, error) {
	found, err := n.LookupHost(ctx, host)
	if err != nil {
		return nil, err
	}
	if len(found) > mostAsked {
		return nil, tooMany{host, len(found), "addresses"}
	}
	ends, failures := make([]time.Time, len(found)), make([]error, len(found))
	var wait sync.WaitGroup
	for i, address := range found {
		wait.Go(func() { ends[i], failures[i] = n.expiry(ctx, host, address) })
	}
	wait.Wait()
	expiries := map[string]time.Time{}
	for i, address := range found {
		if failures[i] == nil {
			expiries[address] = ends[i]
		}
	}
	return expiries, errors.Join(failures...)
}

func (n *Net) expiry(ctx context.Context, host, address string) (time.Time, error) {
	ctx, cancel := context.WithTimeout(ctx, handshakeTime)
	defer cancel()
	port := n.port
	if port == "" {
		port = "443"
	}
	dialer := tls.Dialer{
		NetDialer: &net.Dialer{Control: guard{host}.control},
		Config:    &tls.Config{RootCAs: n.roots, ServerName: host, MinVersion: tls.VersionTLS12},
	}
	conn, err := dialer.DialContext(ctx, "tcp", net.JoinHostPort(address, port))
	if err != nil {
		return time.Time{}, fmt.Errorf("at %s: %w", address, err)
	}
	defer func() { _ = conn.Close() }() // nothing was sent
	var last time.Time
	for _, chain := range conn.(*tls.Conn).ConnectionState().VerifiedChains {
		first := chain[0].NotAfter
		for _, certificate := range chain {
			if certificate.NotAfter.Before(first) {
				first = certificate.NotAfter
			}
		}
		if first.After(last) {
			last = first
		}
	}
	return last, nil
}
