package firewall

import (
	"fmt"
	"net/url"

	"drover/rehearsal/aws/awsapi"
)

const ec2Version = "2016-11-15"

// attachment is a firewall's endpoint in one zone: a Gateway Load Balancer endpoint with a network interface, both in
// moto's EC2, so that routes lead to it and its subnet cannot go before it.
type attachment struct {
	subnet, endpoint, networkInterface string
}

// zonesOf finds the subnets' zones: all in the VPC, and no two in one zone.
func (s *Service) zonesOf(c *call, vpc string, subnets []string) (map[string]string, error) {
	found, err := s.ec2(c).Subnets(c.Ctx, subnets...)
	if err != nil {
		return nil, invalid("The subnets %v cannot be used: %v", subnets, err)
	}
	zones := map[string]string{}
	for _, subnet := range found {
		switch {
		case subnet.VPC != vpc:
			return nil, invalid("The subnet %s is not in %s", subnet.ID, vpc)
		case zones[subnet.Zone] != "":
			return nil, invalid("The subnets %s and %s are both in %s", zones[subnet.Zone], subnet.ID, subnet.Zone)
		}
		zones[subnet.Zone] = subnet.ID
	}
	return zones, nil
}

func (s *Service) ec2(c *call) *awsapi.Client { return s.moto(c.Region) }

func (s *Service) attach(c *call, r *resource, zones map[string]string) error {
	for zone, subnet := range zones {
		a, err := s.endpoint(c, r, subnet)
		if err != nil {
			return fmt.Errorf("make the endpoint of firewall %s in %s: %w", r.name, zone, err)
		}
		r.zones[zone] = a
	}
	return nil
}

func (s *Service) endpoint(c *call, r *resource, subnet string) (*attachment, error) {
	var made struct {
		ID string `xml:"vpcEndpoint>vpcEndpointId"`
	}
	params := url.Values{"VpcId": {r.members.Text("VpcId")}, "VpcEndpointType": {"GatewayLoadBalancer"}, "SubnetId.1": {subnet},
		"ServiceName":                     {"com.amazonaws.vpce." + c.Region + ".vpce-svc-networkfirewall"},
		"TagSpecification.1.ResourceType": {"vpc-endpoint"},
		"TagSpecification.1.Tag.1.Key":    {"AWSNetworkFirewallManaged"}, "TagSpecification.1.Tag.1.Value": {"true"},
		"TagSpecification.1.Tag.2.Key": {"Firewall"}, "TagSpecification.1.Tag.2.Value": {r.arn}}
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

func (s *Service) detach(c *call, a *attachment) error {
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
