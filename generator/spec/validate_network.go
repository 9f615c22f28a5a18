package spec

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// ranged is a range of the spec and where it is written.
type ranged struct {
	path, what string
	prefix     netip.Prefix
}

func (v *validator) network() {
	n := v.c.Spec.Network
	v.cidrs()
	v.adopted(n)
	if z := v.rules.zones; n.AdoptsSubnets() && (n.Zones < z[0] || n.Zones > z[1]) {
		if at := "spec.network.adopt.subnets.public"; v.has(at) {
			v.wrong(at, fmt.Sprintf("%s has subnets of %d zones, and a cluster spans %d to %d zones on %s", at, n.Zones, z[0], z[1], v.rules.name), "name one subnet for each zone, of two zones or more, in every tier")
		}
	} else if (n.Zones < z[0] || n.Zones > z[1]) && (n.Zones != 0 || v.has("spec.network.zones")) {
		v.wrong("spec.network.zones", fmt.Sprintf("spec.network.zones is %d, and a cluster spans %d to %d zones on %s", n.Zones, z[0], z[1], v.rules.name), "write zones: 3")
	}
	oneIs(v, "spec.network.nat", n.NAT)
	v.family(n)
	if n.NAT == "single" && !n.AdoptsSubnets() {
		v.unwise("single-nat", "spec.network.nat", fmt.Sprintf("one NAT gateway serves %d zones: when its zone fails, no node reaches the internet", n.Zones), "write nat: per-zone")
	}
	v.egress(n)
	v.endpoints(n)
	v.peerings(n)
	v.transitGateway(n)
	if n.Adopt == nil {
		v.retention("spec.network.flowLogs.retention", n.FlowLogs.Retention)
	}
	if to := "spec.network.flowLogs.to"; v.c.Spec.Platform != AWS && v.has(to) {
		v.forAWS(to, "choice of a place for flow logs")
	} else if v.c.Spec.Platform == AWS {
		oneIs(v, to, n.FlowLogs.To)
	}
}

// cidrs checks every range of the spec, and that none overlaps another.
func (v *validator) cidrs() {
	n := v.c.Spec.Network
	var all []ranged
	keep := func(path, what, text string) {
		if text == "" {
			return
		}
		p, ok := v.cidr(path, text)
		if ok && p.Bits() == 0 {
			v.wrong(path, fmt.Sprintf("%s is every address there is, so that none is left for anything else", p), "write the range that is really in use")
			ok = false
		}
		if ok {
			all = append(all, ranged{path, what, p})
		}
	}
	for i, r := range n.Reserved {
		at := fmt.Sprintf("spec.network.reserved[%d]", i)
		keep(at+".cidr", fmt.Sprintf("the reserved range %q", r.Name), r.CIDR)
	}
	v.unique(namesOf(n.Reserved, func(r Reserved) string { return r.Name }), "the reserved range", field("spec.network.reserved", "name"))
	for i, p := range n.Peerings {
		for j, text := range p.CIDRs {
			keep(fmt.Sprintf("spec.network.peerings[%d].cidrs[%d]", i, j), fmt.Sprintf("a range of the peer %q", p.Name), text)
		}
	}
	reserved := len(all)
	keep("spec.network.cidr", "the network", n.CIDR)
	keep("spec.network.pods", "the range of the pods", n.Pods)
	keep("spec.network.services", "the range of the services", n.Services)
	if vpn := v.c.Spec.Access.VPN; vpn != nil {
		keep("spec.access.vpn.clients", "the range of the VPN clients", vpn.Clients)
	}
	for _, r := range all[reserved:] {
		v.size(r)
	}
	if n.Services == "" && !n.IPv6() && !v.silent("spec.network.services") && !v.failedWithin("spec.network.reserved") && !v.failedWithin("spec.network.peerings") {
		v.wrong("spec.network.services", "every range that drover would take for the services is in use", "give one that is free: services: 172.20.0.0/16")
	}
	v.behindTransit(all[reserved:])
	// Reserved ranges may lie in one another; nothing of ours may touch any.
	for i := reserved; i < len(all); i++ {
		for _, other := range all[:i] {
			v.disjoint(all[i], other, all)
		}
	}
}

// disjoint says that two ranges overlap, naming both lines.
func (v *validator) disjoint(one, other ranged, all []ranged) {
	if !one.prefix.Overlaps(other.prefix) || v.silent(one.path) || v.silent(other.path) {
		return
	}
	if !v.has(one.path) { // a default never overlaps, so this one is not
		one, other = other, one
	}
	at := v.where(other.path)
	help := "write a range that is free"
	used := make([]netip.Prefix, 0, len(all))
	for _, r := range all {
		if r.path != one.path {
			used = append(used, r.prefix)
		}
	}
	around := private[:3]
	if one.path == "spec.network.pods" {
		around = private[3:] // which every network can have a part of added
	}
	if free, ok := freeBlock(one.prefix, around, slices.Concat(used, v.suggested, []netip.Prefix{Bridge})); ok {
		v.suggested = append(v.suggested, free) // no two answers are the same block
		help = fmt.Sprintf("write %s, which is free", free)
	}
	v.wrong(one.path, fmt.Sprintf("%s %s overlaps %s, %s, in line %d", one.path, one.prefix, other.what, other.prefix, at.line), help, at)
}

