package terratest

import (
	"strings"
	"testing"

	"github.com/gruntwork-io/terratest/modules/terraform"
)

const everywhere = "0.0.0.0/0"

// checkNetwork holds what the root promises in its outputs against what the account has: in each of three zones,
// every color's subnet goes out through a NAT gateway of its own zone, only public subnets reach the internet gateway,
// and the data subnets reach nothing outside.
func checkNetwork(t *testing.T, e *example, options *terraform.Options) {
	t.Helper()
	a := e.account
	networks := a.networks(t)
	if cidr := e.spec.Spec.Network.CIDR; len(networks) != 1 || networks[0].CIDR != cidr {
		t.Fatalf("the account has the networks %v, the spec asks for %s", networks, cidr)
	}
	vpc := networks[0]
	if id := terraform.Output(t, options, "vpc_id"); id != vpc.ID {
		t.Errorf("output vpc_id is %s, the account has %s", id, vpc.ID)
	}
	checkTags(t, e.name, vpc)

	var ids map[string][]string
	terraform.OutputStruct(t, options, "subnet_ids", &ids)
	subnets, gateways, routes := a.subnets(t, vpc.ID), a.gateways(t), waysOut(a.routeTables(t, vpc.ID))
	endpoints := checkFirewall(t, e, subnets, gateways, routes, ids)
	if len(gateways) != 3 {
		t.Errorf("there are %d NAT gateways, want one in each of 3 zones", len(gateways))
	}
	for _, kind := range []string{"public", "data", "blue", "green"} {
		if len(ids[kind]) != 3 {
			t.Errorf("there are %d %s subnets, want one in each of 3 zones", len(ids[kind]), kind)
		}
		zones := map[string]bool{}
		for _, id := range ids[kind] {
			zones[subnets[id].Zone] = true
			checkWayOut(t, kind, subnets[id], routes[id][everywhere], endpoints, gateways, subnets)
		}
		if len(zones) != 3 {
			t.Errorf("the %s subnets are in the zones %v, want 3", kind, zones)
		}
	}
}

func checkTags(t *testing.T, cluster string, vpc network) {
	t.Helper()
	tags := map[string]string{}
	for _, tag := range vpc.Tags {
		tags[tag.Key] = tag.Value
	}
	for key, want := range map[string]string{
		"drover:cluster": cluster, "drover:root": "foundation", "managed-by": "drover",
	} {
		if tags[key] != want {
			t.Errorf("the network has the tag %s=%q, want %q", key, tags[key], want)
		}
	}
}

// way is where a route leads.
type way struct{ nat, gateway, peering, transit string }

// waysOut are the routes of subnets, by destination.
func waysOut(tables []routeTable) map[string]map[string]way {
	ways := map[string]map[string]way{}
	for _, table := range tables {
		for _, association := range table.Associations {
			if association.Subnet == "" {
				continue // the network's main table
			}
			ways[association.Subnet] = map[string]way{}
			for _, r := range table.Routes {
				ways[association.Subnet][r.Destination] = way{nat: r.NAT, gateway: r.Gateway, peering: r.Peering, transit: r.Transit}
			}
		}
	}
	return ways
}

// checkWayOut holds a subnet's default route against what its kind may have. Endpoints are the firewall's by zone; with
// one, a private subnet goes out through that.
func checkWayOut(t *testing.T, kind string, s subnet, w way, endpoints map[string]string, gateways map[string]gateway, subnets map[string]subnet) {
	t.Helper()
	switch endpoint := endpoints[s.Zone]; {
	case s.ID == "":
		t.Errorf("a %s subnet of the outputs is not in the account", kind)
	case kind == "public" && (!strings.HasPrefix(w.gateway, "igw-") || w.nat != ""):
		t.Errorf("the public subnet %s does not go out through the internet gateway: %+v", s.ID, w)
	case kind == "public":
	case strings.HasPrefix(w.gateway, "igw-") || s.PublicIP:
		t.Errorf("the %s subnet %s is reachable from outside: %+v", kind, s.ID, w)
	case kind == "data" && w != way{}:
		t.Errorf("the data subnet %s has a way out: %+v", s.ID, w)
	case kind == "data":
	case len(endpoints) > 0 && (endpoint == "" || w != way{gateway: endpoint}):
		t.Errorf("the %s subnet %s goes out by %+v, and not through the firewall of %s, %s", kind, s.ID, w, s.Zone, endpoint)
	case len(endpoints) > 0:
	case w.nat == "":
		t.Errorf("the %s subnet %s has no way out", kind, s.ID)
	case subnets[gateways[w.nat].Subnet].Zone != s.Zone:
		t.Errorf("the %s subnet %s in %s goes out through %s in another zone", kind, s.ID, s.Zone, w.nat)
	}
}
