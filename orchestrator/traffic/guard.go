package traffic

import (
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"syscall"
)

// ErrGuarded says that a client did not connect, because the address is one where a machine answers for itself: it would
// hand out the credentials of whoever runs drover.
var ErrGuarded = errors.New("drover connects to link-local and metadata addresses only if the spec names the address itself")

// metadata are addresses of clouds' metadata servers that are not link-local:
// AWS over IPv6 (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html),
// Google over IPv6 (https://cloud.google.com/compute/docs/metadata/querying-metadata),
// Azure's WireServer (https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16).
var metadata = []netip.Prefix{
	netip.MustParsePrefix("fd00:ec2::/32"),
	netip.MustParsePrefix("fd20:ce::254/128"),
	netip.MustParsePrefix("168.63.129.16/32"),
}

// nat64 carries an IPv4 address in its last four bytes (RFC 6052).
var nat64 = netip.MustParsePrefix("64:ff9b::/96")

// guarded is true for an address that a stranger's name or redirect must not lead to.
func guarded(address netip.Addr) bool {
	address = address.Unmap().WithZone("")
	if nat64.Contains(address) {
		b := address.As16()
		address = netip.AddrFrom4([4]byte(b[12:]))
	}
	return address.IsLinkLocalUnicast() || slices.ContainsFunc(metadata, func(p netip.Prefix) bool { return p.Contains(address) })
}

// guard refuses connections when an address is known for good, after all resolution. named is a host that may be
// connected to if it is itself an address.
type guard struct{ named string }

// control is a net.Dialer's.
func (g guard) control(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("reading the address to connect to: %w", err)
	}
	return g.check(to.Addr())
}

func (g guard) check(address netip.Addr) error {
	if named, err := netip.ParseAddr(g.named); err == nil && named.Unmap() == address.Unmap() {
		return nil
	}
	if guarded(address) {
		return fmt.Errorf("connecting to %s: %w", address, ErrGuarded)
	}
	return nil
}

// plain is false for a host that some programs read as an IPv4 address, and drover does not: 2852039166, 0xa9fea9fe and
// 0251.0376.0251.0376 are 169.254.169.254 to those that follow inet_aton(3), and a proxy may be one. Such a host ends in a
// number (https://url.spec.whatwg.org/#ends-in-a-number-checker), as no name of the public DNS does.
func plain(host string) bool {
	if _, err := netip.ParseAddr(host); err == nil {
		return true
	}
	host = strings.TrimSuffix(host, ".")
	last := strings.ToLower(host[strings.LastIndexByte(host, '.')+1:])
	digits, base := last, "0123456789"
	if hex, ok := strings.CutPrefix(last, "0x"); ok {
		digits, base = hex, base+"abcdef"
	}
	return last == "" || strings.Trim(digits, base) != ""
}

// proxy is the environment's proxy for a request. A proxy would connect where drover does not, so that the target is
// looked at before; a name that only the proxy can resolve is the proxy's to judge.
func (g guard) proxy(n *Net) func(*http.Request) (*url.URL, error) {
	return func(r *http.Request) (*url.URL, error) {
		through, err := http.ProxyFromEnvironment(r)
		if through == nil || err != nil {
			return through, err
		}
		if !plain(r.URL.Hostname()) {
			return nil, fmt.Errorf("asking a proxy for the host %q: write an address as four decimal numbers: %w", r.URL.Hostname(), ErrGuarded)
		}
		found, err := n.LookupHost(r.Context(), r.URL.Hostname())
		if err != nil {
			return through, nil //nolint:nilerr // only the proxy can resolve the name
		}
		for _, text := range found {
			address, err := netip.ParseAddr(text)
			if err != nil {
				continue
			}
			if err := g.check(address); err != nil {
				return nil, err
			}
		}
		return through, nil
	}
}
