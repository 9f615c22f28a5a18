package terratest

import (
	"fmt"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gruntwork-io/terratest/modules/terraform"

	"drover/test/harness"
)

// six is a cluster of IPv6, as small as one can be.
const six = `
apiVersion: drover/v1
kind: Cluster
metadata: {name: six}
spec:
  platform: aws
  region: eu-west-1
  network: {cidr: 10.46.0.0/16, zones: 2, nat: single, endpoints: [s3], ipFamily: ipv6}
  ingress: {domain: six.example.com}
  access: {admins: ["arn:aws:iam::123456789012:role/platform-admin"]}
  nodePools: [{name: general, machines: [m7i.large], min: 1, max: 2}]
`

// The roots of a cluster of IPv6 are applied, looked at and destroyed.
func TestAClusterOfIPv6IsReachedByBothFamilies(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "six.yaml")
	if err := os.WriteFile(file, []byte(six), 0o600); err != nil {
		t.Fatal(err)
	}
	e := prepare(t, file)
	foundation, blue, traffic := e.root("foundation"), e.root("blue"), e.root("traffic")
	before := e.account.holds(t)

	e.apply(t, foundation)
	checkNetworkOfIPv6(t, e, foundation)
	e.apply(t, blue)
	checkClusterOfIPv6(t, e)
	traffic.Vars = colors(t, e, blue, 100)
	e.apply(t, traffic)
	checkRecordsOfIPv6(t, e, foundation)
	for _, root := range []*terraform.Options{foundation, blue, traffic} {
		if code := terraform.PlanExitCode(t, root); code != 0 {
			t.Errorf("a plan of %s right after its apply exits with %d", filepath.Base(root.TerraformDir), code)
		}
	}

	terraform.Destroy(t, traffic)
	destroyProtected(t, blue)
	destroyProtected(t, foundation)
	same(t, "all roots", before, e.account.holds(t))
	harness.CheckCalls(t, "terraform-six", e.calls)
}

// checkNetworkOfIPv6: public subnets and those of the colors have a /64 each, of the network's /56 and of no other;
// private ones call out by the gateway that lets nobody in, and by NAT64, and public ones by the internet gateway.
func checkNetworkOfIPv6(t *testing.T, e *example, foundation *terraform.Options) {
	t.Helper()
	whole, err := netip.ParsePrefix(terraform.Output(t, foundation, "ipv6_cidr"))
	if err != nil || whole.Bits() != 56 {
		t.Fatalf("the network has the range %s (%v), want a /56", whole, err)
	}
	var ids map[string][]string
	terraform.OutputStruct(t, foundation, "subnet_ids", &ids)
	var answer struct {
		Subnets []struct {
			ID      string `xml:"subnetId"`
			Range   string `xml:"ipv6CidrBlockAssociationSet>item>ipv6CidrBlock"`
			Assigns bool   `xml:"assignIpv6AddressOnCreation"`
		} `xml:"subnetSet>item"`
	}
	vpc := terraform.Output(t, foundation, "vpc_id")
	e.account.ask(t, "DescribeSubnets", inNetwork(vpc), &answer)
	taken := map[string]string{}
	for _, s := range answer.Subnets {
		data, color := slices.Contains(ids["data"], s.ID), slices.Contains(ids["blue"], s.ID) || slices.Contains(ids["green"], s.ID)
		if data != (s.Range == "") || s.Assigns != color {
			t.Errorf("the subnet %s has the range %q, and gives addresses: %t", s.ID, s.Range, s.Assigns)
		}
		if data {
			continue
		}
		p, err := netip.ParsePrefix(s.Range)
		if err != nil || p.Bits() != 64 || !whole.Contains(p.Addr()) || taken[s.Range] != "" {
			t.Errorf("the subnet %s has %s (%v), which %s has too, or is no /64 of %s", s.ID, s.Range, err, taken[s.Range], whole)
		}
		taken[s.Range] = s.ID
	}
	if len(taken) != 6 {
		t.Errorf("%d subnets have a range, want 6 in two zones", len(taken))
	}
	checkWaysOfIPv6(t, e, vpc, ids)
}

