// Package traffic finds out where DNS sends users, by asking the authoritative servers themselves, and makes the
// client that measured requests go through. It must never change a record, and never take a cached answer, a missing
// answer or too few answers for a proof.
package traffic

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/miekg/dns"
	"golang.org/x/net/http/httpproxy"
)

// Net is a way to look at the world: which name servers are asked, whom TLS trusts, and which port ingress has.
type Net struct {
	servers []string       // asked in place of those that the zones name; empty means the real ones
	roots   *x509.CertPool // nil means the system's
	port    string         // of HTTPS; empty means 443
	source  netip.Addr     // of this machine, as other networks see it; zero means that of the interface
	proxy   func(*url.URL) (*url.URL, error)
}

// FromEnv makes the Net that the environment asks for. Without any of these variables it is the real one.
//
//	DROVER_NAMESERVERS  "192.0.2.1:53,192.0.2.2:53": authoritative servers to ask, also used to resolve names
//	DROVER_CA_FILE      certificates in PEM that are trusted beside the system's
//	DROVER_HTTPS_PORT   port that ingress listens on
//	DROVER_SOURCE_ADDRESS  "10.0.3.7": the address that the cluster's network sees of this machine, where it is not an
//	                       interface's own, as behind a gateway that translates addresses
func FromEnv() (*Net, error) {
	return From(os.Getenv)
}

// From is FromEnv for another environment.
func From(getenv func(name string) string) (*Net, error) {
	n, err := newNet(getenv("DROVER_NAMESERVERS"), getenv("DROVER_CA_FILE"), getenv("DROVER_HTTPS_PORT"))
	if err != nil {
		return nil, err
	}
	either := func(name string) string { return cmp.Or(getenv(name), getenv(strings.ToLower(name))) }
	n.proxy = (&httpproxy.Config{HTTPSProxy: either("HTTPS_PROXY"), NoProxy: either("NO_PROXY")}).ProxyFunc()
	if source := getenv("DROVER_SOURCE_ADDRESS"); source != "" {
		if n.source, err = netip.ParseAddr(source); err != nil {
			return nil, fmt.Errorf("DROVER_SOURCE_ADDRESS is %q: write an address, such as 10.0.3.7", source)
		}
	}
	return n, nil
}

func newNet(servers, caFile, port string) (*Net, error) {
	n := &Net{port: port}
	if port != "" {
		if _, err := strconv.ParseUint(port, 10, 16); err != nil {
			return nil, fmt.Errorf("DROVER_HTTPS_PORT is %q: write a port number", port)
		}
	}
	for server := range strings.SplitSeq(servers, ",") {
		server = strings.TrimSpace(server)
		if server == "" {
			continue
		}
		if _, err := netip.ParseAddrPort(server); err != nil {
			return nil, fmt.Errorf("DROVER_NAMESERVERS has %q: write an address and a port, such as 192.0.2.1:53", server)
		}
		n.servers = append(n.servers, server)
	}
	if caFile == "" {
		return n, nil
	}
	pem, err := os.ReadFile(caFile)
	if err != nil {
		return nil, fmt.Errorf("reading the certificates that DROVER_CA_FILE names: %w", err)
	}
	n.roots, err = x509.SystemCertPool()
	if err != nil {
		return nil, fmt.Errorf("reading the system's certificates: %w", err)
	}
	if !n.roots.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("DROVER_CA_FILE names %s, which holds no certificate in PEM", caFile)
	}
	return n, nil
}

// Client resolves names through n, trusts the extra certificates and opens a connection for every request, so that
// each of them goes where DNS sends a new user. It sets no time limit: the request's context does. It connects to no
// link-local or metadata address, whatever a name or a redirect says, unless named, the host that the spec asks for, is
// that address.
func (n *Net) Client(named string) *http.Client {
	guard := guard{named}
	transport := &http.Transport{
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			return n.dial(ctx, net.Dialer{Control: guard.control}, network, address)
		},
		TLSClientConfig:   &tls.Config{RootCAs: n.roots, MinVersion: tls.VersionTLS12},
		DisableKeepAlives: true,
	}
	if len(n.servers) == 0 {
		transport.Proxy = guard.proxy(n)
	}
	return &http.Client{Transport: transport}
}

