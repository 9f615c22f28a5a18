package fleet

import (
	"cmp"
	"net/netip"
	"slices"
	"strconv"

	"drover/generator/netplan"
	"drover/generator/spec"
)

// use is what a range is for.
type use int

// The uses, by how hard it is to choose another range: of two that overlap,
// the one that is easier to change is called wrong. A reserved range is a
// fact about somewhere else, a network that moves is built anew, and services
// that several specs have alike are many lines to change, and mostly a default.
const (
	reserved use = iota
	alikeServices
	network
	pods
	vpn
	services
)

// owned is one range of a member.
type owned struct {
	member int
	use    use
	path   string
	name   string // of a reserved range
	prefix netip.Prefix
}

// rangesOf are the ranges of a member, as far as they can be read.
func rangesOf(i int, c spec.Cluster) []owned {
	var out []owned
	keep := func(u use, path, name, text string) {
		if p, err := netip.ParsePrefix(text); err == nil {
			out = append(out, owned{i, u, path, name, p.Masked()})
		}
	}
	n := c.Spec.Network
	keep(network, "spec.network.cidr", "", n.CIDR)
	keep(pods, "spec.network.pods", "", n.Pods)
	keep(services, "spec.network.services", "", n.Services)
	if c.Spec.Access.VPN != nil {
		keep(vpn, "spec.access.vpn.clients", "", c.Spec.Access.VPN.Clients)
	}
	for k, r := range n.Reserved {
		keep(reserved, "spec.network.reserved["+strconv.Itoa(k)+"].cidr", r.Name, r.CIDR)
	}
	for k, p := range n.Peerings { // facts about somewhere else, as reserved ranges are
		for l, text := range p.CIDRs {
			keep(reserved, "spec.network.peerings["+strconv.Itoa(k)+"].cidrs["+strconv.Itoa(l)+"]", p.Name, text)
		}
	}
	return out
}

// clash is a range that may not be, and one that it overlaps.
type clash struct{ wrong, other owned }

// group is all ranges of a fleet that are equal. Comparing groups and not
// ranges keeps a fleet in which every spec has the same network as fast to
// check as any other.
type group struct {
	prefix netip.Prefix
	ranges []owned // the hardest to change first
	open   []owned // those that may be wrong, and no clash is known of
}

// clashesIn gives one clash for each range that is wrong.
func clashesIn(members []Member) []clash {
	groups := groupsOf(members)
	ranges := make([]netplan.Range, 0, len(groups))
	for _, g := range groups {
		ranges = append(ranges, netplan.Range{Prefix: g.prefix})
	}
	var found []clash
	among := func(g, other *group) {
		g.open = slices.DeleteFunc(g.open, func(o owned) bool {
			i := slices.IndexFunc(other.ranges, func(in owned) bool { return wrongBeside(members, o, in) })
			if i >= 0 {
				found = append(found, clash{o, other.ranges[i]})
			}
			return i >= 0
		})
	}
	for _, r := range ranges {
		among(groups[r.Prefix], groups[r.Prefix])
	}
	for _, c := range netplan.Conflicts(ranges) {
		among(groups[c.A.Prefix], groups[c.B.Prefix])
		among(groups[c.B.Prefix], groups[c.A.Prefix])
	}
	slices.SortFunc(found, func(a, b clash) int {
		return cmp.Or(cmp.Compare(a.wrong.member, b.wrong.member), cmp.Compare(a.wrong.use, b.wrong.use))
	})
	return found
}

func groupsOf(members []Member) map[netip.Prefix]*group {
	groups := make(map[netip.Prefix]*group, len(members))
	for i, m := range members {
		for _, o := range rangesOf(i, m.Cluster) {
			g := groups[o.prefix]
			if g == nil {
				g = &group{prefix: o.prefix}
				groups[o.prefix] = g
			}
			g.ranges = append(g.ranges, o)
			if o.use != reserved {
				g.open = append(g.open, o)
			}
		}
	}
	for _, g := range groups {
		g.alike()
		slices.SortStableFunc(g.ranges, byHardness)
	}
	return groups
}

// alike marks services that several specs have alike.
func (g *group) alike() {
	isServices := func(o owned) bool { return o.use == services }
	first := slices.IndexFunc(g.ranges, isServices)
	if first < 0 || !slices.ContainsFunc(g.ranges[first+1:], isServices) {
		return
	}
	for i := range g.ranges {
		if isServices(g.ranges[i]) {
			g.ranges[i].use = alikeServices
		}
	}
	g.open = slices.DeleteFunc(g.open, isServices)
}

func byHardness(a, b owned) int {
	return cmp.Or(cmp.Compare(a.use, b.use), cmp.Compare(a.member, b.member))
}

// wrongBeside tells whether o has to give way to another range that it
// overlaps. Services are known in their own cluster only: to another cluster
// they matter where its network is, which could not be reached.
func wrongBeside(members []Member, o, other owned) bool {
	switch {
	case o.member == other.member, byHardness(other, o) > 0:
		return false
	case o.use == services:
		return other.use == network || other.use == pods
	case other.use == alikeServices:
		return o.use == network || o.use == pods
	case other.use == reserved:
		return other.name != members[o.member].Cluster.Metadata.Name // else it is this cluster, seen from a neighbor
	}
	return true
}