// cidr checks that a text is a range of IPv4 addresses, written canonically.
func (v *validator) cidr(path, text string) (netip.Prefix, bool) {
	p, err := netip.ParsePrefix(text)
	if err != nil {
		help := "write it like 10.40.0.0/16"
		if a, err := netip.ParseAddr(text); err == nil && a.Is4() {
			help = fmt.Sprintf("write %s/16, with as many bits as you mean; one address is %s/32", text, text)
		}
		v.wrong(path, fmt.Sprintf("%s %q is not a range of addresses: it has to be an address, a slash, and the number of its leading bits that are fixed", path, text), help)
		return p, false
	}
	if !p.Addr().Is4() {
		is, help := "drover plans IPv4", "write it like 10.40.0.0/16"
		if strings.HasPrefix(path, "spec.access.allow") || strings.HasPrefix(path, "spec.ingress.management.allow") {
			is, help = "the Kubernetes API and management interfaces are reached by IPv4", "name the ranges of IPv4 that people come from"
		}
		v.wrong(path, fmt.Sprintf("%s %s is IPv6, and %s", path, p, is), help)
		return p, false
	}
	if p != p.Masked() {
		help := fmt.Sprintf("write %s, the range that it is in", p.Masked())
		if IsPrivate(netip.PrefixFrom(p.Addr(), 32)) && !IsPrivate(p.Masked()) {
			help = fmt.Sprintf("write %s, if it was meant as a range of usual size", netip.PrefixFrom(p.Addr(), max(p.Bits(), 16)).Masked())
		}
		v.wrong(path, fmt.Sprintf("%s %s has bits set behind its first %d: it names an address in the range", path, p, p.Bits()), help)
		return p, false
	}
	return p, true
}

// size checks that a range is private, and as large as its use allows.
func (v *validator) size(r ranged) {
	bounds, use := v.rules.cidr, "the network, which two clusters in up to six zones share,"
	switch r.path {
	case "spec.network.services":
		bounds, use = v.rules.services, "the services of both colors, which have half of it each,"
	case "spec.access.vpn.clients":
		bounds, use = v.rules.vpn, "the VPN clients"
	case "spec.network.pods":
		if !v.podsAllowed(r) {
			return
		}
		bounds, use = v.rules.pods, "the range of the pods, of which each color has half,"
	}
	from := ""
	if r.path == "spec.network.pods" {
		from = private[3].String() + ", " // which routers elsewhere do not use
	}
	if carrier := r.path == "spec.network.services" && private[3].Overlaps(r.prefix); carrier || !IsPrivate(r.prefix) {
		v.wrong(r.path, fmt.Sprintf("%s %s is not a private range: packets to the real owners of its addresses would never leave", r.path, r.prefix),
			"take a range in "+from+"10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16")
		return
	}
	if b := r.prefix.Bits(); b < bounds[0] || b > bounds[1] {
		better := netip.PrefixFrom(r.prefix.Addr(), min(max(b, bounds[0]), bounds[1])).Masked()
		v.wrong(r.path, fmt.Sprintf("%s %s has the wrong size: on %s %s can be /%d to /%d", r.path, r.prefix, v.rules.name, use, bounds[0], bounds[1]),
			fmt.Sprintf("write %s", better))
		return
	}
	if r.prefix.Overlaps(Bridge) {
		v.unwise("container-bridge", r.path, fmt.Sprintf("%s %s holds addresses of %s, which container runtimes use on every machine, and some services of the platform", r.path, r.prefix, Bridge),
			"take another range, such as 10.40.0.0/16")
	}
}

var private = []netip.Prefix{
	netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("172.16.0.0/12"),
	netip.MustParsePrefix("192.168.0.0/16"), netip.MustParsePrefix("100.64.0.0/10"),
}

// Bridge is the range that container runtimes use on a machine, and AWS in some
// of its services: https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html.
// Nothing is to be planned in it.
var Bridge = netip.MustParsePrefix("172.17.0.0/16")

// IsPrivate tells whether a range is for use inside networks: RFC 1918, and
// RFC 6598's range for carriers, which cloud networks take as well.
func IsPrivate(p netip.Prefix) bool {
	return slices.ContainsFunc(private, func(q netip.Prefix) bool { return q.Bits() <= p.Bits() && q.Contains(p.Addr()) })
}

func overlapsAny(p netip.Prefix, used []netip.Prefix) bool {
	return slices.ContainsFunc(used, p.Overlaps)
}

// freeBlock gives a block as large as like in one of the ranges within that
// overlaps nothing in used: the next one behind like itself, if there is one in
// the same range.
func freeBlock(like netip.Prefix, within, used []netip.Prefix) (netip.Prefix, bool) {
	for _, around := range within {
		if around.Contains(like.Addr()) {
			if p, ok := freeFrom(like, around, used); ok {
				return p, true
			}
		}
	}
	for _, around := range within {
		if p, ok := freeFrom(netip.PrefixFrom(around.Addr(), like.Bits()), around, used); ok {
			return p, true
		}
	}
	return netip.Prefix{}, false
}

