package awsproxy_test

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// network makes a VPC with a subnet in each zone, through the SDK.
func network(t *testing.T, cidr string, zones ...string) (vpc string, subnets []string) {
	t.Helper()
	vpc = text(t, sdk.ok(t, "ec2", "CreateVpc", params{"CidrBlock": cidr + ".0.0/16"}), "Vpc", "VpcId")
	for i, zone := range zones {
		in := params{"VpcId": vpc, "CidrBlock": cidr + "." + string(rune('0'+i)) + ".0/24", "AvailabilityZone": region + zone}
		subnets = append(subnets, text(t, sdk.ok(t, "ec2", "CreateSubnet", in), "Subnet", "SubnetId"))
	}
	return vpc, subnets
}

func TestAClientVPNFromEndpointToDeletion(t *testing.T) {
	t.Parallel()
	vpc, subnets := network(t, "10.50", "a", "b", "a")
	const certificate = "arn:aws:acm:eu-west-1:" + account + ":certificate/11111111-1111-1111-1111-111111111111"
	in := params{"ClientCidrBlock": "10.90.0.0/22", "ServerCertificateArn": certificate, "VpcId": vpc, "SplitTunnel": true,
		"AuthenticationOptions": []any{params{"Type": "certificate-authentication",
			"MutualAuthentication": params{"ClientRootCertificateChainArn": certificate}}},
		"ConnectionLogOptions": params{"Enabled": false},
		"TagSpecifications":    []any{params{"ResourceType": "client-vpn-endpoint", "Tags": []any{params{"Key": "vpn", "Value": "shop"}}}}}
	id := text(t, sdk.ok(t, "ec2", "CreateClientVpnEndpoint", in), "ClientVpnEndpointId")
	of := func(more params) params {
		more["ClientVpnEndpointId"] = id
		return more
	}
	status := func() string {
		return text(t, sdk.ok(t, "ec2", "DescribeClientVpnEndpoints", params{"ClientVpnEndpointIds": []any{id}}), "ClientVpnEndpoints", 0, "Status", "Code")
	}
	if got := status(); got != "pending-associate" {
		t.Errorf("without a subnet it is %s", got)
	}
	association := text(t, sdk.ok(t, "ec2", "AssociateClientVpnTargetNetwork", of(params{"SubnetId": subnets[0]})), "AssociationId")
	if got := status(); got != "available" {
		t.Errorf("with a subnet it is %s", got)
	}
	sdk.refused(t, "ec2", "AssociateClientVpnTargetNetwork", of(params{"SubnetId": subnets[2]}), "InvalidClientVpnSubnetId.DuplicateAz", "eu-west-1a")
	rule := of(params{"TargetNetworkCidr": "10.50.0.0/16", "AuthorizeAllGroups": true})
	sdk.ok(t, "ec2", "AuthorizeClientVpnIngress", rule)
	sdk.refused(t, "ec2", "AuthorizeClientVpnIngress", rule, "InvalidClientVpnDuplicateAuthorizationRule", "")
	sdk.ok(t, "ec2", "CreateClientVpnRoute", of(params{"DestinationCidrBlock": "192.168.0.0/16", "TargetVpcSubnetId": subnets[0]}))
	if routes, _ := at(t, sdk.ok(t, "ec2", "DescribeClientVpnRoutes", of(params{})), "Routes").([]any); len(routes) != 2 {
		t.Errorf("the routes are %v, want that of the association and the one that was made", routes)
	}
	sdk.refused(t, "ec2", "DeleteClientVpnEndpoint", of(params{}), "DependencyViolation", "1 associated")
	sdk.refused(t, "ec2", "DeleteSubnet", params{"SubnetId": subnets[0]}, "DependencyViolation", "")
	found := sdk.ok(t, "resourcegroupstaggingapi", "GetResources", params{"TagFilters": []any{params{"Key": "vpn", "Values": []any{"shop"}}}})
	if arn := text(t, found, "ResourceTagMappingList", 0, "ResourceARN"); !strings.HasSuffix(arn, ":client-vpn-endpoint/"+id) {
		t.Errorf("by its tag there is %s", arn)
	}
	sdk.ok(t, "ec2", "DisassociateClientVpnTargetNetwork", of(params{"AssociationId": association}))
	gone := sdk.ok(t, "ec2", "DescribeClientVpnTargetNetworks", of(params{"AssociationIds": []any{association}}))
	if list, _ := at(t, gone, "ClientVpnTargetNetworks").([]any); len(list) != 0 {
		t.Errorf("after its end there is still %v", list)
	}
	sdk.refused(t, "ec2", "DisassociateClientVpnTargetNetwork", of(params{"AssociationId": association}), "InvalidClientVpnAssociationId.NotFound", association)
	sdk.ok(t, "ec2", "DeleteClientVpnEndpoint", of(params{}))
	sdk.refused(t, "ec2", "DescribeClientVpnEndpoints", params{"ClientVpnEndpointIds": []any{id}}, "InvalidClientVpnEndpointId.NotFound", id)
	sdk.ok(t, "ec2", "DeleteSubnet", params{"SubnetId": subnets[0]})
}