func checkWaysOfIPv6(t *testing.T, e *example, vpc string, ids map[string][]string) {
	t.Helper()
	var answer struct {
		Tables []struct {
			Routes []struct {
				To     string `xml:"destinationIpv6CidrBlock"`
				NAT    string `xml:"natGatewayId"`
				Egress string `xml:"egressOnlyInternetGatewayId"`
				Public string `xml:"gatewayId"`
			} `xml:"routeSet>item"`
			Subnets []string `xml:"associationSet>item>subnetId"`
		} `xml:"routeTableSet>item"`
	}
	e.account.ask(t, "DescribeRouteTables", inNetwork(vpc), &answer)
	ways := map[string]string{}
	for _, table := range answer.Tables {
		for _, subnet := range table.Subnets {
			for _, r := range table.Routes {
				if r.To == "::/0" || r.To == "64:ff9b::/96" {
					kind, _, _ := strings.Cut(r.NAT+r.Egress+r.Public, "-")
					ways[subnet] += r.To + " " + kind + ";"
				}
			}
		}
	}
	for tier, want := range map[string][]string{"public": {"::/0 igw"}, "data": nil, "blue": {"64:ff9b::/96 nat", "::/0 eigw"}, "green": {"64:ff9b::/96 nat", "::/0 eigw"}} {
		for _, id := range ids[tier] {
			got := strings.Split(strings.TrimSuffix(ways[id], ";"), ";")
			if slices.Sort(got); fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("the %s subnet %s has the ways %q, want %q", tier, id, got, want)
			}
		}
	}
}

// checkClusterOfIPv6: pods and services have IPv6, nodes have a primary address of it, and the load balancer answers by
// both families, to everyone, and reaches nodes by IPv6.
func checkClusterOfIPv6(t *testing.T, e *example) {
	t.Helper()
	var described struct {
		Cluster struct {
			Network struct {
				Family   string `json:"ipFamily"`
				Services string `json:"serviceIpv6Cidr"`
			} `json:"kubernetesNetworkConfig"`
		} `json:"cluster"`
	}
	e.account.rest(t, "DescribeCluster", "/clusters/six-blue", &described)
	if n := described.Cluster.Network; n.Family != "ipv6" || n.Services == "" {
		t.Errorf("the cluster has %+v, want IPv6", n)
	}
	var launched struct {
		Primary []bool `xml:"launchTemplateVersionSet>item>launchTemplateData>networkInterfaceSet>item>primaryIpv6"`
	}
	e.account.ask(t, "DescribeLaunchTemplateVersions", url.Values{"LaunchTemplateName": {"six-blue-general"}, "LaunchTemplateVersion.1": {"$Latest"}}, &launched)
	if !slices.Equal(launched.Primary, []bool{true}) {
		t.Errorf("nodes have primary addresses of IPv6: %v, want one", launched.Primary)
	}
	var balancers struct {
		Families []string `xml:"DescribeLoadBalancersResult>LoadBalancers>member>IpAddressType"`
	}
	e.account.query(t, "elasticloadbalancing", elbVersion, "DescribeLoadBalancers", nil, &balancers)
	var groups struct {
		Families []string `xml:"DescribeTargetGroupsResult>TargetGroups>member>IpAddressType"`
	}
	e.account.query(t, "elasticloadbalancing", elbVersion, "DescribeTargetGroups", nil, &groups)
	if !slices.Equal(balancers.Families, []string{"dualstack"}) || !slices.Equal(groups.Families, []string{"ipv6", "ipv6"}) {
		t.Errorf("the load balancers are %v and their targets %v, want one of both families with targets of IPv6", balancers.Families, groups.Families)
	}
}

// checkRecordsOfIPv6: each name that leads to blue does so by both families, with the same weight.
func checkRecordsOfIPv6(t *testing.T, e *example, foundation *terraform.Options) {
	t.Helper()
	kinds := map[string][]string{}
	for _, r := range e.account.records(t, foundation) {
		if !leadsTo(r, e.account.balancers(t)["six-blue"].DNSName) {
			continue
		}
		weight := "-"
		if r.Weight != nil {
			weight = fmt.Sprint(*r.Weight)
		}
		kinds[r.Name] = append(kinds[r.Name], r.Type+" "+weight)
	}
	for name, weight := range map[string]string{"six.example.com.": "100", `\052.six.example.com.`: "100", "blue.six.example.com.": "-"} {
		got := kinds[name]
		if slices.Sort(got); !slices.Equal(got, []string{"A " + weight, "AAAA " + weight}) {
			t.Errorf("%s has the records %v, want A and AAAA with the weight %s", name, got, weight)
		}
	}
}