// URL is the HTTPS address of a path on a host.
func (n *Net) URL(host, path string) string {
	if n.port != "" {
		host = net.JoinHostPort(host, n.port)
	}
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	u := url.URL{Scheme: "https", Host: host}
	u.Path, u.RawQuery, _ = strings.Cut(path, "?")
	return u.String()
}

// dial connects to the first address of a host that accepts.
func (n *Net) dial(ctx context.Context, dialer net.Dialer, network, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	addresses, err := n.LookupHost(ctx, host)
	if err != nil {
		return nil, err
	}
	var failures []error
	for _, address := range addresses {
		conn, err := dialer.DialContext(ctx, network, net.JoinHostPort(address, port))
		if err == nil {
			return conn, nil
		}
		failures = append(failures, err)
	}
	return nil, fmt.Errorf("connecting to %s: %w", host, errors.Join(failures...))
}

// LookupHost resolves a name to addresses. Names that the servers of DROVER_NAMESERVERS refuse, as they are not in
// their zones, are left to the system. A name that does not exist is a *net.DNSError with IsNotFound.
func (n *Net) LookupHost(ctx context.Context, host string) ([]string, error) {
	if _, err := netip.ParseAddr(host); err == nil {
		return []string{host}, nil
	}
	if len(n.servers) == 0 {
		return net.DefaultResolver.LookupHost(ctx, host)
	}
	var failures []error
	for _, server := range n.servers {
		reply, err := ask(ctx, server, host, dns.TypeA)
		if err != nil {
			failures = append(failures, err)
			continue
		}
		switch reply.Rcode {
		case dns.RcodeRefused:
			return net.DefaultResolver.LookupHost(ctx, host)
		case dns.RcodeSuccess, dns.RcodeNameError:
			found := addresses(reply)
			if len(found) == 0 {
				return nil, &net.DNSError{Err: "no such host", Name: host, Server: server, IsNotFound: true}
			}
			return found, nil
		}
		failures = append(failures, fmt.Errorf("%s answered %s for %s", server, dns.RcodeToString[reply.Rcode], host))
	}
	return nil, fmt.Errorf("resolving %s: %w", host, errors.Join(failures...))
}

// Authorities gives the authoritative servers of the zone that a domain is in, as "address:port".
func (n *Net) Authorities(ctx context.Context, domain string) ([]string, error) {
	if len(n.servers) > 0 {
		return slices.Clone(n.servers), nil
	}
	names, err := nameServers(ctx, domain)
	if err != nil {
		return nil, err
	}
	var servers []string
	for _, name := range names {
		found, err := net.DefaultResolver.LookupNetIP(ctx, "ip4", name)
		if err != nil {
			return nil, fmt.Errorf("resolving the name server %s of %s: %w", name, domain, err)
		}
		for _, address := range found {
			servers = append(servers, netip.AddrPortFrom(address.Unmap(), 53).String())
		}
	}
	slices.Sort(servers)
	return slices.Compact(servers), nil
}

// nameServers climbs from a domain to the apex of its zone, which is where NS records are.
func nameServers(ctx context.Context, domain string) ([]string, error) {
	var failures []error
	for name := strings.TrimSuffix(domain, "."); strings.Contains(name, "."); _, name, _ = strings.Cut(name, ".") {
		records, err := net.DefaultResolver.LookupNS(ctx, name)
		if err != nil {
			failures = append(failures, err)
			continue
		}
		names := make([]string, len(records))
		for i, record := range records {
			names[i] = record.Host
		}
		return names, nil
	}
	return nil, fmt.Errorf("finding the name servers of %s: check that the domain is delegated to its zone: %w", domain, errors.Join(failures...))
}