func TestClientVPNsThatEC2Refuses(t *testing.T) {
	t.Parallel()
	const certificate = "arn:aws:acm:eu-west-1:" + account + ":certificate/11111111-1111-1111-1111-111111111111"
	mutual := []any{params{"Type": "certificate-authentication", "MutualAuthentication": params{"ClientRootCertificateChainArn": certificate}}}
	for name, c := range map[string]struct {
		change     params
		code, part string
	}{
		"a client CIDR that is too small": {params{"ClientCidrBlock": "10.90.0.0/24"}, "InvalidParameterValue", "/22"},
		"a port of another service":       {params{"VpnPort": 80}, "InvalidParameterValue", "443"},
		"no certificate":                  {params{"ServerCertificateArn": "server"}, "InvalidParameterValue", "certificate"},
	} {
		in := params{"ClientCidrBlock": "10.90.0.0/22", "ServerCertificateArn": certificate, "AuthenticationOptions": mutual, "ConnectionLogOptions": params{"Enabled": false}}
		for k, v := range c.change {
			in[k] = v
		}
		t.Log(name)
		sdk.refused(t, "ec2", "CreateClientVpnEndpoint", in, c.code, c.part)
	}
}

// names is a rule group of host names.
func names(name string, capacity int, hosts ...string) params {
	return params{"RuleGroupName": name, "Type": "STATEFUL", "Capacity": capacity, "RuleGroup": params{
		"RulesSource": params{"RulesSourceList": params{"Targets": hosts, "TargetTypes": []string{"HTTP_HOST", "TLS_SNI"},
			"GeneratedRulesType": "ALLOWLIST"}},
		"StatefulRuleOptions": params{"RuleOrder": "STRICT_ORDER"}}}
}

