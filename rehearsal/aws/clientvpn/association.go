package clientvpn

import (
	"fmt"
	"maps"
	"net/url"
	"slices"

	"drover/rehearsal/aws/answer"
)

const ec2Version = "2016-11-15"

// association is an endpoint in a subnet.
type association struct {
	id, subnet, vpc, zone string
	networkInterface      string // in moto's EC2
}

func (s *Service) associate(c *call) (answer.Element, error) {
	e, err := s.asked(c)
	if err != nil {
		return nil, err
	}
	a := &association{id: identifier("cvpn-assoc"), subnet: c.form.Get("SubnetId")}
	local, err := s.place(c, a)
	if err != nil {
		return nil, err
	}
	if err := e.takes(a, local); err != nil {
		return nil, err
	}
	if err := s.attach(c, e, a); err != nil {
		return nil, fmt.Errorf("associate %s with %s: %w", e.id, a.subnet, err)
	}
	e.vpc = a.vpc
	e.associations[a.id] = a
	e.routes = append(e.routes, &route{destination: local, subnet: a.subnet, origin: "associate", description: "Default Route"})
	return answer.Element{"associationId": a.id, "status": answer.Element{"code": "associating"}}, nil
}

// place finds the subnet's VPC and zone, and says what the VPC's network is.
func (s *Service) place(c *call, a *association) (network string, err error) {
	found, err := s.moto(c.region).Subnets(c.ctx, a.subnet)
	if err != nil || len(found) != 1 {
		return "", answer.Refuse("InvalidClientVpnSubnetId.NotFound", "Subnet %s does not exist", a.subnet)
	}
	a.vpc, a.zone = found[0].VPC, found[0].Zone
	var vpcs struct {
		Network string `xml:"vpcSet>item>cidrBlock"`
	}
	if err := s.moto(c.region).Query(c.ctx, "ec2", ec2Version, "DescribeVpcs", url.Values{"VpcId.1": {a.vpc}}, &vpcs); err != nil {
		return "", fmt.Errorf("look up the VPC %s: %w", a.vpc, err)
	}
	return vpcs.Network, nil
}

// takes refuses a subnet that the endpoint cannot be in.
func (e *endpoint) takes(a *association, local string) error {
	if e.vpc != "" && e.vpc != a.vpc {
		return invalid("The subnet %s is in %s, and the endpoint in %s", a.subnet, a.vpc, e.vpc)
	}
	for _, other := range e.associations {
		switch {
		case other.subnet == a.subnet:
			return answer.Refuse("InvalidClientVpnDuplicateAssociations", "The subnet %s is associated with %s already", a.subnet, e.id)
		case other.zone == a.zone:
			return answer.Refuse("InvalidClientVpnSubnetId.DuplicateAz", "%s has a subnet in %s already", e.id, a.zone)
		}
	}
	clients, err := network(e.clients)
	if err != nil {
		return err
	}
	vpc, err := network(local)
	if err != nil {
		return err
	}
	if clients.Overlaps(vpc) {
		return answer.Refuse("InvalidClientVpnSubnetId.OverlappingCidr", "The client CIDR %s overlaps the network %s of %s", clients, vpc, a.vpc)
	}
	return nil
}

func (s *Service) attach(c *call, e *endpoint, a *association) error {
	var nic struct {
		ID string `xml:"networkInterface>networkInterfaceId"`
	}
	params := url.Values{"SubnetId": {a.subnet}, "Description": {"ClientVPN Endpoint resource " + e.id}}
	for i, group := range e.groups {
		params.Set(fmt.Sprintf("SecurityGroupId.%d", i+1), group)
	}
	err := s.moto(c.region).Query(c.ctx, "ec2", ec2Version, "CreateNetworkInterface", params, &nic)
	a.networkInterface = nic.ID
	return err
}

func (e *endpoint) describeAssociation(a *association) answer.Element {
	return answer.Element{"associationId": a.id, "vpcId": a.vpc, "targetNetworkId": a.subnet, "clientVpnEndpointId": e.id,
		"status": answer.Element{"code": "associated"}, "securityGroups": e.groups}
}

// describeAssociations lists none for an id that is gone: Terraform waits for that, and knows no error for it.
func (s *Service) describeAssociations(c *call) (answer.Element, error) {
	e, err := s.asked(c)
	if err != nil {
		return nil, err
	}
	ids, filters := answer.List(c.form, "AssociationIds"), answer.Filters(c.form)
	var list []answer.Element
	for _, id := range slices.Sorted(maps.Keys(e.associations)) {
		a := e.associations[id]
		if (len(ids) == 0 || slices.Contains(ids, id)) &&
			matches(filters, map[string]any{"association-id": a.id, "target-network-id": a.subnet, "vpc-id": a.vpc}) {
			list = append(list, e.describeAssociation(a))
		}
	}
	return answer.Element{"clientVpnTargetNetworks": list}, nil
}

func (s *Service) disassociate(c *call) (answer.Element, error) {
	e, err := s.asked(c)
	if err != nil {
		return nil, err
	}
	id := c.form.Get("AssociationId")
	a := e.associations[id]
	if a == nil {
		return nil, answer.Refuse("InvalidClientVpnAssociationId.NotFound", "Association %s does not exist", id)
	}
	err = s.moto(c.region).Query(c.ctx, "ec2", ec2Version, "DeleteNetworkInterface", url.Values{"NetworkInterfaceId": {a.networkInterface}}, nil)
	if err != nil {
		return nil, fmt.Errorf("take %s out of %s: %w", e.id, a.subnet, err)
	}
	delete(e.associations, a.id)
	// Routes through the subnet go with it.
	e.routes = slices.DeleteFunc(e.routes, func(r *route) bool { return r.subnet == a.subnet })
	return answer.Element{"associationId": a.id, "status": answer.Element{"code": "disassociating"}}, nil
}

func (s *Service) applyGroups(c *call) (answer.Element, error) {
	e, err := s.asked(c)
	if err != nil {
		return nil, err
	}
	if vpc := c.form.Get("VpcId"); vpc != e.vpc {
		return nil, invalid("%s is not in %s", e.id, vpc)
	}
	e.groups = answer.List(c.form, "SecurityGroupId")
	return answer.Element{"securityGroupIds": e.groups}, nil
}
