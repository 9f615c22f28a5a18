package verify

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"slices"
	"strings"
)

// Resolver looks up addresses; *net.Resolver is one.
type Resolver interface {
	LookupHost(ctx context.Context, host string) ([]string, error)
}

// Authority asks each server that is authoritative for a name for its addresses. A server that answers that there are
// none is in the map without any; one that gives no answer is named in the error, beside what the others answered.
type Authority interface {
	Served(ctx context.Context, host string) (map[string][]string, error)
}

// DNS resolves a name and judges the addresses.
type DNS struct {
	Label     string
	Resolver  Resolver  // net.DefaultResolver if nil
	Authority Authority // asked in place of the resolver, unless nil
	Host      string
	Expect    []string // addresses of which each answer must be one; any address will do if empty
}

// Name is the label, or the host name.
func (d DNS) Name() string { return cmp.Or(d.Label, "dns "+d.Host) }

// Run looks the name up once. A name that does not exist is a fail; a resolver that gives no answer is an error.
func (d DNS) Run(ctx context.Context) Answer {
	if d.Authority != nil {
		return said(d.served(ctx))
	}
	return said(d.run(ctx))
}

func (d DNS) run(ctx context.Context) (Verdict, string) {
	var resolver Resolver = net.DefaultResolver
	if d.Resolver != nil {
		resolver = d.Resolver
	}
	addresses, err := resolver.LookupHost(ctx, d.Host)
	var problem *net.DNSError
	switch {
	case errors.As(err, &problem) && problem.IsNotFound:
		return Fail, fmt.Sprintf("%s does not exist in DNS", d.Host)
	case err != nil:
		return Error, fmt.Sprintf("looking up %s: %v", d.Host, err)
	case len(addresses) == 0:
		return Inconclusive, fmt.Sprintf("%s was answered without an address", d.Host)
	}
	if stray := d.stray(addresses); stray != "" {
		return Fail, fmt.Sprintf("%s has %s", d.Host, stray)
	}
	return Pass, fmt.Sprintf("%s has %s", d.Host, list(addresses))
}

// served asks every authoritative server. One wrong answer is a fail, whatever the others say: it is what the resolvers
// that ask that server get.
func (d DNS) served(ctx context.Context) (Verdict, string) {
	answers, err := d.Authority.Served(ctx, d.Host)
	seen := map[string]bool{}
	for _, by := range slices.Sorted(maps.Keys(answers)) {
		addresses := answers[by]
		if len(addresses) == 0 {
			return Fail, fmt.Sprintf("the server %s has no address of %s", by, d.Host)
		}
		if stray := d.stray(addresses); stray != "" {
			return Fail, fmt.Sprintf("by the server %s, %s has %s", by, d.Host, stray)
		}
		for _, address := range addresses {
			seen[address] = true
		}
	}
	switch {
	case err != nil:
		return Error, fmt.Sprintf("asking for %s: %v", d.Host, err)
	case len(answers) == 0:
		return Inconclusive, fmt.Sprintf("no server is authoritative for %s", d.Host)
	}
	return Pass, fmt.Sprintf("%s has %s, by each of %d servers", d.Host, list(slices.Sorted(maps.Keys(seen))), len(answers))
}

// stray says which address is none of the expected ones; it is empty if all are.
func (d DNS) stray(addresses []string) string {
	for _, address := range addresses {
		if len(d.Expect) > 0 && !slices.Contains(d.Expect, address) {
			return fmt.Sprintf("the address %s, which is none of %s", address, list(d.Expect))
		}
	}
	return ""
}

// mostListed is how many addresses a result names.
const mostListed = 16

func list(addresses []string) string {
	if more := len(addresses) - mostListed; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(addresses[:mostListed], ", "), more)
	}
	return strings.Join(addresses, ", ")
}
