package spec

import (
	"fmt"
	"net/netip"
	"slices"
)

// forAWS says that a part of a spec is not for this platform.
func (v *validator) forAWS(path, what string) {
	v.wrong(path, fmt.Sprintf("%s is for AWS; drover makes no %s on %s", path, what, v.rules.name), "remove it")
}

// apartness is a block that no network in another can have a part of added.
type apartness struct{ network, pods netip.Prefix }

// apart is what AWS refuses within one private block.
// https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html#add-cidr-block-restrictions
var apart = []apartness{
	{netip.MustParsePrefix("10.0.0.0/15"), netip.MustParsePrefix("10.0.0.0/16")},
	{private[1], netip.MustParsePrefix("172.31.0.0/16")},
}

// podsAllowed checks what a range for pods may be taken from.
// https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html
func (v *validator) podsAllowed(pods ranged) bool {
	if v.rules.pods[0] == 0 {
		v.forAWS(pods.path, "range for pods")
		return false
	}
	carrier := private[3]
	network, err := netip.ParsePrefix(v.c.Spec.Network.CIDR)
	for _, family := range private {
		if !family.Contains(pods.prefix.Addr()) || pods.prefix.Bits() < family.Bits() {
			continue
		}
		if i := slices.IndexFunc(apart, func(a apartness) bool { return a.network.Overlaps(network) && a.pods.Overlaps(pods.prefix) }); i >= 0 {
			v.wrong(pods.path, fmt.Sprintf("%s cannot be added to a network in %s: AWS adds no part of %s to one in %s", pods.prefix, network, apart[i].pods, apart[i].network),
				"write pods: 100.64.0.0/16", v.where("spec.network.cidr"))
			return false
		}
		if family == carrier || err != nil || family.Contains(network.Addr()) {
			return true
		}
		v.wrong(pods.path, fmt.Sprintf("%s cannot be added to a network in %s: AWS takes a range of the same private block, or of %s", pods.prefix, network, carrier),
			"write pods: 100.64.0.0/16", v.where("spec.network.cidr"))
		return false
	}
	return true // that it is not private at all is said for every range
}

func (v *validator) peerings(n Network) {
	if len(n.Peerings) > 0 && v.rules.peer.pattern == nil {
		v.forAWS("spec.network.peerings", "peering")
		return
	}
	for i, p := range n.Peerings {
		path := fmt.Sprintf("spec.network.peerings[%d]", i)
		if p.Name != "" {
			v.label(path+".name", p.Name, v.rules.nameMax)
		}
		if p.Network != "" {
			v.matches(path+".network", p.Network, v.rules.peer)
		}
		if p.Account != "" && !v.rules.account.pattern.MatchString(p.Account) {
			v.wrong(path+".account", fmt.Sprintf("%s.account %q is not right: %s", path, p.Account, v.rules.account.is), "write it like "+v.rules.account.example)
		}
		if p.Region != "" {
			v.region(path+".region", p.Region)
		}
		if len(p.CIDRs) == 0 && v.has(path+".cidrs") {
			v.wrong(path+".cidrs", "no range is behind this peer, so that nothing would use it", "name the ranges of the other network: cidrs: [10.30.0.0/16]")
		}
	}
	v.unique(namesOf(n.Peerings, func(p Peering) string { return p.Name }), "the peering", field("spec.network.peerings", "name"))
	v.destinations(n)
}

// destinations checks that there is one way to each range only.
func (v *validator) destinations(n Network) {
	var ranges, paths []string
	for i, p := range n.Peerings {
		for j, text := range p.CIDRs {
			ranges, paths = append(ranges, text), append(paths, fmt.Sprintf("spec.network.peerings[%d].cidrs[%d]", i, j))
		}
	}
	if n.TransitGateway != nil {
		for i, text := range n.TransitGateway.CIDRs {
			ranges, paths = append(ranges, text), append(paths, fmt.Sprintf("spec.network.transitGateway.cidrs[%d]", i))
		}
	}
	v.unique(ranges, "the route to", func(i int) string { return paths[i] })
}

func (v *validator) transitGateway(n Network) {
	const path = "spec.network.transitGateway"
	t := n.TransitGateway
	switch {
	case t == nil:
		return
	case v.rules.transit.pattern == nil:
		v.forAWS(path, "transit gateway attachment")
		return
	case len(t.CIDRs) == 0 && v.has(path+".cidrs"):
		v.wrong(path+".cidrs", "no range is behind the transit gateway, so that nothing would use it", "name the ranges behind it: cidrs: [10.0.0.0/8]")
	}
	if t.ID != "" {
		v.matches(path+".id", t.ID, v.rules.transit)
	}
}

// behindTransit checks the ranges that are reached through the transit
// gateway. One may hold ours, whose own routes are closer, and not lie in ours.
func (v *validator) behindTransit(ours []ranged) {
	t := v.c.Spec.Network.TransitGateway
	if t == nil {
		return
	}
	for i, text := range t.CIDRs {
		path := fmt.Sprintf("spec.network.transitGateway.cidrs[%d]", i)
		p, ok := v.cidr(path, text)
		if !ok {
			continue
		}
		if p.Bits() == 0 && v.c.Spec.Network.NAT != "none" {
			v.wrong(path, "everything cannot leave by the transit gateway and by NAT too", "write nat: none, or name the ranges behind the gateway", v.where("spec.network.nat"))
		}
		for _, r := range ours {
			if p.Bits() >= r.prefix.Bits() && r.prefix.Contains(p.Addr()) {
				v.wrong(path, fmt.Sprintf("%s lies in %s, %s: packets to it never leave", p, r.what, r.prefix), "remove it, or name the range that is really behind the gateway", v.where(r.path))
			}
		}
	}
}
