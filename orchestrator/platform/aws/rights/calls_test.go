package rights

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// services are those whose requests are signed for another name than IAM has.
var signedFor = map[string]string{"monitoring": "cloudwatch", "tagging": "tag", "s3express": "s3"}

// named are the calls whose action has another name.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
var named = map[string]string{
	"s3:HeadObject":    "s3:GetObject",
	"s3:ListObjectsV2": "s3:ListBucket",
	"s3:ListObjects":   "s3:ListBucket",
	"s3:HeadBucket":    "s3:ListBucket",
	"s3:DeleteObjects": "s3:DeleteObject",
	// of buckets
	"s3:DeleteBucketEncryption":           "s3:PutEncryptionConfiguration",
	"s3:DeleteBucketLifecycle":            "s3:PutLifecycleConfiguration",
	"s3:DeleteBucketOwnershipControls":    "s3:PutBucketOwnershipControls",
	"s3:DeletePublicAccessBlock":          "s3:PutBucketPublicAccessBlock",
	"s3:GetBucketAccelerateConfiguration": "s3:GetAccelerateConfiguration",
	"s3:GetBucketCors":                    "s3:GetBucketCORS",
	"s3:GetBucketEncryption":              "s3:GetEncryptionConfiguration",
	"s3:GetBucketLifecycleConfiguration":  "s3:GetLifecycleConfiguration",
	"s3:GetBucketReplication":             "s3:GetReplicationConfiguration",
	"s3:GetObjectLockConfiguration":       "s3:GetBucketObjectLockConfiguration",
	"s3:GetPublicAccessBlock":             "s3:GetBucketPublicAccessBlock",
	"s3:PutBucketEncryption":              "s3:PutEncryptionConfiguration",
	"s3:PutBucketLifecycleConfiguration":  "s3:PutLifecycleConfiguration",
	"s3:PutPublicAccessBlock":             "s3:PutBucketPublicAccessBlock",
}

// brings are the further rights that AWS asks of who makes a call: to tag what is made with tags, to hand over a role,
// and what a service does on behalf of its caller. What no document says, the simulated account does not say either.
var brings = map[string][]string{
	"autoscaling:AttachLoadBalancerTargetGroups": nil,
	"backup:CreateBackupPlan":                    {"backup:TagResource"},
	"backup:CreateBackupSelection":               {"iam:PassRole"},
	"backup:CreateBackupVault":                   {"backup:TagResource", "backup-storage:MountCapsule", "kms:CreateGrant", "kms:GenerateDataKey", "kms:Decrypt"},
	// Stacks are connections of EventBridge's with a key from the vault, and channels of the chat client.
	"cloudformation:CreateStack": {"cloudformation:TagResource", "events:CreateConnection", "events:DescribeConnection", "secretsmanager:GetSecretValue",
		"chatbot:CreateSlackChannelConfiguration", "chatbot:DescribeSlackChannelConfigurations", "chatbot:TagResource", "iam:PassRole", "iam:CreateServiceLinkedRole"},
	"cloudformation:DeleteStack": {"events:DeleteConnection", "chatbot:DeleteSlackChannelConfiguration"},
	"cloudwatch:PutMetricAlarm":  {"cloudwatch:TagResource"},
	// https://docs.aws.amazon.com/dtconsole/latest/userguide/security_iam_id-based-policy-examples-connections.html
	"codebuild:CreateProject": {"iam:PassRole", "codeconnections:PassConnection"},
	"codebuild:UpdateProject": {"iam:PassRole", "codeconnections:PassConnection"},
	// To a bucket they are delivered; to CloudWatch, by a role.
	"ec2:CreateFlowLogs":                      {"ec2:CreateTags", "logs:CreateLogDelivery"},
	"ec2:DeleteFlowLogs":                      {"logs:DeleteLogDelivery"},
	"ec2:CreateVpc":                           {"ec2:CreateTags"},
	"ecr:CreateRepository":                    {"ecr:TagResource", "kms:CreateGrant"},
	"ecr:CreatePullThroughCacheRule":          {"iam:CreateServiceLinkedRole"},
	"ecr:CreateRepositoryCreationTemplate":    {"iam:PassRole", "kms:CreateGrant"},
	"eks:CreateAccessEntry":                   {"eks:TagResource"},
	"eks:CreateAddon":                         {"eks:TagResource", "iam:PassRole"},
	"eks:CreateCluster":                       {"eks:TagResource", "iam:PassRole", "iam:CreateServiceLinkedRole", "kms:CreateGrant", "kms:DescribeKey"},
	"eks:CreateNodegroup":                     {"eks:TagResource", "iam:PassRole", "ec2:RunInstances", "ec2:CreateTags"},
	"eks:CreatePodIdentityAssociation":        {"eks:TagResource", "iam:PassRole"},
	"elasticloadbalancing:CreateLoadBalancer": {"elasticloadbalancing:AddTags", "iam:CreateServiceLinkedRole"},
	"elasticloadbalancing:CreateTargetGroup":  {"elasticloadbalancing:AddTags"},
	"elasticloadbalancing:CreateListener":     {"elasticloadbalancing:AddTags"},
	"events:PutRule":                          {"events:TagResource"},
	"events:PutTargets":                       {"iam:PassRole"},
	"iam:CreateInstanceProfile":               {"iam:TagInstanceProfile"},
	"iam:CreateRole":                          {"iam:TagRole"},
	"kms:CreateKey":                           {"kms:TagResource"},
	"logs:CreateLogGroup":                     {"logs:TagResource", "logs:AssociateKmsKey"},
	"network-firewall:CreateFirewall":         {"network-firewall:TagResource", "iam:CreateServiceLinkedRole"},
	"network-firewall:CreateFirewallPolicy":   {"network-firewall:TagResource"},
	"network-firewall:UpdateLoggingConfiguration": {"logs:CreateLogDelivery", "logs:DeleteLogDelivery", "logs:DescribeResourcePolicies", "logs:GetLogDelivery",
		"logs:ListLogDeliveries", "logs:PutResourcePolicy", "logs:UpdateLogDelivery"},
	"rds:CreateDBInstance":       {"rds:AddTagsToResource", "secretsmanager:CreateSecret", "secretsmanager:TagResource", "kms:CreateGrant", "kms:GenerateDataKey", "kms:Decrypt", "iam:CreateServiceLinkedRole"},
	"rds:DeleteDBInstance":       {"rds:CreateDBSnapshot", "rds:AddTagsToResource"}, // a final snapshot, with the tags of the database
	"rds:CreateDBParameterGroup": {"rds:AddTagsToResource"},
	"rds:CreateDBSubnetGroup":    {"rds:AddTagsToResource"},
	"sns:CreateTopic":            {"sns:TagResource"},
	"sqs:CreateQueue":            {"sqs:TagQueue"},
}

