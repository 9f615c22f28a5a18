package awsproxy

import (
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"drover/rehearsal/aws/answer"
)

// forbidden is what AWS refuses and moto lets through. A check returns nil for what it does not mind. It must not change
// anything.
type forbidden struct {
	service, operation string
	check              func(*Proxy, *call) error
}

// refusals are checked in this order before a call is answered. Sources: the API references of the services.
var refusals = []forbidden{
	{"ec2", "CreateVpc", networkSize("InvalidVpc.Range")},
	{"ec2", "AssociateVpcCidrBlock", networkSize("InvalidVpc.Range")},
	{"ec2", "DeleteSubnet", (*Proxy).subnetIsFree},
	{"ec2", "DeleteSecurityGroup", (*Proxy).groupIsFree},
	{"ec2", "DeleteVpc", (*Proxy).networkIsFree},
	{"ec2", "DetachInternetGateway", (*Proxy).gatewayIsFree},
	{"ec2", "ReleaseAddress", (*Proxy).addressIsFree},
	{"ec2", "DeleteNetworkInterface", (*Proxy).interfaceIsFree},
	{"ec2", "CreateFlowLogs", (*Proxy).deliveryMayWrite},
	{"ec2", "RunInstances", (*Proxy).processorsSuffice},
	{"ec2", "CreateSecurityGroup", groupIsNamed},
	{"ec2", "AuthorizeSecurityGroupIngress", rulesAreDescribed},
	{"ec2", "AuthorizeSecurityGroupEgress", rulesAreDescribed},
	{"route53", "CreateHostedZone", privateZoneHasNetwork},
	{"events", "CreateApiDestination", (*Proxy).connectionIsThere},
	{"events", "UpdateApiDestination", (*Proxy).connectionIsThere},
	{"events", "PutTargets", (*Proxy).destinationsAreThere},
	{"rds", "CreateDBSubnetGroup", (*Proxy).databaseZones},
	{"rds", "DeleteDBSubnetGroup", (*Proxy).subnetGroupIsFree},
	{"rds", "DeleteDBParameterGroup", (*Proxy).parameterGroupIsFree},
	{"rds", "DeleteDBInstance", finalSnapshot},
	{"rds", "ModifyDBInstance", (*Proxy).upgradeIsMeant},
	{"kms", "ScheduleKeyDeletion", waitingPeriod},
	{"iam", "AttachRolePolicy", (*Proxy).policyFits},
	{"iam", "PutRolePolicy", (*Proxy).policyIsSmall},
	{"elasticloadbalancing", "DeleteLoadBalancer", (*Proxy).balancerIsUnprotected},
	{"elasticloadbalancing", "CreateLoadBalancer", balancerIsNamed},
	{"elasticloadbalancing", "CreateTargetGroup", balancerIsNamed},
	{"elasticloadbalancing", "CreateLoadBalancer", (*Proxy).subnetsHaveFamily},
	{"elasticloadbalancing", "CreateListener", (*Proxy).balancerHasFamily},
}

// mind asks every rule for a call.
func (p *Proxy) mind(c *call) *answer.Refusal {
	for _, r := range refusals {
		if r.service != c.service || r.operation != c.operation {
			continue
		}
		if err := r.check(p, c); err != nil {
			return answer.Of(err)
		}
	}
	return nil
}

func dependency(format string, args ...any) error {
	return answer.Refuse("DependencyViolation", format, args...)
}

// networkSize refuses a network that is not between /16 and /28.
func networkSize(code string) func(*Proxy, *call) error {
	return func(_ *Proxy, c *call) error {
		text := c.form.Get("CidrBlock")
		if text == "" {
			return nil // from a pool, or IPv6
		}
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			return answer.Refuse("InvalidParameterValue", "Value (%s) for parameter cidrBlock is invalid. This is not a valid CIDR block.", text)
		}
		if prefix.Bits() < 16 || prefix.Bits() > 28 {
			return answer.Refuse(code, "The CIDR '%s' is invalid.", text)
		}
		return nil
	}
}

