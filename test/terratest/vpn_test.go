package terratest

import (
	"net/url"
	"slices"
	"testing"

	"github.com/gruntwork-io/terratest/modules/terraform"
)

// checkVPN: where the spec has a VPN, there is an endpoint that engineers reach by certificate in each data subnet, which
// leads into the network and nowhere else, and whose connections are logged. Elsewhere there is none.
func checkVPN(t *testing.T, e *example, foundation *terraform.Options) {
	t.Helper()
	var endpoints struct {
		List []struct {
			ID             string `xml:"clientVpnEndpointId"`
			Status         string `xml:"status>code"`
			Clients        string `xml:"clientCidrBlock"`
			Certificate    string `xml:"serverCertificateArn"`
			Authentication string `xml:"authenticationOptions>item>type"`
			Split          bool   `xml:"splitTunnel"`
			Logged         bool   `xml:"connectionLogOptions>Enabled"`
		} `xml:"clientVpnEndpoint>item"`
	}
	e.account.ask(t, "DescribeClientVpnEndpoints", nil, &endpoints)
	vpn := e.spec.Spec.Access.VPN
	if vpn == nil {
		if len(endpoints.List) > 0 {
			t.Errorf("the spec has no VPN, and there is %+v", endpoints.List)
		}
		return
	}
	if len(endpoints.List) != 1 || endpoints.List[0].ID != terraform.Output(t, foundation, "vpn_endpoint_id") {
		t.Fatalf("there are the VPN endpoints %+v, want that of the outputs", endpoints.List)
	}
	v := endpoints.List[0]
	if v.Status != "available" || v.Clients != vpn.Clients || v.Certificate != vpn.ServerCertificate || v.Authentication != "certificate-authentication" || !v.Split || !v.Logged {
		t.Errorf("the VPN endpoint is %+v, want it available, by certificate, with a split tunnel, and logged", v)
	}
	in := url.Values{"ClientVpnEndpointId": {v.ID}}
	var rules struct {
		Networks []string `xml:"authorizationRule>item>destinationCidr"`
	}
	e.account.ask(t, "DescribeClientVpnAuthorizationRules", in, &rules)
	if !slices.Equal(rules.Networks, []string{e.spec.Spec.Network.CIDR}) {
		t.Errorf("clients are let into %v, want the network alone", rules.Networks)
	}
	var targets struct {
		Subnets []string `xml:"clientVpnTargetNetworks>item>targetNetworkId"`
	}
	e.account.ask(t, "DescribeClientVpnTargetNetworks", in, &targets)
	var ids map[string][]string
	terraform.OutputStruct(t, foundation, "subnet_ids", &ids)
	if slices.Sort(targets.Subnets); !slices.Equal(targets.Subnets, slices.Sorted(slices.Values(ids["data"]))) {
		t.Errorf("the VPN is in the subnets %v, want the data subnets %v", targets.Subnets, ids["data"])
	}
}
