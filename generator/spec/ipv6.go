package spec

import (
	"fmt"
	"net/netip"
	"strings"
)

// IPv6 tells whether pods and services have addresses of IPv6.
func (n Network) IPv6() bool { return n.IPFamily == "ipv6" }

// family checks what a cluster of IPv6 cannot have.
// https://docs.aws.amazon.com/eks/latest/userguide/cni-ipv6.html
func (v *validator) family(n Network) {
	const path = "spec.network.ipFamily"
	if !oneIs(v, path, n.IPFamily) || !n.IPv6() {
		return
	}
	if v.rules.noIPv6 == nil {
		v.forAWS(path, "network of IPv6")
		return
	}
	at := v.where(path)
	if strings.HasPrefix(v.c.Spec.Region, "cn-") {
		v.wrong(path, "EKS has no clusters of IPv6 in China", "write ipFamily: ipv4", v.where("spec.region"))
	}
	if v.has("spec.network.services") {
		v.wrong("spec.network.services", "a cluster of IPv6 has its range for services from EKS, and none can be given", "remove the line, or write ipFamily: ipv4", at)
	}
	if n.Pods != "" {
		v.wrong("spec.network.pods", "a cluster of IPv6 takes no range for its pods: each has an address of IPv6, of which there are enough", "remove the line, or write ipFamily: ipv4", at)
	}
	if n.Egress.Mode == "restricted" {
		v.wrong("spec.network.egress.mode", "egress cannot be restricted with IPv6: answers to what leaves by IPv6 come back past the firewall, which drops what it sees in one direction only",
			"write ipFamily: ipv4, where all of it passes the firewall, or mode: open", at)
	}
	if n.Adopt != nil && !n.AdoptsSubnets() {
		v.wrong("spec.network.adopt", "drover makes no subnets of IPv6 in a network that it adopts: which parts of its range of IPv6 are free, it cannot know",
			"add subnets: with some that have ranges of IPv6, or remove adopt", at)
	}
}

// sourceOfIPv6 checks a range of IPv6 that may reach the ingress.
func (v *validator) sourceOfIPv6(path string, p netip.Prefix, visibility string) {
	switch {
	case p != p.Masked():
		v.wrong(path, fmt.Sprintf("%s %s has bits set behind its first %d: it names an address in the range", path, p, p.Bits()), fmt.Sprintf("write %s, the range that it is in", p.Masked()))
	case p.Addr().Is4In6():
		v.wrong(path, fmt.Sprintf("%s %s is IPv4 in the form of IPv6, which no client has", path, p), "write it like 203.0.113.0/24")
	case !v.c.Spec.Network.IPv6():
		v.wrong(path, fmt.Sprintf("%s is IPv6, and nobody reaches the ingress by it", p), "write network: {ipFamily: ipv6}, or remove it")
	case visibility == "internal":
		v.wrong(path, fmt.Sprintf("%s is IPv6, and an internal ingress is reached by IPv4: no other network has a route of IPv6 to it", p), "write visibility: public, or remove it")
	}
}
