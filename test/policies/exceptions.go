package policies

// ActionWithoutResources is an action that AWS lets nobody hold to a resource.
type ActionWithoutResources struct{ Action, Reason string }

// WithoutResources are the actions that may be allowed on "*", because the service knows no resource for them.
// Source: the "Resource types" column of the Service Authorization Reference
// (https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html).
// A test demands that each is in use: a row that nothing needs would only wait to excuse a mistake.
var WithoutResources = []ActionWithoutResources{
	{"autoscaling:DescribeAutoScalingGroups", autoscalerReads},
	{"autoscaling:DescribeScalingActivities", autoscalerReads},
	{"ec2:DescribeCapacityReservations", karpenterReads},
	{"ec2:DescribeImages", karpenterReads},
	{"ec2:DescribeInstanceStatus", karpenterReads},
	{"ec2:DescribeInstanceTypeOfferings", karpenterReads},
	{"ec2:DescribeInstanceTypes", bothRead},
	{"ec2:DescribeInstances", karpenterReads},
	{"ec2:DescribeLaunchTemplateVersions", autoscalerReads},
	{"ec2:DescribeLaunchTemplates", karpenterReads},
	{"ec2:DescribePlacementGroups", karpenterReads},
	{"ec2:DescribeSecurityGroups", karpenterReads},
	{"ec2:DescribeSpotPriceHistory", karpenterReads},
	{"ec2:DescribeSubnets", karpenterReads},
	{"pricing:GetProducts", "Karpenter compares prices; the price list is one for all, and the service knows no resource"},
	{"ssmmessages:CreateControlChannel", sessions},
	{"ssmmessages:CreateDataChannel", sessions},
	{"ssmmessages:OpenControlChannel", sessions},
	{"ssmmessages:OpenDataChannel", sessions},
}

// These are held to one region by a condition.
const (
	karpenterReads  = "Karpenter chooses machines by what the region has and by what runs there; EC2 describes without resources"
	autoscalerReads = "the Cluster Autoscaler looks for its groups and for what their nodes are; both services describe without resources"
	sessions        = "nodes take sessions of Systems Manager; Amazon Message Gateway Service knows no resource"
	bothRead        = "Karpenter and the Cluster Autoscaler know machines by it; EC2 describes without resources"
)

// EKS Auto Mode acts with the role of the control plane.
const autoMode = "EKS Auto Mode demands it, by this name, of the role of the control plane; held to what has EKS' own tags of the cluster"

// ManagedPolicy is one of AWS's own policies that the modules attach. Its words are AWS's, and wider than one cluster.
type ManagedPolicy struct{ Name, Reason string }

// ManagedPolicies are all of AWS's policies that may be attached. A test demands that each is.
var ManagedPolicies = []ManagedPolicy{
	{"AmazonEKSClusterPolicy", "EKS demands it, by this name, of the role of every control plane"},
	{"AmazonEKSBlockStoragePolicy", autoMode},
	{"AmazonEKSComputePolicy", autoMode},
	{"AmazonEKSLoadBalancingPolicy", autoMode},
	{"AmazonEKSNetworkingPolicy", autoMode},
	{"AmazonEKSWorkerNodeMinimalPolicy", "what EKS Auto Mode's nodes need; it lets them take workloads' identities and nothing else"},
	{"AmazonEKSWorkerNodePolicy", "EKS demands it of the role of every managed node; it only reads"},
	{"AmazonEC2ContainerRegistryPullOnly", "the narrowest of AWS's policies for pulling images; add-on images come from AWS's own accounts"},
	{"CloudWatchAgentServerPolicy", "an example names it, for nodes that an agent measures"},
	{"AWSXRayDaemonWriteAccess", "an example names it, for a workload that sends traces"},
	{"AmazonEKS_CNI_Policy", "made by AWS for the network plugin, which holds it alone and not through its node"},
	{"AWSDenyAll", "a guardrail that denies whatever is asked in a chat, beside the alarms that are told there"},
	{"service-role/AWSBackupServiceRolePolicyForBackup", "made by AWS for its backup service, which alone may take the role"},
	{"service-role/AmazonEBSCSIDriverPolicy", "made by AWS for the driver; held to volumes with the driver's own tags"},
}