// held is a network interface that something lives in.
type held struct {
	ID          string   `xml:"networkInterfaceId"`
	Subnet      string   `xml:"subnetId"`
	Description string   `xml:"description"`
	Groups      []string `xml:"groupSet>item>groupId"`
	Instance    string   `xml:"attachment>instanceId"`
	Attached    string   `xml:"attachment>status"`
	PublicIP    string   `xml:"association>publicIp"`
}

// interfaces are those that a filter finds.
func (p *Proxy) interfaces(c *call, filter, value string) ([]held, error) {
	var out struct {
		List []held `xml:"networkInterfaceSet>item"`
	}
	params := url.Values{"Filter.1.Name": {filter}, "Filter.1.Value.1": {value}}
	if err := p.ec2(c, "DescribeNetworkInterfaces", params, &out); err != nil {
		return nil, err
	}
	return out.List, nil
}

func (p *Proxy) ec2(c *call, action string, params url.Values, out any) error {
	if err := p.Moto(c.region).Query(c.Context(), "ec2", ec2Version, action, params, out); err != nil {
		return fmt.Errorf("look for what is in use: %w", err)
	}
	return nil
}

func (p *Proxy) subnetIsFree(c *call) error {
	id := c.form.Get("SubnetId")
	found, err := p.interfaces(c, "subnet-id", id)
	if err != nil || len(found) == 0 {
		return err
	}
	return dependency("The subnet '%s' has dependencies and cannot be deleted. (%s)", id, named(found))
}

// named lists interfaces for a person.
func named(list []held) string {
	var names []string
	for _, n := range list[:min(len(list), 3)] {
		names = append(names, strings.TrimSpace(n.ID+" "+n.Description))
	}
	return "network interfaces: " + strings.Join(names, ", ")
}

func (p *Proxy) groupIsFree(c *call) error {
	id := c.form.Get("GroupId")
	if id == "" {
		return nil
	}
	found, err := p.interfaces(c, "group-id", id)
	if err != nil {
		return err
	}
	if len(found) > 0 {
		return dependency("resource %s has a dependent object (%s)", id, named(found))
	}
	var groups struct {
		List []struct {
			ID   string   `xml:"groupId"`
			In   []string `xml:"ipPermissions>item>groups>item>groupId"`
			Out  []string `xml:"ipPermissionsEgress>item>groups>item>groupId"`
			Name string   `xml:"groupName"`
		} `xml:"securityGroupInfo>item"`
	}
	if err := p.ec2(c, "DescribeSecurityGroups", nil, &groups); err != nil {
		return err
	}
	for _, g := range groups.List {
		switch {
		case g.ID == id && g.Name == "default":
			return answer.Refuse("CannotDelete", "the specified group: \"%s\" name: \"default\" cannot be deleted by a user", id)
		case g.ID != id && (slices.Contains(g.In, id) || slices.Contains(g.Out, id)):
			return dependency("resource %s has a dependent object (a rule of %s)", id, g.ID)
		}
	}
	return nil
}

// parts are what a VPC cannot be deleted with; alive tells those that still are from those that moto only remembers.
var parts = []struct {
	what, action, filter string
}{
	{"subnets", "DescribeSubnets", "vpc-id"},
	{"internet gateways", "DescribeInternetGateways", "attachment.vpc-id"},
	{"network interfaces", "DescribeNetworkInterfaces", "vpc-id"},
}

func (p *Proxy) networkIsFree(c *call) error {
	id := c.form.Get("VpcId")
	for _, part := range parts {
		var out struct {
			Subnets    []string `xml:"subnetSet>item>subnetId"`
			Gateways   []string `xml:"internetGatewaySet>item>internetGatewayId"`
			Interfaces []string `xml:"networkInterfaceSet>item>networkInterfaceId"`
		}
		if err := p.ec2(c, part.action, url.Values{"Filter.1.Name": {part.filter}, "Filter.1.Value.1": {id}}, &out); err != nil {
			return err
		}
		if all := slices.Concat(out.Subnets, out.Gateways, out.Interfaces); len(all) > 0 {
			return dependency("The vpc '%s' has dependencies and cannot be deleted. (%s: %s)", id, part.what, strings.Join(all, ", "))
		}
	}
	return p.networkIsForgotten(c, id)
}

