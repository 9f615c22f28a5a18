package terratest

import (
	"net/http"
	"net/url"
	"testing"

	"drover/rehearsal/aws/awsapi"
	"drover/rehearsal/aws/inventory"
)

const ec2Version = "2016-11-15"

// account asks the simulated account, not Terraform's state, what is there.
type account struct {
	endpoint, region string
}

type tag struct {
	Key   string `xml:"key"`
	Value string `xml:"value"`
}

type network struct {
	ID   string `xml:"vpcId"`
	CIDR string `xml:"cidrBlock"`
	Tags []tag  `xml:"tagSet>item"`
}

type subnet struct {
	ID       string `xml:"subnetId"`
	Zone     string `xml:"availabilityZone"`
	CIDR     string `xml:"cidrBlock"`
	PublicIP bool   `xml:"mapPublicIpOnLaunch"`
}

type gateway struct {
	ID     string `xml:"natGatewayId"`
	Subnet string `xml:"subnetId"`
	State  string `xml:"state"`
}

type routeTable struct {
	ID     string `xml:"routeTableId"`
	Routes []struct {
		Destination string `xml:"destinationCidrBlock"`
		NAT         string `xml:"natGatewayId"`
		Gateway     string `xml:"gatewayId"` // to the internet, or the endpoint of a firewall
		Peering     string `xml:"vpcPeeringConnectionId"`
		Transit     string `xml:"transitGatewayId"`
	} `xml:"routeSet>item"`
	Associations []struct {
		Subnet string `xml:"subnetId"`
	} `xml:"associationSet>item"`
}

// networks are the VPCs, without the default one that every account has.
func (a account) networks(t *testing.T) []network {
	t.Helper()
	var answer struct {
		Networks []network `xml:"vpcSet>item"`
	}
	a.ask(t, "DescribeVpcs", url.Values{"Filter.1.Name": {"is-default"}, "Filter.1.Value.1": {"false"}}, &answer)
	return answer.Networks
}

func (a account) subnets(t *testing.T, vpc string) map[string]subnet {
	t.Helper()
	var answer struct {
		Subnets []subnet `xml:"subnetSet>item"`
	}
	a.ask(t, "DescribeSubnets", inNetwork(vpc), &answer)
	found := make(map[string]subnet, len(answer.Subnets))
	for _, s := range answer.Subnets {
		found[s.ID] = s
	}
	return found
}

func (a account) routeTables(t *testing.T, vpc string) []routeTable {
	t.Helper()
	var answer struct {
		Tables []routeTable `xml:"routeTableSet>item"`
	}
	a.ask(t, "DescribeRouteTables", inNetwork(vpc), &answer)
	return answer.Tables
}

// gateways are the NAT gateways that are not deleted.
func (a account) gateways(t *testing.T) map[string]gateway {
	t.Helper()
	var answer struct {
		Gateways []gateway `xml:"natGatewaySet>item"`
	}
	a.ask(t, "DescribeNatGateways", nil, &answer)
	found := make(map[string]gateway, len(answer.Gateways))
	for _, g := range answer.Gateways {
		if g.State != "deleted" {
			found[g.ID] = g
		}
	}
	return found
}

func inNetwork(vpc string) url.Values {
	return url.Values{"Filter.1.Name": {"vpc-id"}, "Filter.1.Value.1": {vpc}}
}

func (a account) ask(t *testing.T, action string, parameters url.Values, answer any) {
	t.Helper()
	a.query(t, "ec2", ec2Version, action, parameters, answer)
}

func (a account) query(t *testing.T, service, version, action string, parameters url.Values, answer any) {
	t.Helper()
	if err := a.client().Query(t.Context(), service, version, action, parameters, answer); err != nil {
		t.Fatal(err)
	}
}

func (a account) json(t *testing.T, service, prefix, operation string, in, answer any) {
	t.Helper()
	if err := a.client().JSON(t.Context(), service, prefix, operation, in, answer); err != nil {
		t.Fatal(err)
	}
}

func (a account) rest(t *testing.T, operation, path string, answer any) {
	t.Helper()
	a.restOf(t, "eks", operation, http.MethodGet, path, answer)
}

func (a account) restOf(t *testing.T, service, operation, method, path string, answer any) {
	t.Helper()
	if err := a.client().REST(t.Context(), service, operation, method, path, nil, answer); err != nil {
		t.Fatal(err)
	}
}

func (a account) restXML(t *testing.T, operation, path string, answer any) {
	t.Helper()
	if err := a.client().RESTXML(t.Context(), "route53", operation, http.MethodGet, path, nil, answer); err != nil {
		t.Fatal(err)
	}
}

func (a account) client() *awsapi.Client {
	return &awsapi.Client{Endpoint: a.endpoint, Region: a.region, HTTP: http.DefaultClient}
}

// holds is everything that the account holds.
func (a account) holds(t *testing.T) []inventory.Resource {
	t.Helper()
	all, err := inventory.List(t.Context(), a.client())
	if err != nil {
		t.Fatal(err)
	}
	return all
}
