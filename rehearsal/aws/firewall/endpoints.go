package firewall

import (
	"fmt"
	"net/url"

	"drover/rehearsal/aws/awsapi"
	"drover/rehearsal/resource"
)

const ec2Version = "2016-11-15"

// attachment is a firewall's endpoint in one zone: a Gateway Load Balancer endpoint with a network interface, both in
// moto's EC2, so that routes lead to it and its subnet cannot go before it.
type attachment struct {
	subnet, endpoint, networkInterface string
}

// zonesOf finds the subnets' zones: all in the VPC, and no two in one zone.
func (s service) zonesOf(c *resource.Call, vpc string, subnets []string) (map[string]string, error) {
	found, err := s.ec2(c).Subnets(c.Ctx, subnets...)
	if err != nil {
		return nil, resource.Refuse(invalid, "The subnets %v cannot be used: %v", subnets, err)
	}
	zones := map[string]string{}
	for _, subnet := range found {
		switch {
		case subnet.VPC != vpc:
			return nil, resource.Refuse(invalid, "The subnet %s is not in %s", subnet.ID, vpc)
		case zones[subnet.Zone] != "":
			return nil, resource.Refuse(invalid, "The subnets %s and %s are both in %s", zones[subnet.Zone], subnet.ID, subnet.Zone)
		}
		zones[subnet.Zone] = subnet.ID
	}
	return zones, nil
}

func (s service) ec2(c *resource.Call) *awsapi.Client { return s.moto(c.Scope) }

func (s service) attach(c *resource.Call, firewall *resource.Item, zones map[string]string) error {
	for zone, subnet := range zones {
		a, err := s.endpoint(c, firewall, subnet)
		if err != nil {
			return fmt.Errorf("make the endpoint of firewall %s in %s: %w", firewall.Fields.Text("Name"), zone, err)
		}
		endpointsOf(firewall)[zone] = a
	}
	return nil
}

func (s service) endpoint(c *resource.Call, firewall *resource.Item, subnet string) (*attachment, error) {
	var made struct {
		ID string `xml:"vpcEndpoint>vpcEndpointId"`
	}
	params := url.Values{"VpcId": {firewall.Fields.Text("VpcId")}, "VpcEndpointType": {"GatewayLoadBalancer"}, "SubnetId.1": {subnet},
		"ServiceName":                     {"com.amazonaws.vpce." + c.Scope + ".vpce-svc-networkfirewall"},
		"TagSpecification.1.ResourceType": {"vpc-endpoint"},
		"TagSpecification.1.Tag.1.Key":    {"AWSNetworkFirewallManaged"}, "TagSpecification.1.Tag.1.Value": {"true"},
		"TagSpecification.1.Tag.2.Key": {"Firewall"}, "TagSpecification.1.Tag.2.Value": {firewall.Fields.Text("FirewallArn")}}
	if err := s.ec2(c).Query(c.Ctx, "ec2", ec2Version, "CreateVpcEndpoint", params, &made); err != nil {
		return nil, err
	}
	var nic struct {
		ID string `xml:"networkInterface>networkInterfaceId"`
	}
	params = url.Values{"SubnetId": {subnet}, "Description": {"VPC Endpoint Interface " + made.ID}}
	if err := s.ec2(c).Query(c.Ctx, "ec2", ec2Version, "CreateNetworkInterface", params, &nic); err != nil {
		return nil, err
	}
	return &attachment{subnet: subnet, endpoint: made.ID, networkInterface: nic.ID}, nil
}

func (s service) detach(c *resource.Call, a *attachment) error {
	err := s.ec2(c).Query(c.Ctx, "ec2", ec2Version, "DeleteVpcEndpoints", url.Values{"VpcEndpointId.1": {a.endpoint}}, nil)
	if err != nil {
		return fmt.Errorf("delete the endpoint in %s: %w", a.subnet, err)
	}
	err = s.ec2(c).Query(c.Ctx, "ec2", ec2Version, "DeleteNetworkInterface", url.Values{"NetworkInterfaceId": {a.networkInterface}}, nil)
	if err != nil {
		return fmt.Errorf("delete the endpoint's interface in %s: %w", a.subnet, err)
	}
	return nil
}
