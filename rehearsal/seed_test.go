package rehearsal

import (
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"drover/generator/spec"
)

// seeded starts a cloud for a spec, and returns the spec as it is rehearsed.
func seeded(t *testing.T, data string) (c *Cloud, before, after spec.Cluster, told string) {
	t.Helper()
	before = parsed(t, data)
	c = startCloud(t, Options{Domain: before.Spec.Ingress.Domain, Dir: t.TempDir()})
	edits, err := c.seed(t.Context(), before)
	if err != nil {
		t.Fatal(err)
	}
	edited, err := apply([]byte(data), edits)
	if err != nil {
		t.Fatal(err)
	}
	return c, before, parsed(t, string(edited)), strings.Join(notes(edits), "; ")
}

// networks are the account's VPCs, by their ids.
func networks(t *testing.T, c *Cloud, region string) map[string]string {
	t.Helper()
	var out struct {
		List []struct {
			ID   string `xml:"vpcId"`
			CIDR string `xml:"cidrBlock"`
		} `xml:"vpcSet>item"`
	}
	if err := c.directIn(region).Query(t.Context(), "ec2", ec2Version, "DescribeVpcs", nil, &out); err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, n := range out.List {
		found[n.ID] = n.CIDR
	}
	return found
}

func TestPeersAndTheTransitGatewayHaveStandIns(t *testing.T) {
	t.Parallel()
	data := strings.Replace(production, "nat: single}", "nat: single, peerings: ["+
		"{name: data, network: vpc-0a1b2c3d4e5f60718, cidrs: [10.30.0.0/15, 10.33.0.0/16]}, "+
		"{name: far, network: vpc-0a1b2c3d4e5f60719, cidrs: [10.40.0.0/16], region: us-east-1}, "+
		"{name: theirs, network: vpc-0a1b2c3d4e5f6071a, cidrs: [10.50.0.0/16], account: \"210987654321\"}], "+
		"transitGateway: {id: tgw-0a1b2c3d4e5f60718, cidrs: [10.0.0.0/8]}}", 1)
	c, before, after, told := seeded(t, data)
	for i, cidr := range []string{"10.30.0.0/16", "10.40.0.0/16", "10.50.0.0/16"} {
		is, was := after.Spec.Network.Peerings[i], before.Spec.Network.Peerings[i]
		region := defaultRegion
		if was.Region != "" {
			region = was.Region
		}
		if got := networks(t, c, region)[is.Network]; got != cidr {
			t.Errorf("the peering %s leads to %s, which has the range %q, want %s", is.Name, is.Network, got, cidr)
		}
		if is.Account != "" || is.Region != was.Region || !slices.Equal(is.CIDRs, was.CIDRs) {
			t.Errorf("the peering %+v became %+v", was, is)
		}
		if !strings.Contains(told, is.Name+" leads to "+is.Network) || !strings.Contains(told, "instead of "+was.Network) {
			t.Errorf("nobody is told of the stand-in of %s: %s", is.Name, told)
		}
	}
	if !strings.Contains(told, "of 210987654321: the simulated account accepts it itself") {
		t.Errorf("nobody is told that a peer is of another account: %s", told)
	}
	var gateways struct {
		IDs []string `xml:"transitGatewaySet>item>transitGatewayId"`
	}
	if err := c.direct().Query(t.Context(), "ec2", ec2Version, "DescribeTransitGateways", nil, &gateways); err != nil {
		t.Fatal(err)
	}
	if id := after.Spec.Network.TransitGateway.ID; !slices.Equal(gateways.IDs, []string{id}) || !strings.Contains(told, id) {
		t.Errorf("the transit gateway is %s, and the account has %v; told is %s", id, gateways.IDs, told)
	}
}

