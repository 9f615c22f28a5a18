package terratest

import (
	"slices"
	"strings"
	"testing"
)

type firewallAnswer struct {
	Firewall struct {
		VPC      string `json:"VpcId"`
		Mappings []struct {
			Subnet string `json:"SubnetId"`
		} `json:"SubnetMappings"`
		Encryption struct{ Type string } `json:"EncryptionConfiguration"`
	}
	Status struct {
		Status string
		States map[string]struct {
			Attachment struct {
				Subnet   string `json:"SubnetId"`
				Endpoint string `json:"EndpointId"`
			}
		} `json:"SyncStates"`
	} `json:"FirewallStatus"`
}

// checkFirewall: where the spec restricts what leaves, there is a firewall with an endpoint in each zone, whose subnets
// go on to the NAT gateway of their zone, and what comes back from there goes through the endpoint of the zone that it is
// for. Elsewhere there is none. It gives the endpoints by zone.
func checkFirewall(t *testing.T, e *example, subnets map[string]subnet, gateways map[string]gateway, routes map[string]map[string]way, ids map[string][]string) map[string]string {
	t.Helper()
	const service, prefix = "network-firewall", "NetworkFirewall_20201112"
	var list struct {
		Firewalls []struct{ FirewallName string }
	}
	e.account.json(t, service, prefix, "ListFirewalls", map[string]any{}, &list)
	if e.spec.Spec.Network.Egress.Mode != "restricted" {
		if len(list.Firewalls) > 0 {
			t.Errorf("everything may leave, and there are the firewalls %v", list.Firewalls)
		}
		return nil
	}
	var f firewallAnswer
	e.account.json(t, service, prefix, "DescribeFirewall", map[string]string{"FirewallName": e.name}, &f)
	if f.Status.Status != "READY" || f.Firewall.Encryption.Type != "CUSTOMER_KMS" {
		t.Errorf("the firewall is %+v, want it ready, and encrypted with a key of the customer's", f)
	}
	checkAllowed(t, e)
	endpoints := map[string]string{}
	for zone, state := range f.Status.States {
		endpoints[zone] = state.Attachment.Endpoint
		if s := subnets[state.Attachment.Subnet]; s.Zone != zone {
			t.Errorf("the firewall's endpoint of %s is in %+v", zone, s)
		}
		w := routes[state.Attachment.Subnet][everywhere]
		if w.nat == "" || subnets[gateways[w.nat].Subnet].Zone != zone {
			t.Errorf("the firewall of %s goes on to %+v, and not to the NAT gateway of its zone", zone, w)
		}
	}
	if len(endpoints) != e.spec.Spec.Network.Zones {
		t.Errorf("the firewall has the endpoints %v, want one in each of %d zones", endpoints, e.spec.Spec.Network.Zones)
	}
	for _, g := range gateways {
		zone := subnets[g.Subnet].Zone
		for _, id := range slices.Concat(ids["blue"], ids["green"]) {
			if s := subnets[id]; s.Zone == zone && routes[g.Subnet][s.CIDR] != (way{gateway: endpoints[zone]}) {
				t.Errorf("from the NAT gateway of %s to %s the way is %+v, and not through the firewall", zone, s.CIDR, routes[g.Subnet][s.CIDR])
			}
		}
	}
	return endpoints
}

// checkAllowed: the firewall lets through the names of the spec, and no others.
func checkAllowed(t *testing.T, e *example) {
	t.Helper()
	const service, prefix = "network-firewall", "NetworkFirewall_20201112"
	var groups struct{ RuleGroups []struct{ Name string } }
	e.account.json(t, service, prefix, "ListRuleGroups", map[string]any{}, &groups)
	var allowed []string
	for _, group := range groups.RuleGroups {
		var answer struct {
			RuleGroup struct {
				RulesSource struct {
					RulesSourceList struct {
						Targets            []string
						GeneratedRulesType string
					}
				}
			}
		}
		e.account.json(t, service, prefix, "DescribeRuleGroup", map[string]string{"RuleGroupName": group.Name, "Type": "STATEFUL"}, &answer)
		if source := answer.RuleGroup.RulesSource.RulesSourceList; source.GeneratedRulesType == "ALLOWLIST" {
			allowed = append(allowed, source.Targets...)
		}
	}
	want := slices.Sorted(slices.Values(e.spec.Spec.Network.Egress.Allow))
	if slices.Sort(allowed); len(want) == 0 || !slices.Equal(allowed, want) {
		t.Errorf("the firewall lets through %v, want %v", allowed, want)
	}
	var policy struct {
		FirewallPolicy struct {
			StatefulDefaultActions  []string
			StatelessDefaultActions []string
		}
	}
	e.account.json(t, service, prefix, "DescribeFirewallPolicy", map[string]string{"FirewallPolicyName": e.name}, &policy)
	p := policy.FirewallPolicy
	if !slices.Contains(p.StatefulDefaultActions, "aws:drop_established") || strings.Join(p.StatelessDefaultActions, "") != "aws:forward_to_sfe" {
		t.Errorf("what no rule lets through meets %+v, want it to be dropped", p)
	}
}
