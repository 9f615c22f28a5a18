package traffic

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/miekg/dns"
)

// Delegation returns the name servers that the parent zone of a domain leads to, without the final dot; none if the
// parent has no NS records for it.
//
// It asks the parent's own servers: resolvers remember for hours that there was nothing
// (https://www.rfc-editor.org/rfc/rfc2308#section-5), so a person who has just set the records would be told to wait.
func (n *Net) Delegation(ctx context.Context, domain string) ([]string, error) {
	parents := n.servers
	if len(parents) == 0 {
		_, above, found := strings.Cut(strings.TrimSuffix(domain, "."), ".")
		if !found {
			return nil, fmt.Errorf("asking who serves %s: it has no parent", domain)
		}
		var err error
		if parents, err = n.Authorities(ctx, above); err != nil {
			return nil, err
		}
	}
	var failures []error
	for _, server := range parents {
		reply, err := ask(ctx, server, domain, dns.TypeNS)
		if err != nil {
			failures = append(failures, err)
			continue
		}
		if reply.Rcode == dns.RcodeSuccess || reply.Rcode == dns.RcodeNameError {
			return delegated(reply, domain), nil
		}
		failures = append(failures, fmt.Errorf("%s answered %s for %s", server, dns.RcodeToString[reply.Rcode], domain))
	}
	return nil, fmt.Errorf("asking the servers of the parent of %s: %w", domain, errors.Join(failures...))
}

// delegated are the servers of a referral, which is in the authority section, or of an answer, where the parent's
// servers have the zone too.
func delegated(reply *dns.Msg, domain string) []string {
	var servers []string
	for _, record := range slices.Concat(reply.Answer, reply.Ns) {
		if ns, ok := record.(*dns.NS); ok && dns.CanonicalName(ns.Hdr.Name) == dns.CanonicalName(dns.Fqdn(domain)) {
			servers = append(servers, strings.TrimSuffix(dns.CanonicalName(ns.Ns), "."))
		}
	}
	slices.Sort(servers)
	return slices.Compact(servers)
}
