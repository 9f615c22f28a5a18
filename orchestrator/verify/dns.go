package verify

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
)

// Resolver looks up addresses; *net.Resolver is one.
type Resolver interface {
	LookupHost(ctx context.Context, host string) ([]string, error)
}

// DNS resolves a name and judges the addresses.
type DNS struct {
	Label    string
	Resolver Resolver // net.DefaultResolver if nil
	Host     string
	Expect   []string // addresses of which each answer must be one; any address will do if empty
}

// Name is the label, or the host name.
func (d DNS) Name() string { return cmp.Or(d.Label, "dns "+d.Host) }

// Run looks the name up once. A name that does not exist is a fail; a resolver that gives no answer is an error.
func (d DNS) Run(ctx context.Context) Answer { return said(d.run(ctx)) }

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
	for _, address := range addresses {
		if len(d.Expect) > 0 && !slices.Contains(d.Expect, address) {
			return Fail, fmt.Sprintf("%s has the address %s, which is none of %s", d.Host, address, strings.Join(d.Expect, ", "))
		}
	}
	return Pass, fmt.Sprintf("%s has %s", d.Host, strings.Join(addresses, ", "))
}
