package clientvpn

import (
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"sync"

	"drover/rehearsal/resource"
)

const ec2Version = "2016-11-15"

// network reads an IPv4 network in its own form: no bits below its length.
func network(text string) (netip.Prefix, bool) {
	prefix, err := netip.ParsePrefix(text)
	return prefix, err == nil && prefix.Addr().Is4() && prefix == prefix.Masked()
}

func notANetwork(member string) resource.Rule {
	return resource.Rule{Refusal: refusal{Code: invalid, Message: "{" + member + "} is not an IPv4 network"},
		When: func(d document) bool { _, is := network(d.Text(member)); return !is }}
}

var certificate = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate/.+$`)
})

// endpointRules are what an endpoint may not be.
func endpointRules() []resource.Rule {
	refuse := func(when func(d document) bool, code, message string) resource.Rule {
		return resource.Rule{When: when, Refusal: refusal{Code: code, Message: message}}
	}
	noneOf := func(member string, allowed ...int) resource.Rule {
		return refuse(func(d document) bool { return !slices.Contains(allowed, d.Number(member)) },
			invalid, fmt.Sprintf("%s is one of %v, not {%s}", member, allowed, member))
	}
	return []resource.Rule{
		notANetwork("ClientCidrBlock"),
		refuse(func(d document) bool {
			clients, _ := network(d.Text("ClientCidrBlock"))
			return clients.Bits() < 12 || clients.Bits() > 22
		}, invalid, "The client CIDR {ClientCidrBlock} is not between /12 and /22"),
		refuse(func(d document) bool { return len(d.Texts("SecurityGroupIds")) > 0 && d.Text("VpcId") == "" },
			"MissingParameter", "Security groups need a VpcId"),
		refuse(func(d document) bool { return len(d.List("AuthenticationOptions")) == 0 },
			"MissingParameter", "The request must contain the parameter Authentication"),
		refuse(func(d document) bool { return !certificate().MatchString(d.Text("ServerCertificateArn")) },
			invalid, "The server certificate {ServerCertificateArn} is not the ARN of a certificate"),
		noneOf("VpnPort", 443, 1194), noneOf("SessionTimeoutHours", 8, 10, 12, 24),
		refuse(func(d document) bool {
			log := d.Sub("ConnectionLogOptions")
			return log.Yes("Enabled") && log.Text("CloudwatchLogGroup") == ""
		}, invalid, "The connection log needs a log group"),
	}
}

// checkEndpoint checks how clients say who they are, and reads the servers of a change, which has them in a structure.
func checkEndpoint(_ *resource.Call, item *resource.Item, next document) error {
	for _, a := range next.List("AuthenticationOptions") {
		chain := a.Sub("MutualAuthentication").Text("ClientRootCertificateChainArn")
		if a.Text("Type") == "certificate-authentication" && !certificate().MatchString(chain) {
			return resource.Refuse(invalid, "The client root certificate %q is not the ARN of a certificate", chain)
		}
	}
	if servers := next.Sub("DnsServers"); servers != nil {
		next["DnsServers"] = servers["CustomDnsServers"]
		if enabled, said := servers["Enabled"].(bool); said && !enabled {
			next["DnsServers"] = []any{}
		}
	}
	if groups := next.Texts("SecurityGroupIds"); item != nil && len(groups) == 0 {
		next["SecurityGroupIds"] = item.Fields["SecurityGroupIds"]
	}
	return nil
}

func viewEndpoint(c *resource.Call, item *resource.Item, d document) {
	// It is available as soon as clients have a subnet to come to.
	d["Status"] = document{"Code": "pending-associate"}
	if c.Find(associations, id, item.Fields[id]) != nil {
		d["Status"] = document{"Code": "available"}
	}
	if d.Text("SelfServicePortal") == "enabled" {
		d["SelfServicePortalUrl"] = "https://self-service.clientvpn.amazonaws.com/endpoints/" + item.Fields.Text(id)
	}
	for _, a := range d.List("AuthenticationOptions") { // the answer calls them otherwise than the request
		if m := a.Sub("MutualAuthentication"); m != nil {
			m["ClientRootCertificateChain"] = m["ClientRootCertificateChainArn"]
		}
		if f := a.Sub("FederatedAuthentication"); f != nil {
			f["SamlProviderArn"], f["SelfServiceSamlProviderArn"] = f["SAMLProviderArn"], f["SelfServiceSAMLProviderArn"]
		}
	}
}

// place finds an association's VPC and zone, and refuses a subnet that the endpoint cannot be in.
func (s service) place(c *resource.Call, _ *resource.Item, next document) error {
	subnet, endpoint := next.Text("SubnetId"), c.Find(endpoints, id, next[id]).Fields
	found, err := s.moto(c.Scope).Subnets(c.Ctx, subnet)
	if err != nil || len(found) != 1 {
		return resource.Refuse("InvalidClientVpnSubnetId.NotFound", "Subnet %s does not exist", subnet)
	}
	vpc := found[0].VPC
	var vpcs struct {
		Network string `xml:"vpcSet>item>cidrBlock"`
	}
	if err := s.moto(c.Scope).Query(c.Ctx, "ec2", ec2Version, "DescribeVpcs", url.Values{"VpcId.1": {vpc}}, &vpcs); err != nil {
		return fmt.Errorf("look up the VPC %s: %w", vpc, err)
	}
	clients, _ := network(endpoint.Text("ClientCidrBlock"))
	local, is := network(vpcs.Network)
	switch of := endpoint.Text("VpcId"); {
	case of != "" && of != vpc:
		return resource.Refuse(invalid, "The subnet %s is in %s, and the endpoint in %s", subnet, vpc, of)
	case !is || clients.Overlaps(local):
		return resource.Refuse("InvalidClientVpnSubnetId.OverlappingCidr", "The client CIDR %s overlaps the network %s of %s", clients, vpcs.Network, vpc)
	}
	next["VpcId"], next["zone"], next["network"] = vpc, found[0].Zone, vpcs.Network
	return nil
}

// attach makes the association's network interface, and the route to the subnet's network.
func (s service) attach(c *resource.Call, association *resource.Item) error {
	endpoint, subnet := c.Find(endpoints, id, association.Fields[id]), association.Fields.Text("SubnetId")
	var nic struct {
		ID string `xml:"networkInterface>networkInterfaceId"`
	}
	params := url.Values{"SubnetId": {subnet}, "Description": {"ClientVPN Endpoint resource " + endpoint.Fields.Text(id)}}
	for i, group := range endpoint.Fields.Texts("SecurityGroupIds") {
		params.Set(fmt.Sprintf("SecurityGroupId.%d", i+1), group)
	}
	if err := s.moto(c.Scope).Query(c.Ctx, "ec2", ec2Version, "CreateNetworkInterface", params, &nic); err != nil {
		return fmt.Errorf("associate %s with %s: %w", endpoint.Fields.Text(id), subnet, err)
	}
	association.Own, endpoint.Fields["VpcId"] = nic.ID, association.Fields["VpcId"]
	c.Add(routes, document{id: endpoint.Fields[id], "DestinationCidrBlock": association.Fields["network"], "TargetVpcSubnetId": subnet,
		"Origin": "associate", "associated": true, "Description": "Default Route"})
	return nil
}

func (s service) detach(c *resource.Call, association *resource.Item) error {
	nic, _ := association.Own.(string)
	err := s.moto(c.Scope).Query(c.Ctx, "ec2", ec2Version, "DeleteNetworkInterface", url.Values{"NetworkInterfaceId": {nic}}, nil)
	if err != nil {
		return fmt.Errorf("take %s out of %s: %w", association.Fields.Text(id), association.Fields.Text("SubnetId"), err)
	}
	return nil
}

func viewAssociation(c *resource.Call, association *resource.Item, d document) {
	d["Status"] = document{"Code": "associated"}
	d["SecurityGroups"] = c.Find(endpoints, id, association.Fields[id]).Fields["SecurityGroupIds"]
}

func applyGroups(c *resource.Call, endpoint *resource.Item) (document, error) {
	if vpc := c.In.Text("VpcId"); vpc != endpoint.Fields.Text("VpcId") {
		return nil, resource.Refuse(invalid, "%s is not in %s", endpoint.Fields.Text(id), vpc)
	}
	endpoint.Fields["SecurityGroupIds"] = c.In["SecurityGroupIds"]
	return document{"SecurityGroupIds": c.In["SecurityGroupIds"]}, nil
}
