package rights

// cluster are the rights to the EKS clusters of both colors.
var cluster = []statement{
	{sid: "MakeClusters", actions: []string{"eks:CreateCluster"}, when: tagsIt}, // which EKS knows no resource for yet
	{sid: "Clusters", resources: []string{
		own("eks", "cluster/{cluster}-blue"), own("eks", "cluster/{cluster}-green"),
		own("eks", "*/{cluster}-blue/*"), own("eks", "*/{cluster}-green/*"), // node groups, add-ons, access entries and identities
	}, actions: []string{
		"eks:AssociateAccessPolicy", "eks:CreateAccessEntry", "eks:CreateAddon", "eks:CreateNodegroup", "eks:CreatePodIdentityAssociation",
		"eks:DeleteAccessEntry", "eks:DeleteAddon", "eks:DeleteCluster", "eks:DeleteNodegroup", "eks:DeletePodIdentityAssociation",
		"eks:DescribeUpdate", "eks:DisassociateAccessPolicy", "eks:TagResource", "eks:UntagResource", "eks:UpdateAccessEntry", "eks:UpdateAddon",
		"eks:UpdateClusterConfig", "eks:UpdateNodegroupConfig", "eks:UpdateNodegroupVersion", "eks:UpdatePodIdentityAssociation",
	}},
	// EKS asks this of who makes a node group with a launch template; nothing is started by it.
	// https://docs.aws.amazon.com/eks/latest/userguide/launch-templates.html
	{sid: "NodesByTemplate", actions: []string{"ec2:RunInstances"}, when: condition{"ArnLike": {"ec2:LaunchTemplate": {own("ec2", "launch-template/*")}}}},
	{sid: "NodesToBalancers", actions: []string{"autoscaling:AttachLoadBalancerTargetGroups", "autoscaling:DetachLoadBalancerTargetGroups"},
		resources: []string{own("autoscaling", "autoScalingGroup:*:autoScalingGroupName/eks-*")},
		when:      condition{"StringEquals": {"aws:ResourceTag/eks:cluster-name": {"{cluster}-blue", "{cluster}-green"}}}},
	{sid: "Karpenter", only: hasKarpenter, resources: []string{own("sqs", "{cluster}-blue-karpenter"), own("sqs", "{cluster}-green-karpenter")}, actions: []string{
		"sqs:CreateQueue", "sqs:DeleteQueue", "sqs:SetQueueAttributes", "sqs:TagQueue", "sqs:UntagQueue",
	}},
	{sid: "Rules", only: hasEvents, resources: []string{own("events", "rule/{cluster}-*")}, actions: []string{
		"events:DeleteRule", "events:PutRule", "events:PutTargets", "events:RemoveTargets", "events:TagResource", "events:UntagResource",
	}},
	{sid: "Alarms", only: hasAlerts, resources: []string{own("cloudwatch", "alarm:{cluster}-*")}, actions: []string{
		"cloudwatch:DeleteAlarms", "cloudwatch:PutMetricAlarm", "cloudwatch:TagResource", "cloudwatch:UntagResource",
	}},
}

// balancers are the rights to the load balancers of both colors.
var balancers = []statement{
	{sid: "MakeBalancers", when: tagsIt, actions: []string{
		"elasticloadbalancing:AddTags", "elasticloadbalancing:CreateListener", "elasticloadbalancing:CreateLoadBalancer", "elasticloadbalancing:CreateTargetGroup",
	}},
	{sid: "Balancers", when: tagged, actions: []string{
		"elasticloadbalancing:AddTags", "elasticloadbalancing:CreateListener", "elasticloadbalancing:DeleteListener", "elasticloadbalancing:DeleteLoadBalancer",
		"elasticloadbalancing:DeleteTargetGroup", "elasticloadbalancing:ModifyListener", "elasticloadbalancing:ModifyLoadBalancerAttributes",
		"elasticloadbalancing:ModifyTargetGroup", "elasticloadbalancing:ModifyTargetGroupAttributes", "elasticloadbalancing:RemoveTags",
		"elasticloadbalancing:SetSecurityGroups",
	}},
}
