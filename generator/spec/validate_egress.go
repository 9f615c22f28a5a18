package spec

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// mostUDP is how many rules an egress firewall has room for.
const mostUDP = 100

// udp checks where messages without a connection may go.
func (v *validator) udp(e Egress) {
	const path = "spec.network.egress.udp"
	var all []string
	for i, to := range e.UDP {
		at := fmt.Sprintf("%s[%d]", path, i)
		all = append(all, fmt.Sprintf("%s port %d", to.CIDR, to.Port))
		if to.CIDR != "" {
			v.udpRange(at+".cidr", to.CIDR)
		}
		if v.has(at+".port") && !bounds[path+"[].port"].hold(to.Port) {
			v.wrong(at+".port", fmt.Sprintf("%s.port is %d, and ports are 1 to 65535", at, to.Port), "write one of them")
		}
	}
	v.unique(all, "the rule", indexed(path))
	switch {
	case len(e.UDP) > 0 && e.Mode != "restricted":
		v.wrong(path, "egress is open, so that UDP leaves to everywhere", "write mode: restricted, or remove the rules")
	case len(e.UDP) > mostUDP:
		v.wrong(path, fmt.Sprintf("%s has %d rules, and there is room for %d", path, len(e.UDP), mostUDP), "write larger ranges")
	}
}

// inside are the ranges that nothing leaves the network to: private ones, and addresses of the machine itself and of its link.
var inside = append(slices.Clone(private), netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("169.254.0.0/16"))

func (v *validator) udpRange(path, text string) {
	p, ok := v.cidr(path, text)
	switch {
	case !ok:
	case p.Bits() == 0:
		v.wrong(path, fmt.Sprintf("%s is every address there is: whatever is sent by UDP would leave", p), "write the range that is really needed")
	case slices.ContainsFunc(inside, func(q netip.Prefix) bool { return q.Bits() <= p.Bits() && q.Contains(p.Addr()) }):
		v.wrong(path, fmt.Sprintf("%s is no public range: what goes there does not pass the egress firewall, and needs no rule", p), "remove the rule")
	}
}

// nodes checks the way onto nodes, and that nodes reach what it needs.
func (v *validator) nodes() {
	const path = "spec.access.nodes"
	s := v.c.Spec
	if len(v.rules.sessions) == 0 {
		if v.has(path) {
			v.forAWS(path, "choice of a way onto nodes")
		}
		return
	}
	if !oneIs(v, path, s.Access.Nodes) || s.Access.Nodes != "sessions" || s.Network.AdoptsSubnets() || v.failedWithin("spec.network") {
		return
	}
	var lacking, hosts []string
	for _, service := range v.rules.sessions {
		host := fmt.Sprintf(v.rules.host, service, s.Region) + suffixOf(s.Region)
		leaves := s.Network.NAT != "none" && (s.Network.Egress.Mode != "restricted" || reaches(s.Network.Egress.Allow, host))
		if !leaves && !slices.Contains(s.Network.Endpoints, service) {
			lacking, hosts = append(lacking, service), append(hosts, host)
		}
	}
	if len(lacking) == 0 {
		return
	}
	help := "add " + strings.Join(lacking, " and ") + " to spec.network.endpoints"
	if s.Network.NAT != "none" {
		help += ", or " + strings.Join(hosts, " and ") + " to spec.network.egress.allow"
	}
	v.unwise("blocked-sessions", path, "no session can be opened on nodes: they do not reach the services that it needs", help+", or write nodes: none")
}