// needs are the actions that a recorded call needs.
func needs(call string) []string {
	service, operation, _ := strings.Cut(call, ":")
	if name := signedFor[service]; name != "" {
		service = name
	}
	action := service + ":" + operation
	if name := named[action]; name != "" {
		action = name
	}
	return append([]string{action}, brings[action]...)
}

// recorded are the calls of the runs in testdata/calls, by run and caller. There is at least one run.
func recorded(t *testing.T) map[string]map[string][]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", "calls", "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no run was recorded (%v)", err)
	}
	runs := map[string]map[string][]string{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var calls map[string][]string
		if err := json.Unmarshal(data, &calls); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		runs[strings.TrimSuffix(filepath.Base(file), ".json")] = calls
	}
	return runs
}

// clients are the fields and packages by which orchestrator/platform/aws calls services.
var clients = map[string]string{
	"eks": "eks", "elb": "elasticloadbalancing", "quotas": "servicequotas", "servicequotas": "servicequotas", "tags": "tag", "resourcegroupstaggingapi": "tag",
	"zones": "route53", "route53": "route53", "watch": "cloudwatch", "cloudwatch": "cloudwatch", "sts": "sts",
}

var (
	byField = regexp.MustCompile(`\bp\.(\w+)\.([A-Z]\w+)\(ctx`)
	byPages = regexp.MustCompile(`\b(\w+)\.New(\w+)Paginator\(`)
	byQuery = regexp.MustCompile(`"(?:AmazonSSM\.)?(Describe[A-Z]\w+|GetParameters)"`) // where the SDK's package is not used
)

// ownActions are the actions that drover itself needs, as its source has them. There is at least one of each way to call.
func ownActions(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var actions []string
	ways := map[string]int{}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for name, way := range map[string]*regexp.Regexp{"field": byField, "pages": byPages} {
			for _, m := range way.FindAllStringSubmatch(string(source), -1) {
				service := clients[m[1]]
				if service == "" {
					t.Errorf("%s calls %s by %s, which this test knows no service of", file, m[2], m[1])
				}
				actions = append(actions, service+":"+m[2])
				ways[name]++
			}
		}
		for _, m := range byQuery.FindAllStringSubmatch(string(source), -1) {
			service := "ec2"
			switch {
			case strings.Contains(m[1], "DB"):
				service = "rds"
			case m[1] == "GetParameters":
				service = "ssm"
			case m[1] == "DescribeKey":
				service = "kms"
			}
			actions = append(actions, service+":"+m[1])
			ways["query"]++
		}
	}
	if len(ways) != 3 {
		t.Fatalf("calls were found in these ways only: %v", ways)
	}
	slices.Sort(actions)
	return slices.Compact(actions)
}

// needed are all actions that any recorded call needs, or drover's source.
func needed(t *testing.T) []string {
	t.Helper()
	all := ownActions(t)
	for _, calls := range recorded(t) {
		for _, list := range calls {
			for _, call := range list {
				all = append(all, needs(call)...)
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
