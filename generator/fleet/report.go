package fleet

import (
	"fmt"
	"net/netip"
	"strings"

	"drover/generator/netplan"
	"drover/generator/spec"
)

// report collects what is wrong, with both places.
type report struct {
	said   spec.Diagnostics
	places map[string]*spec.Places
}

func (r *report) at(m Member, path string) spec.Place {
	if r.places[m.File] == nil {
		r.places[m.File] = spec.PlacesIn(m.File)
	}
	return r.places[m.File].At(path)
}

// wrong says what is wrong with a path of one member, and with which of
// another. The message has a %s for the place of the other.
func (r *report) wrong(m Member, path string, other Member, otherPath, message, help string) {
	here, there := r.at(m, path), r.at(other, otherPath)
	position := there.File
	if there.Line > 0 {
		position = fmt.Sprintf("%s:%d", there.File, there.Line)
	}
	r.said = append(r.said, spec.Diagnostic{
		File: here.File, Line: here.Line, Column: here.Column, Path: path, Severity: spec.Error,
		Message: fmt.Sprintf("%s, in %s", message, position), Suggestion: help,
		Excerpt: here.Excerpt + fmt.Sprintf("  --> %s:%d:%d\n", there.File, there.Line, there.Column) + there.Excerpt,
		Related: []spec.Position{there.Position},
	})
}

// names says which clusters have the name of another.
func (r *report) names(members []Member) {
	first := map[string]int{}
	for i, m := range members {
		name := m.Cluster.Metadata.Name
		j, twice := first[name]
		if !twice {
			first[name] = i
			continue
		}
		r.wrong(m, "metadata.name", members[j], "metadata.name",
			fmt.Sprintf("metadata.name %q is the name of another cluster too", name),
			"give one of the two another name: roots, tags and states are named for it")
	}
}

// domains says which clusters lead a domain that another does: each would
// have a zone and weights of its own for it. Internal ones have private zones,
// which only their own networks see.
func (r *report) domains(members []Member) {
	first := map[string]int{}
	for i, m := range members {
		in := m.Cluster.Spec.Ingress
		if in.Visibility == "internal" || in.Domain == "" {
			continue
		}
		j, twice := first[in.Domain]
		if !twice {
			first[in.Domain] = i
			continue
		}
		if members[j].Cluster.Metadata.Name == m.Cluster.Metadata.Name {
			continue // a copy, of which names says so
		}
		r.wrong(m, "spec.ingress.domain", members[j], "spec.ingress.domain",
			fmt.Sprintf("spec.ingress.domain %s is the domain of %s too", in.Domain, members[j].Cluster.Metadata.Name),
			fmt.Sprintf("give each cluster a domain of its own, such as %s.%s", m.Cluster.Metadata.Name, in.Domain))
	}
}

// overlaps says which ranges are in use by another cluster.
func (r *report) overlaps(members, all []Member) {
	clashes := clashesIn(members)
	if len(clashes) == 0 {
		return
	}
	space := spaceOf(all)
	for _, c := range clashes {
		m, other := members[c.wrong.member], members[c.other.member]
		message := fmt.Sprintf("%s %s overlaps %s, %s", c.wrong.path, c.wrong.prefix, described(c.other, other), c.other.prefix)
		r.wrong(m, c.wrong.path, other, c.other.path, message, instead(space, c, m))
	}
}

// spaceOf is the addresses that no member uses or keeps clear of.
func spaceOf(members []Member) *netplan.Space {
	used := []netip.Prefix{spec.Bridge}
	for i, m := range members {
		for _, o := range rangesOf(i, m.Cluster) {
			used = append(used, o.prefix)
		}
	}
	return netplan.NewSpace(used)
}

// usual is where the network of a cluster for which nothing speaks against it
// begins: away from what offices and routers begin with.
var usual = netip.MustParseAddr("10.40.0.0")

// Free gives a block of the asked prefix length for one more network, which
// overlaps nothing that the members use or keep clear of; false if there is
// none.
func Free(members []Member, bits int) (netip.Prefix, bool) {
	space := spaceOf(members)
	for _, p := range privateSpace {
		if free, ok := space.Take(p, netip.PrefixFrom(usual, bits)); ok {
			return free, true
		}
	}
	return netip.Prefix{}, false
}

func described(o owned, m Member) string {
	name := m.Cluster.Metadata.Name
	switch o.use {
	case network:
		return "the network of " + name
	case pods:
		return "the pods of " + name
	case vpn:
		return "the VPN clients of " + name
	case services:
		return "the services of " + name
	case alikeServices:
		return "the services of " + name + " and of others"
	case reserved:
	}
	return fmt.Sprintf("the range %q that %s reserves", o.name, name)
}

// privateSpace is where a free block is looked for, if not where the wrong one is.
var privateSpace = []netip.Prefix{
	netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("172.16.0.0/12"), netip.MustParsePrefix("192.168.0.0/16"),
}

// carrierSpace is where another range for pods is looked for: every network can
// have a part of it added, whatever private block it is in itself.
var carrierSpace = netip.MustParsePrefix("100.64.0.0/10")

// instead is what to write in place of a range that is wrong. No two answers
// of one report are the same block.
func instead(space *netplan.Space, c clash, m Member) string {
	around := privateSpace
	for _, p := range append([]netip.Prefix{carrierSpace}, privateSpace...) {
		if p.Contains(c.wrong.prefix.Addr()) {
			around = append([]netip.Prefix{p}, privateSpace...)
		}
	}
	if c.wrong.use == pods {
		around = []netip.Prefix{carrierSpace}
	}
	field := c.wrong.path[strings.LastIndexByte(c.wrong.path, '.')+1:]
	help := fmt.Sprintf("no block of %d leading bits is free in the private ranges: choose a smaller one", c.wrong.prefix.Bits())
	for _, p := range around {
		if free, ok := space.Take(p, c.wrong.prefix); ok {
			help = fmt.Sprintf("write %s: %s, which is free in all of these specs", field, free)
			break
		}
	}
	switch {
	case c.other.use == alikeServices:
		help += "; or give all specs with these services others"
	case c.other.use == reserved && c.wrong.use == network:
		help += fmt.Sprintf("; if the reserved range is this cluster itself, call it %s there", m.Cluster.Metadata.Name)
	}
	return help
}
