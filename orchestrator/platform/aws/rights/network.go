package rights

// flowLogs is the bucket of the flow logs.
const flowLogs = "arn:{partition}:s3:::{flow-logs-bucket}"

// network are the rights to EC2's part of foundation and colors. What is made gets the cluster's tag by the request that
// makes it, and what is changed has it: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/iam-policies-ec2-console.html
// Where an action is about both (a subnet that is made in a VPC that is there), IAM asks for each resource by itself,
// so that the action is in two statements.
var network = []statement{
	{sid: "MakeTagged", when: tagsIt, resources: []string{own("ec2", "*")}, actions: []string{
		"ec2:AllocateAddress", "ec2:AuthorizeSecurityGroupEgress", "ec2:AuthorizeSecurityGroupIngress", "ec2:CreateFlowLogs",
		"ec2:CreateInternetGateway", "ec2:CreateLaunchTemplate", "ec2:CreateNatGateway", "ec2:CreateRouteTable", "ec2:CreateSecurityGroup",
		"ec2:CreateSubnet", "ec2:CreateVpc", "ec2:CreateVpcEndpoint",
	}},
	{sid: "ChangeTagged", when: tagged, resources: []string{own("ec2", "*")}, actions: []string{
		"ec2:AssociateRouteTable", "ec2:AttachInternetGateway",
		"ec2:AuthorizeSecurityGroupEgress", "ec2:AuthorizeSecurityGroupIngress",
		"ec2:CreateFlowLogs", "ec2:CreateLaunchTemplateVersion", "ec2:CreateNatGateway", "ec2:CreateRoute", "ec2:CreateRouteTable",
		"ec2:CreateSecurityGroup", "ec2:CreateSubnet", "ec2:CreateTags", "ec2:CreateVpcEndpoint",
		"ec2:DeleteFlowLogs", "ec2:DeleteInternetGateway", "ec2:DeleteLaunchTemplate",
		"ec2:DeleteNatGateway", "ec2:DeleteRoute", "ec2:DeleteRouteTable", "ec2:DeleteSecurityGroup", "ec2:DeleteSubnet", "ec2:DeleteTags",
		"ec2:DeleteVpc", "ec2:DeleteVpcEndpoints", "ec2:DetachInternetGateway",
		"ec2:DisassociateAddress", "ec2:DisassociateRouteTable",
		"ec2:ModifyLaunchTemplate", "ec2:ModifySecurityGroupRules", "ec2:ModifySubnetAttribute", "ec2:ModifyVpcAttribute", "ec2:ModifyVpcEndpoint",
		"ec2:ReleaseAddress", "ec2:ReplaceRoute", "ec2:ReplaceRouteTableAssociation", "ec2:RevokeSecurityGroupEgress", "ec2:RevokeSecurityGroupIngress",
	}},
	{sid: "MakeVPN", only: hasVPN, when: tagsIt, resources: []string{own("ec2", "client-vpn-endpoint/*")}, actions: []string{"ec2:CreateClientVpnEndpoint"}},
	{sid: "VPN", only: hasVPN, when: tagged, resources: []string{own("ec2", "*")}, actions: []string{
		"ec2:AssociateClientVpnTargetNetwork", "ec2:AuthorizeClientVpnIngress", "ec2:CreateClientVpnEndpoint", "ec2:DeleteClientVpnEndpoint",
		"ec2:DisassociateClientVpnTargetNetwork", "ec2:ModifyClientVpnEndpoint", "ec2:RevokeClientVpnIngress",
	}},
	{sid: "MakeConnections", only: hasConnections, when: tagsIt, resources: []string{own("ec2", "*")}, actions: []string{
		"ec2:CreateTransitGatewayVpcAttachment", "ec2:CreateVpcPeeringConnection",
	}},
	{sid: "Connections", only: hasConnections, when: tagged, resources: []string{own("ec2", "*")}, actions: []string{
		"ec2:AcceptVpcPeeringConnection", "ec2:AssociateTransitGatewayRouteTable", "ec2:CreateTransitGatewayVpcAttachment", "ec2:CreateVpcPeeringConnection",
		"ec2:DeleteTransitGatewayVpcAttachment", "ec2:DeleteVpcPeeringConnection", "ec2:EnableTransitGatewayRouteTablePropagation",
		"ec2:ModifyTransitGatewayVpcAttachment",
	}},
	{sid: "PodRanges", only: hasPodRange, when: tagged, resources: []string{own("ec2", "vpc/*")}, actions: []string{"ec2:AssociateVpcCidrBlock", "ec2:DisassociateVpcCidrBlock"}},
	{sid: "MakeIPv6", only: makesIPv6, when: tagsIt, resources: []string{own("ec2", "egress-only-internet-gateway/*")}, actions: []string{"ec2:CreateEgressOnlyInternetGateway"}},
	{sid: "IPv6", only: makesIPv6, when: tagged, resources: []string{own("ec2", "*")}, actions: []string{
		"ec2:AssociateSubnetCidrBlock", "ec2:AssociateVpcCidrBlock", "ec2:CreateEgressOnlyInternetGateway",
		"ec2:DeleteEgressOnlyInternetGateway", "ec2:DisassociateSubnetCidrBlock", "ec2:DisassociateVpcCidrBlock",
	}},
	{sid: "TagIPv6", only: makesIPv6, actions: []string{"ec2:CreateTags"}, resources: []string{own("ec2", "egress-only-internet-gateway/*")}, when: condition{"StringEquals": {
		"aws:RequestTag/" + tag: {"{cluster}"}, "ec2:CreateAction": {"CreateEgressOnlyInternetGateway"},
	}}},
	{sid: "TagWhatIsMade", actions: []string{"ec2:CreateTags"}, resources: []string{own("ec2", "*")}, when: condition{"StringEquals": {
		"aws:RequestTag/" + tag: {"{cluster}"},
		"ec2:CreateAction": {"AllocateAddress", "AuthorizeSecurityGroupEgress", "AuthorizeSecurityGroupIngress", "CreateClientVpnEndpoint", "CreateFlowLogs", "CreateInternetGateway",
			"CreateLaunchTemplate", "CreateNatGateway", "CreateRouteTable", "CreateSecurityGroup", "CreateSubnet", "CreateTransitGatewayVpcAttachment",
			"CreateVpc", "CreateVpcEndpoint", "CreateVpcPeeringConnection"},
	}}},
	// The default group of a network comes without a tag, and rules get theirs after they were made.
	{sid: "TagSecurityGroups", actions: []string{"ec2:CreateTags"}, when: tagsIt, resources: []string{own("ec2", "security-group/*"), own("ec2", "security-group-rule/*")}},
	// What belongs to others and is named: a transit gateway with the route table that attachments get unless they say
	// otherwise, and the other side of a peering.
	{sid: "UseOfOthers", only: hasConnections, actions: []string{
		"ec2:AcceptVpcPeeringConnection", "ec2:AssociateTransitGatewayRouteTable", "ec2:CreateTransitGatewayVpcAttachment", "ec2:CreateVpcPeeringConnection",
		"ec2:DeleteTransitGatewayVpcAttachment", "ec2:EnableTransitGatewayRouteTablePropagation", "ec2:ModifyTransitGatewayVpcAttachment",
	}, resources: []string{
		"arn:{partition}:ec2:*:*:transit-gateway/*", "arn:{partition}:ec2:*:*:transit-gateway-route-table/*", "arn:{partition}:ec2:*:*:vpc/*", "arn:{partition}:ec2:*:*:vpc-peering-connection/*",
	}},
	{sid: "AdoptedNetwork", only: adopts, also: adopted, actions: []string{
		"ec2:CreateFlowLogs", "ec2:CreateNatGateway", "ec2:CreateRouteTable", "ec2:CreateSecurityGroup", "ec2:CreateSubnet", "ec2:CreateVpcEndpoint",
	}},
	{sid: "ReceiveFlowLogs", only: logsToGroup, actions: []string{"iam:PassRole"}, resources: []string{role("{foundation-role}-flow-logs")},
		when: passedTo("vpc-flow-logs")},
	{sid: "FlowLogs", only: logsToBucket, resources: []string{flowLogs}, actions: []string{
		"s3:CreateBucket", "s3:DeleteBucket", "s3:DeleteBucketPolicy", "s3:ListBucketVersions", "s3:PutBucketOwnershipControls", "s3:PutBucketPolicy",
		"s3:PutBucketPublicAccessBlock", "s3:PutBucketTagging", "s3:PutBucketVersioning", "s3:PutEncryptionConfiguration", "s3:PutLifecycleConfiguration",
	}},
	// The bucket goes with its logs, once the protection of the network is lifted.
	{sid: "EndOfFlowLogs", only: logsToBucket, resources: []string{flowLogs + "/*"}, actions: []string{"s3:DeleteObject", "s3:DeleteObjectVersion"}},
	{sid: "Firewall", only: hasFirewall, resources: []string{
		own("network-firewall", "firewall/{cluster}"), own("network-firewall", "firewall-policy/{cluster}"), own("network-firewall", "state*-rulegroup/{cluster}-*"),
	}, actions: []string{
		"network-firewall:AssociateSubnets", "network-firewall:CreateFirewall", "network-firewall:CreateFirewallPolicy", "network-firewall:CreateRuleGroup",
		"network-firewall:DeleteFirewall", "network-firewall:DeleteFirewallPolicy", "network-firewall:DeleteRuleGroup", "network-firewall:DisassociateSubnets",
		"network-firewall:TagResource", "network-firewall:UntagResource", "network-firewall:UpdateFirewallDeleteProtection", "network-firewall:UpdateFirewallPolicy",
		"network-firewall:UpdateFirewallPolicyChangeProtection", "network-firewall:UpdateLoggingConfiguration", "network-firewall:UpdateRuleGroup",
		"network-firewall:UpdateSubnetChangeProtection",
	}},
}
