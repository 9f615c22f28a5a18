package traffic

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"net/url"

	"github.com/miekg/dns"
)

// Source returns the address that packets from this machine to another one leave with: that of the interface which the
// routes choose, or the one that DROVER_SOURCE_ADDRESS names. Nothing is sent.
func (n *Net) Source(ctx context.Context, to netip.Addr) (netip.Addr, error) {
	if n.source.IsValid() {
		return n.source, nil
	}
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "udp", netip.AddrPortFrom(to, 53).String()) // UDP connects without a packet
	if err != nil {
		return netip.Addr{}, fmt.Errorf("finding the way to %s: %w", to, err)
	}
	defer func() { _ = conn.Close() }() // nothing was written
	local, err := netip.ParseAddrPort(conn.LocalAddr().String())
	if err != nil {
		return netip.Addr{}, fmt.Errorf("finding the way to %s: %w", to, err)
	}
	return local.Addr().Unmap(), nil
}

// Proxy returns the proxy that HTTPS requests to a host go through, as HTTPS_PROXY and NO_PROXY say; "" for none. It
// holds no password. Where DROVER_SOURCE_ADDRESS names what other networks see, there is nothing left to ask.
func (n *Net) Proxy(host string) string {
	if n.source.IsValid() || n.proxy == nil {
		return ""
	}
	through, err := n.proxy(&url.URL{Scheme: "https", Host: host})
	if err != nil || through == nil {
		return "" // what asks next says what is wrong with the variable
	}
	return through.Host
}

// Resolves asks a resolver for the root zone, once, and is nil if it gives any answer.
func (n *Net) Resolves(ctx context.Context, resolver netip.Addr) error {
	ctx, cancel := context.WithTimeout(ctx, queryTimeout)
	defer cancel()
	question := new(dns.Msg)
	question.SetQuestion(".", dns.TypeNS)
	client := &dns.Client{Net: "udp", Timeout: queryTimeout}
	if _, _, err := client.ExchangeContext(ctx, question, netip.AddrPortFrom(resolver, 53).String()); err != nil {
		return fmt.Errorf("asking the resolver %s: %w", resolver, err)
	}
	return nil
}
