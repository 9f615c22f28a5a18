package spec

import "time"

// The rules of AWS, with where each is from.
var awsRules = rules{
	name:    "AWS",
	nameMax: 40,    // IAM role names end at 64 characters, and have the color and a purpose behind the name
	notName: "sg-", // EC2 refuses security groups of such names
	account: form{lazily(`^[0-9]{12}$`), "an AWS account is 12 digits", `"123456789012"`},
	region:  form{lazily(`^[a-z]{2,4}(-[a-z]+)+-[0-9]+$`), "a region of AWS", "eu-west-1"},
	regions: []string{
		"af-south-1", "ap-east-1", "ap-east-2", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-south-2",
		"ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5", "ap-southeast-6", "ap-southeast-7",
		"ca-central-1", "ca-west-1", "cn-north-1", "cn-northwest-1", "eu-central-1", "eu-central-2", "eu-north-1", "eu-south-1",
		"eu-south-2", "eu-west-1", "eu-west-2", "eu-west-3", "il-central-1", "me-central-1", "me-south-1", "mx-central-1",
		"sa-east-1", "us-east-1", "us-east-2", "us-gov-east-1", "us-gov-west-1", "us-west-1", "us-west-2",
	},
	// https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html
	oldest: 30, supported: 34, newest: 36,
	// The last one as https://endoflife.date/amazon-eks had it in August 2026.
	ends:   map[int]string{34: "2026-12-02", 35: "2027-03-27", 36: "2027-08-02"},
	addons: awsAddons, adds: true, apis: ".%s.eks.amazonaws.com",
	// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
	retention: []int{1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653},
	zones:     [2]int{2, 6}, // EKS needs two, and no region has more than six
	// A VPC can be /16 to /28 (https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html), but below /20
	// the public subnets of the plan are smaller than the /27 that a load balancer needs.
	cidr: [2]int{16, 20},
	pods: [2]int{16, 20}, // a range that is added to a VPC has the bounds of its first one
	// Two prefixes of sixteen, or what the three interfaces of a .large have together; larger machines take more.
	// https://docs.aws.amazon.com/eks/latest/best-practices/vpc-cni.html
	perNode:  32,
	peer:     form{lazily(`^vpc-[0-9a-f]{8,17}$`), "the id of a VPC", "vpc-0a1b2c3d4e5f60718"},
	subnet:   form{lazily(`^subnet-[0-9a-f]{8,17}$`), "the id of a subnet", "subnet-0a1b2c3d4e5f60718"},
	zoneID:   form{lazily(`^Z[0-9A-Z]{1,31}$`), "the id of a zone of Route 53", "Z0123456789ABCDEFGHIJ"},
	transit:  form{lazily(`^tgw-[0-9a-f]{8,17}$`), "the id of a transit gateway", "tgw-0a1b2c3d4e5f60718"},
	services: [2]int{12, 23}, // EKS takes /12 to /24, and each color has half
	vpn:      [2]int{12, 22}, // https://docs.aws.amazon.com/vpn/latest/clientvpn-admin/what-is-best-practices.html
	vpnRoom:  19,             // a subnet of a VPN keeps twenty addresses free; those of a /20 have 27
	vpnCert: form{certificateARN, "the ARN of a certificate in ACM",
		"arn:aws:acm:eu-west-1:123456789012:certificate/11111111-1111-1111-1111-111111111111"},
	endpoints: []string{"s3", "ecr.api", "ecr.dkr", "sts", "ec2", "eks-auth"},
	// What a cluster's own controllers and External Secrets call.
	// https://docs.aws.amazon.com/eks/latest/userguide/private-clusters.html
	withoutNAT: []string{"eks", "logs", "autoscaling", "elasticloadbalancing", "secretsmanager", "kms"},
	known: []string{"dynamodb", "ssm", "ssmmessages",
		"ec2messages", "sqs", "sns", "monitoring", "xray", "rds", "elasticfilesystem", "events", "lambda"},
	principal: form{lazily(`^arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)/[A-Za-z0-9+=,.@_/-]+$`), "the ARN of an IAM role or user",
		"arn:aws:iam::123456789012:role/platform-admin"},
	closed: true,
	boundary: form{policyARN, "the ARN of an IAM policy",
		"arn:aws:iam::123456789012:policy/boundary"},
	connection: form{lazily(`^arn:aws[a-z-]*:(codeconnections|codestar-connections):[a-z0-9-]+:[0-9]{12}:connection/[0-9a-f-]+$`), "the ARN of a connection of CodeConnections",
		"arn:aws:codeconnections:eu-west-1:123456789012:connection/11111111-1111-1111-1111-111111111111"},
	managed: form{policyARN, "the ARN of an IAM policy",
		"arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"},
	image:    form{lazily(`^ami-[0-9a-f]{8}([0-9a-f]{9})?$`), "the id of an image of EC2", "ami-0a1b2c3d4e5f60718"},
	systems:  []string{"al2023", "bottlerocket"},
	pool:     form{lazily(`^[a-z]([-a-z0-9]{0,28}[a-z0-9])?$`), "at most 30 lower-case letters, digits and dashes, beginning with a letter", "general"},
	machine:  form{lazily(`^[a-z][a-z0-9-]*\.([a-z0-9]+|metal-[a-z0-9]+)$`), "an EC2 instance type", "m7i.large"},
	machines: []string{"m7i.large", "m6i.large"},
	arm:      lazily(`^([a-z]+[0-9]+g[a-z]*|a1)\.`), // Graviton
	noImage:  lazily(`^(a1|mac[a-z0-9-]*)\.`),       // https://docs.aws.amazon.com/eks/latest/userguide/choosing-instance-type.html
	// Older than the Nitro system: https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-nitro-instances.html
	noIPv6: lazily(`^(t2|m[1-4]|c[1-4]|r[3-4]|i[2-3]|d2|h1|g2|g3s?|p2|p3|f1|x1e?|cc2|cr1|hs1)\.(nano|micro|small|medium|([0-9]*x)?large)$`),
	// https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateNodegroup.html, and
	// https://docs.aws.amazon.com/eks/latest/userguide/service-quotas.html
	machinesOf: 20, taintsOf: 50, publicOf: 40,
	disk:     [2]Size{20 * gibi, 16 * tebi}, // gp3; the node image itself has 20 GiB
	label:    form{lazily(`^[\p{L}\p{N} _.:/=+@-]*$`), `letters, digits, spaces and _ . : / = + - @, which is what AWS allows in a tag`, "production"},
	labelMax: 256,
	// An alias record has the time to live of what it leads to, and that of a load balancer is fixed:
	// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-choosing-alias-non-alias.html
	recordTTL: Duration(time.Minute),
	zoneTags:  10, ourTags: [2]int{3, 4}, // https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeTagsForResource.html
	class:    form{lazily(`^db\.[a-z0-9-]+\.[a-z0-9]+$`), "an instance class of RDS", "db.r7g.large"},
	storage:  [2]Size{20 * gibi, 32 * tebi}, // gp3 in RDS
	identity: form{lazily(`^[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?$`), "at most 22 lower-case letters, digits and dashes: an IAM role is named for it", "checkout"},
	// The foundation's own roles and those of the colors: both are named for the cluster too.
	taken: lazily(`^(alerts|backup|caches|flow-logs|runner|runner-schedule|slack|(blue|green)-.*)$`),
	// https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache.html
	caches: []string{"ecr-public", "quay", "kubernetes"}, logins: []string{"docker-hub", "github", "gitlab"},
	// An agent that is newer than 3.3.40 needs no ec2messages:
	// https://docs.aws.amazon.com/systems-manager/latest/userguide/setup-create-vpc.html
	sessions: []string{"ssm", "ssmmessages"}, host: "%s.%s.amazonaws.com",
	copies: form{lazily(`^arn:aws[a-z-]*:backup:[a-z0-9-]+:[0-9]{12}:backup-vault:[A-Za-z0-9_-]{2,50}$`), "the ARN of a backup vault",
		"arn:aws:backup:eu-central-1:123456789012:backup-vault:copies"},
	noChat:   lazily(`^(cn|us-gov)-`), // https://github.com/aws-cloudformation/cfn-lint/issues/2025
	vault:    true,
	backends: "s3",
	// What ends TLS at a load balancer is in the same store as what a VPN has.
	lbCert: form{certificateARN, "the ARN of a certificate in ACM",
		"arn:aws:acm:eu-west-1:123456789012:certificate/11111111-1111-1111-1111-111111111111"},
}

// The forms that several fields have.
var (
	policyARN      = lazily(`^arn:aws[a-z-]*:iam::([0-9]{12}|aws):policy/[A-Za-z0-9+=,.@_/-]+$`)
	certificateARN = lazily(`^arn:aws[a-z-]*:acm:[a-z0-9-]+:[0-9]{12}:certificate/[0-9a-f-]+$`)
)
