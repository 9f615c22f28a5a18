package rights

// reads are what Terraform and drover look at. Most of it cannot be limited to one cluster: to list is to list all, and
// what is not there yet has no tag. None of it shows a secret but the state, which is limited to the cluster's own.
var reads = []statement{
	{sid: "Look", actions: []string{
		"autoscaling:DescribeAutoScalingGroups",
		"cloudwatch:DescribeAlarms", "cloudwatch:GetMetricData", "cloudwatch:ListTagsForResource",
		"ec2:DescribeAddresses", "ec2:DescribeAddressesAttribute", "ec2:DescribeAvailabilityZones", "ec2:DescribeFlowLogs", "ec2:DescribeInstanceTypes", "ec2:DescribeInstances",
		"ec2:DescribeInternetGateways", "ec2:DescribeLaunchTemplateVersions", "ec2:DescribeLaunchTemplates", "ec2:DescribeNatGateways",
		"ec2:DescribeNetworkAcls", "ec2:DescribeNetworkInterfaces", "ec2:DescribePrefixLists", "ec2:DescribeRouteTables",
		"ec2:DescribeSecurityGroupRules", "ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcAttribute",
		"ec2:DescribeVpcEndpoints", "ec2:DescribeVpcs",
		"eks:DescribeAccessEntry", "eks:DescribeAddon", "eks:DescribeAddonVersions", "eks:DescribeCluster", "eks:DescribeNodegroup", "eks:DescribePodIdentityAssociation",
		"eks:ListAccessEntries", "eks:ListAssociatedAccessPolicies", "eks:ListClusters", "eks:ListNodegroups", "eks:ListPodIdentityAssociations",
		"elasticloadbalancing:DescribeCapacityReservation", "elasticloadbalancing:DescribeListenerAttributes", "elasticloadbalancing:DescribeListeners",
		"elasticloadbalancing:DescribeLoadBalancerAttributes", "elasticloadbalancing:DescribeLoadBalancers", "elasticloadbalancing:DescribeTags",
		"elasticloadbalancing:DescribeTargetGroupAttributes", "elasticloadbalancing:DescribeTargetGroups", "elasticloadbalancing:DescribeTargetHealth",
		"iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListInstanceProfilesForRole", "iam:ListRolePolicies",
		"kms:DescribeKey", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:ListAliases", "kms:ListResourceTags",
		"logs:DescribeLogGroups", "logs:ListTagsForResource",
		"route53:GetChange", "route53:GetHealthCheck", "route53:GetHostedZone", "route53:ListHealthChecks", "route53:ListHostedZones", "route53:ListHostedZonesByName",
		"route53:ListResourceRecordSets", "route53:ListTagsForResource", "route53:ListTagsForResources",
		"servicequotas:GetAWSDefaultServiceQuota", "servicequotas:GetServiceQuota",
		"sts:GetCallerIdentity", "tag:GetResources",
	}},
	// AWS publishes these itself: which node images are newest.
	{sid: "LookAtNodeImages", actions: []string{"ssm:GetParameters"},
		resources: []string{"arn:{partition}:ssm:{region}::parameter/aws/service/eks/optimized-ami/*", "arn:{partition}:ssm:{region}::parameter/aws/service/bottlerocket/*"}},
	{sid: "LookAtVPN", only: hasVPN, actions: []string{
		"ec2:DescribeClientVpnAuthorizationRules", "ec2:DescribeClientVpnEndpoints", "ec2:DescribeClientVpnTargetNetworks", "logs:DescribeLogStreams",
	}},
	{sid: "LookAtIPv6", only: makesIPv6, actions: []string{"ec2:DescribeEgressOnlyInternetGateways"}},
	{sid: "LookAtRunner", only: hasRunner, actions: []string{"codebuild:BatchGetProjects"}, resources: runners},
	{sid: "LookAtFirewall", only: hasFirewall, actions: []string{
		"network-firewall:DescribeFirewall", "network-firewall:DescribeFirewallPolicy", "network-firewall:DescribeLoggingConfiguration",
		"network-firewall:DescribeRuleGroup",
	}},
	{sid: "LookAtDatabases", only: hasDatabases, actions: []string{
		"rds:DescribeDBInstances", "rds:DescribeDBParameterGroups", "rds:DescribeDBParameters", "rds:DescribeDBSubnetGroups", "rds:ListTagsForResource",
	}},
	{sid: "LookAtBackups", only: hasBackups, actions: []string{
		"backup:DescribeBackupVault", "backup:GetBackupPlan", "backup:GetBackupSelection", "backup:GetBackupVaultNotifications", "backup:ListTags",
	}},
	{sid: "LookAtRegistry", only: hasRegistry, actions: []string{
		"ecr:DescribePullThroughCacheRules", "ecr:DescribeRepositories", "ecr:DescribeRepositoryCreationTemplates", "ecr:GetLifecyclePolicy",
		"ecr:ListTagsForResource",
	}},
	{sid: "LookAtAlerts", only: hasAlerts, actions: []string{
		"sns:GetTopicAttributes", "sns:ListTagsForResource",
	}},
	{sid: "LookAtStacks", only: hasStacks, actions: []string{"cloudformation:DescribeStacks", "cloudformation:GetTemplate"}},
	{sid: "LookAtReceivers", only: hasKeyedReceivers, actions: []string{"events:DescribeApiDestination"}},
	{sid: "LookAtLogins", only: hasLogins, actions: []string{"secretsmanager:ListSecrets"}}, // names, and nothing of what is in them
	{sid: "LookAtFlowLogs", only: logsToBucket, resources: []string{flowLogs}, actions: []string{
		"s3:GetAccelerateConfiguration", "s3:GetBucketAcl", "s3:GetBucketCORS", "s3:GetBucketLogging", "s3:GetBucketObjectLockConfiguration",
		"s3:GetBucketOwnershipControls", "s3:GetBucketPolicy", "s3:GetBucketPublicAccessBlock", "s3:GetBucketRequestPayment", "s3:GetBucketTagging",
		"s3:GetBucketVersioning", "s3:GetBucketWebsite", "s3:GetEncryptionConfiguration", "s3:GetLifecycleConfiguration", "s3:GetReplicationConfiguration",
		"s3:ListBucket",
	}},
	{sid: "LookAtEvents", only: hasEvents, actions: []string{
		"events:DescribeRule", "events:ListTagsForResource", "events:ListTargetsByRule",
	}},
	{sid: "LookAtKarpenter", only: hasKarpenter, actions: []string{
		"iam:GetInstanceProfile", "sqs:GetQueueAttributes", "sqs:ListQueueTags",
	}},
	{sid: "LookAtConnections", only: hasConnections, actions: []string{
		"ec2:DescribeTransitGatewayVpcAttachments", "ec2:DescribeTransitGateways", "ec2:DescribeVpcPeeringConnections",
		"ec2:GetTransitGatewayRouteTableAssociations", "ec2:GetTransitGatewayRouteTablePropagations",
	}},
}

// stateReads are for the cluster's own part of the bucket. A plan locks the state, and so writes and deletes the lock.
var stateReads = []statement{
	{sid: "FindStates", only: inS3, actions: []string{"s3:ListBucket"}, resources: []string{"arn:{partition}:s3:::{bucket}"},
		when: condition{"StringLike": {"s3:prefix": {"{cluster}/*"}}}},
	{sid: "ReadStates", only: inS3, actions: []string{"s3:GetObject"}, resources: []string{"arn:{partition}:s3:::{bucket}/{cluster}/*"}},
	{sid: "LockStates", only: inS3, actions: []string{"s3:DeleteObject", "s3:PutObject"}, resources: []string{"arn:{partition}:s3:::{bucket}/{cluster}/*.tflock"}},
}

// stateWrites are for states, and for drover's store beside them: journal, lease, bundles and requests.
var stateWrites = []statement{
	{sid: "WriteStatesAndStore", only: inS3, actions: []string{"s3:DeleteObject", "s3:PutObject"}, resources: []string{"arn:{partition}:s3:::{bucket}/{cluster}/*"}},
}