// networkIsForgotten looks for what has a state or a name that says whether it counts.
func (p *Proxy) networkIsForgotten(c *call, id string) error {
	var endpoints struct {
		List []struct {
			ID    string `xml:"vpcEndpointId"`
			VPC   string `xml:"vpcId"`
			State string `xml:"state"`
		} `xml:"vpcEndpointSet>item"`
	}
	if err := p.ec2(c, "DescribeVpcEndpoints", nil, &endpoints); err != nil {
		return err
	}
	for _, e := range endpoints.List {
		if e.VPC == id && e.State != "deleted" {
			return dependency("The vpc '%s' has dependencies and cannot be deleted. (endpoint %s)", id, e.ID)
		}
	}
	var groups struct {
		List []struct {
			ID   string `xml:"groupId"`
			Name string `xml:"groupName"`
		} `xml:"securityGroupInfo>item"`
	}
	if err := p.ec2(c, "DescribeSecurityGroups", url.Values{"Filter.1.Name": {"vpc-id"}, "Filter.1.Value.1": {id}}, &groups); err != nil {
		return err
	}
	for _, g := range groups.List {
		if g.Name != "default" {
			return dependency("The vpc '%s' has dependencies and cannot be deleted. (security group %s)", id, g.ID)
		}
	}
	return nil
}

// natGateway is one that is not deleted.
type natGateway struct {
	ID        string `xml:"natGatewayId"`
	VPC       string `xml:"vpcId"`
	State     string `xml:"state"`
	Addresses []struct {
		Allocation string `xml:"allocationId"`
		Interface  string `xml:"networkInterfaceId"`
	} `xml:"natGatewayAddressSet>item"`
}

func (p *Proxy) natGateways(c *call) ([]natGateway, error) {
	var out struct {
		List []natGateway `xml:"natGatewaySet>item"`
	}
	if err := p.ec2(c, "DescribeNatGateways", nil, &out); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(out.List, func(n natGateway) bool { return n.State == "deleted" }), nil
}

func (p *Proxy) gatewayIsFree(c *call) error {
	vpc := c.form.Get("VpcId")
	gateways, err := p.natGateways(c)
	if err != nil {
		return err
	}
	for _, n := range gateways {
		if n.VPC == vpc && len(n.Addresses) > 0 && n.Addresses[0].Allocation != "" {
			return mapped(vpc, n.ID)
		}
	}
	found, err := p.interfaces(c, "vpc-id", vpc)
	if err != nil {
		return err
	}
	for _, n := range found {
		if n.PublicIP != "" {
			return mapped(vpc, n.ID)
		}
	}
	return nil
}

func mapped(vpc, id string) error {
	return dependency("Network %s has some mapped public address(es). Please unmap those public address(es) before detaching the gateway. (%s)", vpc, id)
}

func (p *Proxy) addressIsFree(c *call) error {
	id := c.form.Get("AllocationId")
	gateways, err := p.natGateways(c)
	if err != nil {
		return err
	}
	for _, n := range gateways {
		for _, a := range n.Addresses {
			if id != "" && a.Allocation == id {
				return answer.Refuse("AuthFailure", "You do not have permission to access the specified resource. (the address is that of %s)", n.ID)
			}
		}
	}
	return nil
}

func (p *Proxy) interfaceIsFree(c *call) error {
	id := c.form.Get("NetworkInterfaceId")
	found, err := p.interfaces(c, "network-interface-id", id)
	if err != nil {
		return err
	}
	for _, n := range found {
		if n.Instance != "" && n.Attached == "attached" || isManaged(n.Description) {
			return answer.Refuse("InvalidParameterValue", "Network interface '%s' is currently in use. (%s)", id, strings.TrimSpace(n.Description+" "+n.Instance))
		}
	}
	return nil
}

// managed is how the descriptions begin that AWS gives the interfaces of its own services.
var managed = []string{"ELB net/", "ELB app/", "VPC Endpoint Interface ", "ClientVPN Endpoint resource ", "RDSNetworkInterface ", "Amazon EKS "}

func isManaged(description string) bool {
	return slices.ContainsFunc(managed, func(prefix string) bool { return strings.HasPrefix(description, prefix) })
}
