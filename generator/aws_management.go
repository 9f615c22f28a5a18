package generator

import (
	"net/netip"

	"github.com/hashicorp/hcl/v2/hclwrite"

	"drover/generator/spec"
)

// Where what serves management interfaces listens on every node; the ports of
// the ingress are 30080 and 30443.
const (
	managementHTTP  = 30081
	managementHTTPS = 30444
)

// awsManagement is a color's way in to management interfaces.
func awsManagement(s spec.Spec) hclwrite.Tokens {
	m := s.Ingress.Management
	out := []attribute{{"domain", text(m.Domain)}, {"visibility", text(m.Visibility)}, {"allow", texts(m.Allow)}}
	if m.ProxyProtocol {
		out = append(out, attribute{"proxy_protocol", boolean(true)})
	}
	if allowsVPN(s) {
		out = append(out, attribute{"allow_groups", object(attribute{"vpn", foundation("vpn_security_group_id")})})
	}
	return object(append(out, attribute{"node_ports", object(
		attribute{"http", integer(managementHTTP)}, attribute{"https", integer(managementHTTPS)})})...)
}

// allowsVPN tells whether the clients of the VPN are among those who reach
// internal management interfaces. They arrive with an address of the VPN's own
// interfaces, so that their range alone would let nobody in.
func allowsVPN(s spec.Spec) bool {
	if s.Access.VPN == nil || s.Ingress.Management.Visibility != "internal" {
		return false
	}
	clients, err := netip.ParsePrefix(s.Access.VPN.Clients)
	if err != nil {
		return false
	}
	for _, text := range s.Ingress.Management.Allow {
		if p, err := netip.ParsePrefix(text); err == nil && p.Bits() <= clients.Bits() && p.Contains(clients.Addr()) {
			return true
		}
	}
	return false
}
