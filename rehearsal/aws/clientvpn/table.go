// Package clientvpn simulates EC2's Client VPN, which moto lacks: endpoints, their associations with subnets (with
// network interfaces, which keep the subnets), authorization rules and routes. No client can connect to it. It must
// never take a call that it does not simulate.
package clientvpn

import (
	"slices"
	"strings"

	"drover/rehearsal/aws/awsapi"
	"drover/rehearsal/resource"
)

type (
	document = resource.Document
	refusal  = resource.Refusal
	member   = resource.Member
)

const (
	endpoints    = "endpoint"
	associations = "association"
	rules        = "authorization rule"
	routes       = "route"
)

const (
	id      = "ClientVpnEndpointId"
	invalid = "InvalidParameterValue"
	missing = "InvalidClientVpnEndpointId.NotFound"
)

// Table is Client VPN of one account. What it refers to it looks up in moto's EC2, where its network interfaces are.
func Table(account string, moto func(region string) *awsapi.Client) resource.Table {
	s := service{moto}
	noFilter := refusal{Code: invalid, Message: "The filter {Name} is not one that the rehearsal knows"}
	of := map[string]string{id: id}
	tagging := func(do resource.Verb) resource.Operation {
		return resource.Operation{Do: do, Target: "Resources", TargetMember: id, Tags: "Tags", Accepts: onlyEndpoints,
			Missing: refusal{Code: missing, Message: "An endpoint of {Resources} does not exist"}}
	}
	return resource.Table{Account: account, Kinds: []resource.Kind{endpointKind(), s.associationKind(), ruleKind(), routeKind()},
		Operations: map[string]resource.Operation{
			"CreateClientVpnEndpoint": {Do: resource.Create, Kind: endpoints},
			"DescribeClientVpnEndpoints": {Do: resource.List, Kind: endpoints, Answer: "ClientVpnEndpoints", MustExist: id + "s",
				Match:   map[string]string{id + "s": id},
				Filters: map[string]string{"endpoint-id": id, "transport-protocol": "TransportProtocol"}, Missing: noFilter},
			"ModifyClientVpnEndpoint": {Do: resource.Update, Kind: endpoints, Overrides: done},
			"DeleteClientVpnEndpoint": {Do: resource.Delete, Kind: endpoints, Overrides: status("deleting")},

			"AssociateClientVpnTargetNetwork": {Do: resource.Create, Kind: associations, Within: endpoints, Overrides: status("associating")},
			// An id that is gone is in no list: Terraform waits for that, and knows no error for it.
			"DescribeClientVpnTargetNetworks": {Do: resource.List, Kind: associations, Within: endpoints, Answer: "ClientVpnTargetNetworks",
				Match:   map[string]string{id: id, "AssociationIds": "AssociationId"},
				Filters: map[string]string{"association-id": "AssociationId", "target-network-id": "TargetNetworkId", "vpc-id": "VpcId"}, Missing: noFilter},
			"DisassociateClientVpnTargetNetwork":          {Do: resource.Delete, Kind: associations, Within: endpoints, Overrides: status("disassociating")},
			"ApplySecurityGroupsToClientVpnTargetNetwork": {Kind: endpoints, Run: applyGroups},

			"AuthorizeClientVpnIngress": {Do: resource.Create, Kind: rules, Within: endpoints, Overrides: status("authorizing")},
			"DescribeClientVpnAuthorizationRules": {Do: resource.List, Kind: rules, Within: endpoints, Answer: "AuthorizationRules", Match: of,
				Filters: map[string]string{"destination-cidr": "DestinationCidr", "group-id": "GroupId", "description": "Description"}, Missing: noFilter},
			"RevokeClientVpnIngress": {Do: resource.Delete, Kind: rules, Within: endpoints, Overrides: status("revoking")},

			"CreateClientVpnRoute": {Do: resource.Create, Kind: routes, Within: endpoints, Overrides: status("creating")},
			"DescribeClientVpnRoutes": {Do: resource.List, Kind: routes, Within: endpoints, Answer: "Routes", Match: of,
				Filters: map[string]string{"destination-cidr": "DestinationCidr", "target-subnet": "TargetSubnet", "origin": "Origin"}, Missing: noFilter},
			"DeleteClientVpnRoute": {Do: resource.Delete, Kind: routes, Within: endpoints, Overrides: status("deleting"),
				Guards: []resource.Guard{{Member: "associated", Refusal: refusal{Code: invalid, Message: "The route to {DestinationCidr} goes with its association"}}}},

			// Nobody can connect, and no certificate is revoked.
			"DescribeClientVpnConnections":                   {Kind: endpoints, Run: always(document{})},
			"ExportClientVpnClientCertificateRevocationList": {Kind: endpoints, Run: always(status("active"))},

			"CreateTags": tagging(resource.Tag),
			"DeleteTags": tagging(resource.Untag),
		}}
}

type service struct {
	moto func(region string) *awsapi.Client
}

var done = document{"Return": true}

func status(code string) document { return document{"Status": document{"Code": code}} }

func always(answer document) func(*resource.Call, *resource.Item) (document, error) {
	return func(*resource.Call, *resource.Item) (document, error) { return answer, nil }
}

// onlyEndpoints tells whether all that a call for tags is about is ours.
func onlyEndpoints(in document) bool {
	ids := in.Texts("Resources")
	return len(ids) > 0 && !slices.ContainsFunc(ids, func(one string) bool { return !strings.HasPrefix(one, "cvpn-endpoint-") })
}

