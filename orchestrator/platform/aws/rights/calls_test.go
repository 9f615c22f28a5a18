package rights

import (
	"encoding/json"
	"os"
	"path/filepath"
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
}

// brings are the further rights that AWS asks of who makes a call: to tag what is made with tags, to hand over a role,
// and what a service does on behalf of its caller. What no document says, the simulated account does not say either.
var brings = map[string][]string{
	"autoscaling:AttachLoadBalancerTargetGroups": nil,
	"backup:CreateBackupPlan":                    {"backup:TagResource"},
	"backup:CreateBackupSelection":               {"iam:PassRole"},
	"backup:CreateBackupVault":                   {"backup:TagResource", "backup-storage:MountCapsule", "kms:CreateGrant", "kms:GenerateDataKey", "kms:Decrypt"},
	"chatbot:CreateSlackChannelConfiguration":    {"chatbot:TagResource", "iam:PassRole", "iam:CreateServiceLinkedRole"},
	// The stack is a connection of EventBridge's with a key from the vault.
	"cloudformation:CreateStack":              {"cloudformation:TagResource", "events:CreateConnection", "events:DescribeConnection", "secretsmanager:GetSecretValue"},
	"cloudformation:DeleteStack":              {"events:DeleteConnection"},
	"cloudwatch:PutMetricAlarm":               {"cloudwatch:TagResource"},
	"ec2:CreateFlowLogs":                      {"iam:PassRole", "ec2:CreateTags"},
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

// needed are all actions that any recorded call needs.
func needed(t *testing.T) []string {
	t.Helper()
	var all []string
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