// freeFrom is the first free block of a range, from p on.
func freeFrom(p, around netip.Prefix, used []netip.Prefix) (netip.Prefix, bool) {
	for p.Bits() >= around.Bits() && around.Contains(p.Addr()) {
		hit := slices.IndexFunc(used, p.Overlaps)
		if hit < 0 {
			return p, true
		}
		past := netip.PrefixFrom(p.Addr(), min(p.Bits(), used[hit].Bits())).Masked()
		p = netip.PrefixFrom(following(past), p.Bits())
	}
	return netip.Prefix{}, false
}

// following is the first address behind a range; the zero Addr at the end of all.
func following(p netip.Prefix) netip.Addr {
	a := p.Addr().As4()
	n := uint64(a[0])<<24 | uint64(a[1])<<16 | uint64(a[2])<<8 | uint64(a[3])
	n += 1 << (32 - p.Bits())
	if n > 1<<32-1 {
		return netip.Addr{}
	}
	return netip.AddrFrom4([4]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)})
}

var egressName = form{
	lazily(`^(\*?\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`),
	"a host name, or .example.com for a domain and all below it", "ghcr.io",
}

// mostNames is how many names an egress firewall has room for.
const mostNames = 500

func (v *validator) egress(n Network) {
	e := n.Egress
	if !oneIs(v, "spec.network.egress.mode", e.Mode) {
		return
	}
	for i, name := range e.Allow {
		v.egressName(fmt.Sprintf("spec.network.egress.allow[%d]", i), name)
	}
	v.unique(e.Allow, "the name", indexed("spec.network.egress.allow"))
	v.companions(e)
	v.udp(e)
	switch {
	case e.Mode == "restricted" && len(e.Allow) == 0:
		v.wrong("spec.network.egress.allow", "egress is restricted to no name at all: nodes could not even pull an image", "name what the cluster needs: allow: [.amazonaws.com, ghcr.io, pkg-containers.githubusercontent.com]")
	case e.Mode == "restricted" && n.NAT == "none":
		v.wrong("spec.network.egress.mode", "without NAT nothing leaves the network at all, so that there is no egress to restrict", "write nat: per-zone, or mode: open", v.where("spec.network.nat"))
	case len(e.Allow) > mostNames:
		v.wrong("spec.network.egress.allow", fmt.Sprintf("spec.network.egress.allow has %d names, and there is room for %d", len(e.Allow), mostNames), "write .example.com for a domain and all below it")
	case e.Mode == "open" && len(e.Allow) > 0:
		v.wrong("spec.network.egress.allow", "egress is open, so that a list of names restricts nothing", "write mode: restricted, or remove the list")
	}
}

// egressName checks a name that can be reached; an address has none.
func (v *validator) egressName(path, name string) {
	_, err := netip.ParseAddr(name)
	if err != nil && egressName.pattern.MatchString(name) {
		return
	}
	help := "write it like " + egressName.example
	if better := domainFrom(name); domainName.MatchString(better) {
		if strings.HasPrefix(name, "*.") || strings.HasPrefix(name, ".") {
			better = "." + better
		}
		help = "write " + better
	}
	v.wrong(path, fmt.Sprintf("%s %q is not right: it has to be %s", path, name, egressName.is), help)
}

// longEndpoint is the whole name of an endpoint's service, of which a spec has the end.
var longEndpoint = lazily(`^(?:com|cn\.com|aws)\.(?:amazonaws|api)\.[a-z]+(?:-[a-z]+)+-[0-9]+\.(.+)$`)

var endpointName = form{lazily(`^[a-z0-9][a-z0-9.-]*$`), "the last part of an endpoint's service name", "ecr.api"}

func (v *validator) endpoints(n Network) {
	known := slices.Concat(v.rules.endpoints, v.rules.withoutNAT, v.rules.known)
	for i, name := range n.Endpoints {
		path := fmt.Sprintf("spec.network.endpoints[%d]", i)
		if long := longEndpoint.FindStringSubmatch(name); long != nil {
			v.wrong(path, fmt.Sprintf("%s %q is the whole name of a service, and has to be the last part of it", path, name), "write "+long[1])
			continue
		}
		if slices.Contains(known, name) || !v.matches(path, name, endpointName) {
			continue
		}
		if near := nearest(name, known); near != "" {
			v.unwise("unknown-endpoint", path, fmt.Sprintf("this drover knows no endpoint %q", name), "did you mean "+near+"?")
		}
	}
	v.unique(n.Endpoints, "the endpoint", indexed("spec.network.endpoints"))
	if n.NAT != "none" || n.AdoptsSubnets() {
		return
	}
	var lacking []string
	for _, name := range v.rules.endpoints {
		if !slices.Contains(n.Endpoints, name) {
			lacking = append(lacking, name)
		}
	}
	if len(lacking) > 0 {
		v.wrong("spec.network.endpoints", "without NAT a node cannot start unless it reaches these services by endpoints: "+strings.Join(lacking, ", "), "add them to endpoints, or write nat: per-zone")
	}
}