func endpointKind() resource.Kind {
	off := document{"Enabled": false}
	return resource.Kind{Name: endpoints, ARN: "arn", Tags: "TagSpecifications", NamedBy: resource.Named(id),
		Defaults: document{"TransportProtocol": "udp", "VpnPort": 443.0, "SessionTimeoutHours": 24.0, "SplitTunnel": false, "VpnProtocol": "openvpn",
			"DisconnectOnSessionTimeout": false, "ClientRouteEnforcementOptions": document{"Enforced": false}, "ClientLoginBannerOptions": off,
			"ClientConnectOptions": off, "EndpointIpAddressType": "ipv4", "TrafficIpAddressType": "ipv4"},
		OnCreate: []member{{Name: id, Value: "cvpn-endpoint-{hex17}"}, {Name: "CreationTime", Value: "{now}"},
			{Name: "DnsName", Value: "*.{" + id + "}.prod.clientvpn.{scope}.amazonaws.com"},
			{Name: "arn", Value: "arn:aws:ec2:{scope}:{account}:client-vpn-endpoint/{" + id + "}"}},
		Missing: refusal{Code: missing, Message: "Endpoint {" + id + "} does not exist"},
		Rules:   endpointRules(), Check: checkEndpoint, View: viewEndpoint}
}

// inEndpoint is that a resource belongs to an endpoint, and ends with it unless it holds it.
func inEndpoint(held string) resource.Reference {
	r := resource.Reference{From: id, To: endpoints, Member: id, Cascade: held == ""}
	if held != "" {
		r.InUse = refusal{Code: "DependencyViolation", Message: held}
	}
	return r
}

func (s service) associationKind() resource.Kind {
	return resource.Kind{Name: associations, NamedBy: resource.Named(id, "AssociationId"), Exact: true,
		OnCreate: []member{{Name: "AssociationId", Value: "cvpn-assoc-{hex17}"}, {Name: "TargetNetworkId", Value: "{SubnetId}"}},
		Missing:  refusal{Code: "InvalidClientVpnAssociationId.NotFound", Message: "Association {AssociationId} does not exist"},
		Unique: []resource.Unique{
			{Members: []string{id, "SubnetId"}, Refusal: refusal{Code: "InvalidClientVpnDuplicateAssociations", Message: "The subnet {SubnetId} is associated with {" + id + "} already"}},
			{Members: []string{id, "zone"}, Refusal: refusal{Code: "InvalidClientVpnSubnetId.DuplicateAz", Message: "{" + id + "} has a subnet in {zone} already"}}},
		References: []resource.Reference{inEndpoint("The Client VPN endpoint {" + id + "} has {count} associated target networks")},
		Check:      s.place, Make: s.attach, Unmake: s.detach, View: viewAssociation}
}

func ruleKind() resource.Kind {
	return resource.Kind{Name: rules, NamedBy: resource.Named(id, "TargetNetworkCidr", "AccessGroupId"), Exact: true,
		OnCreate: []member{{Name: "DestinationCidr", Value: "{TargetNetworkCidr}"}, {Name: "GroupId", Value: "{AccessGroupId}"}},
		Missing:  refusal{Code: "InvalidClientVpnEndpointAuthorizationRuleNotFound", Message: "{" + id + "} has no rule for {TargetNetworkCidr}"},
		Unique: []resource.Unique{{Members: []string{id, "TargetNetworkCidr", "AccessGroupId"},
			Refusal: refusal{Code: "InvalidClientVpnDuplicateAuthorizationRule", Message: "{" + id + "} has a rule for {TargetNetworkCidr} already"}}},
		Rules: []resource.Rule{notANetwork("TargetNetworkCidr"),
			{When: func(r document) bool { return (r.Text("AccessGroupId") == "") != r.Yes("AuthorizeAllGroups") },
				Refusal: refusal{Code: invalid, Message: "One of AccessGroupId and AuthorizeAllGroups is needed, and not both"}}},
		References: []resource.Reference{inEndpoint("")},
		View: func(_ *resource.Call, _ *resource.Item, d document) {
			d["AccessAll"], d["Status"] = d["GroupId"] == nil, document{"Code": "active"}
		}}
}

func routeKind() resource.Kind {
	return resource.Kind{Name: routes, NamedBy: resource.Named(id, "DestinationCidrBlock", "TargetVpcSubnetId"), Exact: true,
		Defaults: document{"Origin": "add-route", "Type": "Nat"},
		OnCreate: []member{{Name: "DestinationCidr", Value: "{DestinationCidrBlock}"}, {Name: "TargetSubnet", Value: "{TargetVpcSubnetId}"}},
		Missing:  refusal{Code: "InvalidClientVpnRouteNotFound", Message: "{" + id + "} has no route to {DestinationCidrBlock}"},
		Unique: []resource.Unique{{Members: []string{id, "DestinationCidrBlock", "TargetVpcSubnetId"},
			Refusal: refusal{Code: "InvalidClientVpnDuplicateRoute", Message: "{" + id + "} has a route to {DestinationCidr} through {TargetSubnet} already"}}},
		Rules: []resource.Rule{notANetwork("DestinationCidrBlock")},
		// Routes through a subnet go with its association.
		References: []resource.Reference{inEndpoint(""),
			{From: "TargetVpcSubnetId", To: associations, Member: "SubnetId", With: []string{id}, Except: "local", Cascade: true,
				Missing: refusal{Code: "InvalidClientVpnActiveAssociationNotFound", Message: "{" + id + "} is not associated with {value}"}}},
		View: func(_ *resource.Call, _ *resource.Item, d document) { d["Status"] = document{"Code": "active"} }}
}