func TestAFirewallFromRulesToDeletion(t *testing.T) {
	t.Parallel()
	const service = "network-firewall"
	vpc, subnets := network(t, "10.51", "a", "b")
	sdk.refused(t, service, "CreateRuleGroup", names("hosts", 1, "ghcr.io"), "InvalidRequestException", "a capacity of 2")
	group := text(t, sdk.ok(t, service, "CreateRuleGroup", names("hosts", 10, "ghcr.io", ".amazonaws.com")), "RuleGroupResponse", "RuleGroupArn")
	sdk.refused(t, service, "CreateRuleGroup", names("hosts", 10, "ghcr.io"), "InvalidRequestException", "already exists")
	policy := params{"FirewallPolicyName": "egress", "FirewallPolicy": params{"StatelessDefaultActions": []string{"aws:forward_to_sfe"},
		"StatelessFragmentDefaultActions": []string{"aws:forward_to_sfe"}, "StatefulEngineOptions": params{"RuleOrder": "STRICT_ORDER"},
		"StatefulRuleGroupReferences": []any{params{"ResourceArn": group, "Priority": 1}}}}
	policyARN := text(t, sdk.ok(t, service, "CreateFirewallPolicy", policy), "FirewallPolicyResponse", "FirewallPolicyArn")
	sdk.refused(t, service, "DeleteRuleGroup", params{"RuleGroupArn": group}, "InvalidOperationException", "in use")
	mappings := []any{params{"SubnetId": subnets[0]}, params{"SubnetId": subnets[1]}}
	sdk.ok(t, service, "CreateFirewall", params{"FirewallName": "egress", "FirewallPolicyArn": policyARN, "VpcId": vpc, "SubnetMappings": mappings, "DeleteProtection": true})
	described := sdk.ok(t, service, "DescribeFirewall", params{"FirewallName": "egress"})
	for deadline := time.Now().Add(30 * time.Second); text(t, described, "FirewallStatus", "Status") != "READY" && time.Now().Before(deadline); {
		described = sdk.ok(t, service, "DescribeFirewall", params{"FirewallName": "egress"})
	}
	endpoint := text(t, described, "FirewallStatus", "SyncStates", "eu-west-1b", "Attachment", "EndpointId")
	table := text(t, sdk.ok(t, "ec2", "CreateRouteTable", params{"VpcId": vpc}), "RouteTable", "RouteTableId")
	sdk.ok(t, "ec2", "CreateRoute", params{"RouteTableId": table, "DestinationCidrBlock": "0.0.0.0/0", "VpcEndpointId": endpoint})
	sdk.refused(t, "ec2", "DeleteSubnet", params{"SubnetId": subnets[1]}, "DependencyViolation", "")
	sdk.refused(t, service, "DeleteFirewall", params{"FirewallName": "egress"}, "InvalidOperationException", "protection")
	sdk.ok(t, service, "UpdateFirewallDeleteProtection", params{"FirewallName": "egress", "DeleteProtection": false})
	sdk.ok(t, service, "DeleteFirewall", params{"FirewallName": "egress"})
	sdk.refused(t, service, "DescribeFirewall", params{"FirewallName": "egress"}, "ResourceNotFoundException", "egress")
	sdk.ok(t, service, "DeleteFirewallPolicy", params{"FirewallPolicyArn": policyARN})
	sdk.ok(t, service, "DeleteRuleGroup", params{"RuleGroupArn": group})
	sdk.ok(t, "ec2", "DeleteSubnet", params{"SubnetId": subnets[1]})
}

func TestAFirewallsLogsChangeOneAtATime(t *testing.T) {
	t.Parallel()
	const service = "network-firewall"
	vpc, subnets := network(t, "10.52", "a")
	policy := text(t, sdk.ok(t, service, "CreateFirewallPolicy", params{"FirewallPolicyName": "logged", "FirewallPolicy": params{
		"StatelessDefaultActions": []string{"aws:pass"}, "StatelessFragmentDefaultActions": []string{"aws:pass"}}}), "FirewallPolicyResponse", "FirewallPolicyArn")
	sdk.ok(t, service, "CreateFirewall", params{"FirewallName": "logged", "FirewallPolicyArn": policy, "VpcId": vpc, "SubnetMappings": []any{params{"SubnetId": subnets[0]}}})
	to := func(kinds ...string) params {
		list := []any{}
		for _, kind := range kinds {
			list = append(list, params{"LogType": kind, "LogDestinationType": "CloudWatchLogs", "LogDestination": params{"logGroup": "firewall"}})
		}
		return params{"FirewallName": "logged", "LoggingConfiguration": params{"LogDestinationConfigs": list}}
	}
	sdk.refused(t, service, "UpdateLoggingConfiguration", to("ALERT", "FLOW"), "InvalidRequestException", "one call")
	sdk.ok(t, service, "UpdateLoggingConfiguration", to("ALERT"))
	sdk.ok(t, service, "UpdateLoggingConfiguration", to("ALERT", "FLOW"))
	out := sdk.ok(t, service, "DescribeLoggingConfiguration", params{"FirewallName": "logged"})
	if list, _ := at(t, out, "LoggingConfiguration", "LogDestinationConfigs").([]any); len(list) != 2 {
		t.Errorf("the destinations are %v", list)
	}
}

