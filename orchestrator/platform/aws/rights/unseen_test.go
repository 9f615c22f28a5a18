package rights

// unseen are rights that no recorded run needed, and why they are there.
var unseen = because(map[string][]string{
	"a tag that the spec no longer has is taken away in place": {
		"backup:UntagResource", "chatbot:UntagResource", "cloudformation:UntagResource", "cloudwatch:UntagResource", "ec2:DeleteTags", "ecr:UntagResource",
		"eks:UntagResource", "elasticloadbalancing:RemoveTags", "events:UntagResource", "iam:UntagInstanceProfile", "iam:UntagRole", "kms:UntagResource",
		"logs:UntagResource", "network-firewall:UntagResource", "rds:RemoveTagsFromResource", "sns:UntagResource", "sqs:UntagQueue",
	},
	"Terraform's provider updates it in place when the spec, or a module of a newer drover, says otherwise": {
		"backup:UpdateBackupPlan", "codebuild:UpdateWebhook", "chatbot:UpdateSlackChannelConfiguration", "cloudformation:UpdateStack", "ec2:ModifyClientVpnEndpoint", "ec2:ModifySecurityGroupRules",
		"ec2:ModifyTransitGatewayVpcAttachment", "ec2:ModifyVpcEndpoint", "ec2:ReplaceRoute", "ec2:ReplaceRouteTableAssociation",

		"ecr:PutImageScanningConfiguration", "ecr:PutImageTagMutability", "ecr:UpdatePullThroughCacheRule", "ecr:UpdateRepositoryCreationTemplate",
		"eks:UpdateAccessEntry", "eks:UpdateClusterConfig", "eks:UpdatePodIdentityAssociation",
		"elasticloadbalancing:ModifyListener", "elasticloadbalancing:ModifyTargetGroup", "elasticloadbalancing:SetSecurityGroups",
		"events:UpdateApiDestination", "events:UpdateConnection", "iam:UpdateAssumeRolePolicy", "iam:UpdateRole", "iam:UpdateRoleDescription",
		"kms:PutKeyPolicy", "kms:UpdateKeyDescription", "logs:DisassociateKmsKey",
		"network-firewall:AssociateSubnets", "network-firewall:DisassociateSubnets", "network-firewall:UpdateFirewallDeleteProtection",
		"network-firewall:UpdateFirewallPolicy", "network-firewall:UpdateFirewallPolicyChangeProtection", "network-firewall:UpdateRuleGroup",
		"network-firewall:UpdateSubnetChangeProtection", "rds:ModifyDBSubnetGroup", "rds:RebootDBInstance", "route53:UpdateHealthCheck", "route53:UpdateHostedZoneComment",
	},
	"IPv6 comes to a network that runs; one that is new has it from the start": {
		"ec2:AssociateSubnetCidrBlock", "ec2:DisassociateSubnetCidrBlock",
	},
	"a lock of a state is deleted, and drover's lease and requests; Terratest takes no locks": {
		"s3:DeleteObject",
	},
	"a bucket goes with its logs, and the simulated account writes none": {
		"s3:DeleteObjectVersion", "s3:ListBucketVersions",
	},
	"the simulated account does by itself what AWS may leave to the provider": {
		"ec2:AssociateTransitGatewayRouteTable",
	},
	"no recorded run has a spec with it": {
		"route53:ListHostedZones", // of a zone that is adopted
		"ec2:AssociateVpcCidrBlock", "ec2:DisassociateVpcCidrBlock", "route53:AssociateVPCWithHostedZone", "route53:DisassociateVPCFromHostedZone",
	},
})

// because is actions and reasons the other way around.
func because(reasons map[string][]string) map[string]string {
	all := map[string]string{}
	for why, actions := range reasons {
		for _, action := range actions {
			all[action] = why
		}
	}
	return all
}
