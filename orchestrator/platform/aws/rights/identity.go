package rights

import "slices"

// role is the ARN of an IAM role.
func role(name string) string { return "arn:{partition}:iam::{account}:role/" + name }

// roles are all that the modules make.
var roles = []string{role("{foundation-role}-*"), role("{blue-role}-*"), role("{green-role}-*")}

// passedTo lets a role be handed to these services only.
func passedTo(services ...string) condition {
	var names []string
	for _, s := range services {
		names = append(names, s+".amazonaws.com")
	}
	return condition{"StringEquals": {"iam:PassedToService": names}}
}

var roleChanges = []string{"iam:AttachRolePolicy", "iam:CreateRole", "iam:DeleteRolePolicy", "iam:DetachRolePolicy", "iam:PutRolePolicy"}

// attached are AWS's own policies that the modules attach.
var attached = []string{
	"AmazonEKSClusterPolicy", "AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly", "AmazonEKS_CNI_Policy",
	"service-role/AmazonEBSCSIDriverPolicy", "service-role/AmazonEFSCSIDriverPolicy", "service-role/AWSBackupServiceRolePolicyForBackup",
}

// attachedByAutoMode are those that modules/aws/cluster/auto_mode.tf attaches.
var attachedByAutoMode = []string{
	"AmazonEKSBlockStoragePolicy", "AmazonEKSComputePolicy", "AmazonEKSLoadBalancingPolicy", "AmazonEKSNetworkingPolicy", "AmazonEKSWorkerNodeMinimalPolicy",
}

// autoProfiles are the instance profiles that EKS makes itself.
const autoProfiles = "arn:{partition}:iam::{account}:instance-profile/eks-*"

// identity are the rights to the roles of nodes, add-ons and workloads. Whoever has them can give such a role any right,
// and take it on: only a permissions boundary holds that, so that with one nothing is allowed to a role without it.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
var identity = []statement{
	{sid: "RolesWithinBoundary", only: isBounded, actions: roleChanges, resources: roles,
		when: condition{"StringEquals": {"iam:PermissionsBoundary": {"{boundary}"}}}},
	{sid: "Roles", only: isUnbounded, actions: roleChanges, resources: roles},
	{sid: "EndsAndTagsOfRoles", resources: roles, actions: []string{
		"iam:DeleteRole", "iam:TagRole", "iam:UntagRole", "iam:UpdateAssumeRolePolicy", "iam:UpdateRole", "iam:UpdateRoleDescription",
	}},
	// Of AWS's own policies, only what the modules attach.
	{sid: "NoOtherManagedPolicies", only: lacksAuto, deny: true, actions: []string{"iam:AttachRolePolicy"}, resources: roles,
		when: condition{"ArnNotEquals": {"iam:PolicyARN": managed(attached...)}}},
	{sid: "NoOtherManagedPolicies", only: hasAutoMode, deny: true, actions: []string{"iam:AttachRolePolicy"}, resources: roles,
		when: condition{"ArnNotEquals": {"iam:PolicyARN": managed(append(slices.Clone(attached), attachedByAutoMode...)...)}}},
	// EKS makes the instance profile of Auto Mode's nodes, and may take it away later than the role goes that is in it.
	{sid: "RoleOfAutoMode", only: hasAutoMode, actions: []string{"iam:RemoveRoleFromInstanceProfile"},
		resources: []string{autoProfiles}},
	{sid: "Profiles", only: hasKarpenter, actions: []string{
		"iam:AddRoleToInstanceProfile", "iam:CreateInstanceProfile", "iam:DeleteInstanceProfile", "iam:RemoveRoleFromInstanceProfile",
		"iam:TagInstanceProfile", "iam:UntagInstanceProfile",
	}, resources: []string{"arn:{partition}:iam::{account}:instance-profile/{blue-role}-*", "arn:{partition}:iam::{account}:instance-profile/{green-role}-*"}},
	{sid: "HandRolesToServices", actions: []string{"iam:PassRole"}, resources: roles,
		when: passedTo("eks", "pods.eks", "ec2", "events", "backup", "chatbot", "codebuild", "ecr")},
	// Made once an account, by whoever first uses a service.
	{sid: "RolesOfServices", actions: []string{"iam:CreateServiceLinkedRole"}, resources: []string{role("aws-service-role/*")}, when: condition{"StringEquals": {"iam:AWSServiceName": {
		"autoscaling.amazonaws.com", "backup.amazonaws.com", "apidestinations.events.amazonaws.com", "clientvpn.amazonaws.com", "clientvpn-connections.amazonaws.com",
		"eks.amazonaws.com", "eks-nodegroup.amazonaws.com", "elasticloadbalancing.amazonaws.com", "management.chatbot.amazonaws.com",
		"network-firewall.amazonaws.com", "pullthroughcache.ecr.amazonaws.com", "rds.amazonaws.com", "spot.amazonaws.com", "transitgateway.amazonaws.com",
	}}}},
}

func managed(names ...string) []string {
	var arns []string
	for _, n := range names {
		arns = append(arns, "arn:{partition}:iam::aws:policy/"+n)
	}
	return arns
}

// keys are the rights to the foundation's key. Services use it on behalf of who makes what it encrypts, and get grants.
var keys = []statement{
	{sid: "MakeKey", actions: []string{"kms:CreateKey", "kms:TagResource"}, when: tagsIt},
	{sid: "Key", when: tagged, resources: []string{own("kms", "key/*")}, actions: []string{
		"kms:CreateAlias", "kms:Decrypt", "kms:DeleteAlias", "kms:EnableKeyRotation", "kms:GenerateDataKey", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:TagResource",
		"kms:UntagResource", "kms:UpdateKeyDescription",
	}},
	{sid: "KeyName", actions: []string{"kms:CreateAlias", "kms:DeleteAlias"}, resources: []string{own("kms", "alias/drover/{cluster}")}},
	{sid: "GrantsForServices", actions: []string{"kms:CreateGrant"}, resources: []string{own("kms", "key/*")}, when: condition{
		"StringEquals": {"aws:ResourceTag/" + tag: {"{cluster}"}}, "Bool": {"kms:GrantIsForAWSResource": {"true"}},
	}},
}

// boundary is a policy to bound the roles with that the modules make (access.permissionsBoundary): a role of the cluster
// can never change IAM, whatever is attached to it. What Karpenter and the control plane need of IAM is left.
var boundary = []statement{
	{sid: "EverythingButIAM", not: true, actions: []string{"account:*", "iam:*", "organizations:*"}},
	{sid: "LookAtIAM", actions: []string{"iam:GetInstanceProfile", "iam:GetRole", "iam:ListAttachedRolePolicies", "iam:ListInstanceProfiles"}},
	{sid: "NodesOfKarpenter", actions: []string{"iam:PassRole"}, resources: []string{role("{blue-role}-*"), role("{green-role}-*")}, when: passedTo("ec2")},
	// https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonEKSComputePolicy.html
	{sid: "NodesOfAutoMode", only: hasAutoMode, actions: []string{"iam:AddRoleToInstanceProfile"}, resources: []string{autoProfiles}},
	{sid: "RolesOfBalancers", actions: []string{"iam:CreateServiceLinkedRole"}, resources: []string{role("aws-service-role/*")},
		when: condition{"StringEquals": {"iam:AWSServiceName": {"elasticloadbalancing.amazonaws.com", "spot.amazonaws.com"}}}},
}