func TestWhatIsAdoptedIsMadeBeforehand(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(filepath.Join("..", "generator", "spec", "testdata", "good", "adopted.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	c, before, after, told := seeded(t, string(data))
	n := after.Spec.Network
	if got := networks(t, c, defaultRegion)[n.Adopt.Network]; got != n.CIDR {
		t.Errorf("the adopted network has the range %q, want %s", got, n.CIDR)
	}
	var zone struct {
		Name string `xml:"HostedZones>HostedZone>Name"`
	}
	zones := map[string]int{}
	var taken []netip.Prefix
	for _, tier := range [][]string{n.Adopt.Subnets.Public, n.Adopt.Subnets.Data, n.Adopt.Subnets.Blue, n.Adopt.Subnets.Green} {
		if len(tier) != before.Spec.Network.Zones {
			t.Errorf("a tier has the subnets %v, want %d", tier, before.Spec.Network.Zones)
		}
		for _, id := range tier {
			cidr, zone := subnet(t, c, n.Adopt.Network, id)
			zones[zone]++
			if slices.ContainsFunc(taken, cidr.Overlaps) || !netip.MustParsePrefix(n.CIDR).Overlaps(cidr) {
				t.Errorf("the subnet %s has the range %s, beside %v in %s", id, cidr, taken, n.CIDR)
			}
			taken = append(taken, cidr)
		}
	}
	if len(zones) != before.Spec.Network.Zones {
		t.Errorf("the subnets are in the zones %v, want %d", zones, before.Spec.Network.Zones)
	}
	if in := after.Spec.Ingress; in.ZoneID != "" || in.Zone != "adopt" || !strings.Contains(told, "instead of "+before.Spec.Ingress.ZoneID) {
		t.Errorf("the adopted zone is %+v; told is %s", in, told)
	}
	if err := c.direct().RESTXML(t.Context(), "route53", "ListHostedZonesByName", http.MethodGet, "/2013-04-01/hostedzonesbyname?dnsname="+after.Spec.Ingress.Domain, nil, &zone); err != nil {
		t.Fatal(err)
	}
	if zone.Name != after.Spec.Ingress.Domain+"." {
		t.Errorf("by its domain there is the zone %q", zone.Name)
	}
	for _, say := range []string{n.Adopt.Network, before.Spec.Network.Adopt.Network, "subnets are made"} {
		if !strings.Contains(told, say) {
			t.Errorf("nobody is told of %q: %s", say, told)
		}
	}
}

func TestAPrivateZoneThatIsAdoptedIsOfTheAdoptedNetwork(t *testing.T) {
	t.Parallel()
	data := strings.Replace(production, "nat: single}", "nat: single, adopt: {network: vpc-0a1b2c3d4e5f60718}}", 1)
	data = strings.Replace(data, "{domain: shop.example.com}", "{domain: shop.example.com, visibility: internal, zone: adopt}", 1)
	c, _, after, _ := seeded(t, data)
	var zones struct {
		ID string `xml:"HostedZones>HostedZone>Id"`
	}
	if err := c.direct().RESTXML(t.Context(), "route53", "ListHostedZones", http.MethodGet, "/2013-04-01/hostedzone", nil, &zones); err != nil {
		t.Fatal(err)
	}
	var zone struct {
		Private bool   `xml:"HostedZone>Config>PrivateZone"`
		Network string `xml:"VPCs>VPC>VPCId"`
	}
	if err := c.direct().RESTXML(t.Context(), "route53", "GetHostedZone", http.MethodGet, "/2013-04-01"+zones.ID, nil, &zone); err != nil {
		t.Fatal(err)
	}
	if want := after.Spec.Network.Adopt.Network; !zone.Private || zone.Network != want {
		t.Errorf("the zone is %+v, want it private, and of %s", zone, want)
	}
}

// subnet asks the account for a subnet of a network.
func subnet(t *testing.T, c *Cloud, network, id string) (netip.Prefix, string) {
	t.Helper()
	var out struct {
		VPC  string `xml:"subnetSet>item>vpcId"`
		CIDR string `xml:"subnetSet>item>cidrBlock"`
		Zone string `xml:"subnetSet>item>availabilityZone"`
	}
	if err := c.direct().Query(t.Context(), "ec2", ec2Version, "DescribeSubnets", url.Values{"SubnetId.1": {id}}, &out); err != nil {
		t.Fatal(err)
	}
	if out.VPC != network {
		t.Errorf("the subnet %s is in %s, want %s", id, out.VPC, network)
	}
	return netip.MustParsePrefix(out.CIDR), out.Zone
}

func TestReceiversFindAMadeUpKey(t *testing.T) {
	t.Parallel()
	data := production + "  services: {alerts: {pagerduty: {routingKey: {vault: shop/pagerduty}}, webhook: {address: \"https://alerts.example.com/\", key: {vault: shop/pagerduty}}}}\n"
	c, before, after, told := seeded(t, data)
	if !reflect.DeepEqual(before, after) {
		t.Errorf("the copy says\n%+v\nwant\n%+v", after.Spec, before.Spec)
	}
	var secret struct{ SecretString string }
	in := map[string]string{"SecretId": "shop/pagerduty"}
	if err := c.direct().JSON(t.Context(), "secretsmanager", "secretsmanager", "GetSecretValue", in, &secret); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(secret.SecretString, "made-up-") || strings.Contains(told, secret.SecretString) || strings.Count(told, "shop/pagerduty holds a made-up key") != 1 {
		t.Errorf("the secret is %q, and told is %s", secret.SecretString, told)
	}
}

func TestPartsOfANetworkAreOfOneSizeAndApart(t *testing.T) {
	t.Parallel()
	network := netip.MustParsePrefix("10.44.0.0/20")
	for i, want := range []string{"10.44.0.0/23", "10.44.2.0/23", "10.44.4.0/23", "10.44.6.0/23", "10.44.8.0/23"} {
		if got := part(network, i, 5).String(); got != want {
			t.Errorf("part %d is %s, want %s", i, got, want)
		}
	}
}

func TestAServedCloudSaysWhichIdsToWrite(t *testing.T) {
	t.Parallel()
	got := differences([]edit{{"network.transitGateway.id", "tgw-1", "the transit gateway is tgw-1"}, {path: "network.peerings"}, {note: "the secret a holds a key"}})
	if want := "# the transit gateway is tgw-1\n# the secret a holds a key\n"; got != want {
		t.Errorf("it says\n%s\nwant\n%s", got, want)
	}
}