func TestADeletedAttachmentIsSeenAsDeleted(t *testing.T) {
	t.Parallel()
	vpc, subnets := network(t, "10.53", "a")
	gateway := text(t, sdk.ok(t, "ec2", "CreateTransitGateway", nil), "TransitGateway", "TransitGatewayId")
	in := params{"TransitGatewayId": gateway, "VpcId": vpc, "SubnetIds": []any{subnets[0]}, "TagSpecifications": []any{
		params{"ResourceType": "transit-gateway-attachment", "Tags": []any{params{"Key": "Name", "Value": "shop"}}}}}
	id := text(t, sdk.ok(t, "ec2", "CreateTransitGatewayVpcAttachment", in), "TransitGatewayVpcAttachment", "TransitGatewayAttachmentId")
	attached := sdk.ok(t, "ec2", "DescribeTransitGatewayVpcAttachments", params{"TransitGatewayAttachmentIds": []any{id}})
	if name := text(t, attached, "TransitGatewayVpcAttachments", 0, "Tags", 0, "Value"); name != "shop" {
		t.Errorf("its tags are %v", attached)
	}
	out := sdk.ok(t, "ec2", "DeleteTransitGatewayVpcAttachment", params{"TransitGatewayAttachmentId": id})
	if state := text(t, out, "TransitGatewayVpcAttachment", "State"); state != "deleting" {
		t.Errorf("at first it is %s", state)
	}
	described := sdk.ok(t, "ec2", "DescribeTransitGatewayVpcAttachments", params{"TransitGatewayAttachmentIds": []any{id}})
	if state := text(t, described, "TransitGatewayVpcAttachments", 0, "State"); state != "deleted" {
		t.Errorf("then it is %s", state)
	}
	sdk.refused(t, "ec2", "DeleteTransitGatewayVpcAttachment", params{"TransitGatewayAttachmentId": "tgw-attach-0123456789abcdef0"},
		"InvalidTransitGatewayAttachmentID.NotFound", "does not exist")
}

func TestWhatNobodySimulatesFailsAtOnceByItsName(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ service, operation, name string }{
		{"ec2", "CreateVerifiedAccessInstance", "ec2:CreateVerifiedAccessInstance"},
		{"network-firewall", "ListProxies", "network-firewall:ListProxies"},
		{"rds", "DescribeDBRecommendations", "rds:DescribeDBRecommendations"},
		{"route53", "ListTrafficPolicies", "route53:ListTrafficPolicies"},
		{"ecr", "GetSigningConfiguration", "ecr:GetSigningConfiguration"},
		{"cloudwatch", "ListMetricStreams", "monitoring:ListMetricStreams"},
		{"outposts", "ListSites", "outposts:ListSites"},
	} {
		start := time.Now()
		_, code, message := sdk.call(t, c.service, c.operation, nil)
		if code == "" || !strings.Contains(message, c.name) {
			t.Errorf("%s: refused with %q: %s, which does not name it", c.name, code, message)
		}
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("%s took %s", c.name, took)
		}
	}
}

func TestTheSummaryCanSayWhatWasSimulatedHere(t *testing.T) {
	t.Parallel()
	sdk.ok(t, "ec2", "DescribeClientVpnEndpoints", nil)
	sdk.ok(t, "network-firewall", "ListFirewalls", nil)
	for service, part := range map[string]string{"ec2": "Client VPN", "network-firewall": "Network Firewall"} {
		there := false
		for _, c := range proxy.Calls() {
			there = there || c.Service == service && slices.Contains(c.Parts, part)
		}
		if !there {
			t.Errorf("%s is not among what was simulated for %s: %+v", part, service, proxy.Calls())
		}
	}
}
