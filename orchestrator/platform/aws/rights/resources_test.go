package rights

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"drover/generator/spec"
)

// makes are the actions by which Terraform's provider makes each type of resource that the modules have.
var makes = map[string]string{
	"aws_autoscaling_attachment": "autoscaling:AttachLoadBalancerTargetGroups",
	"aws_backup_plan":            "backup:CreateBackupPlan", "aws_backup_selection": "backup:CreateBackupSelection", "aws_backup_vault": "backup:CreateBackupVault",
	"aws_backup_vault_lock_configuration": "backup:PutBackupVaultLockConfiguration", "aws_backup_vault_notifications": "backup:PutBackupVaultNotifications",
	"aws_cloudformation_stack": "cloudformation:CreateStack", "aws_cloudwatch_event_api_destination": "events:CreateApiDestination",
	"aws_cloudwatch_event_rule": "events:PutRule", "aws_cloudwatch_event_target": "events:PutTargets", "aws_cloudwatch_log_group": "logs:CreateLogGroup",
	"aws_cloudwatch_log_stream": "logs:CreateLogStream", "aws_cloudwatch_metric_alarm": "cloudwatch:PutMetricAlarm",
	"aws_codebuild_project": "codebuild:CreateProject", "aws_codebuild_webhook": "codebuild:CreateWebhook",
	"aws_db_instance": "rds:CreateDBInstance", "aws_db_parameter_group": "rds:CreateDBParameterGroup", "aws_db_subnet_group": "rds:CreateDBSubnetGroup",
	"aws_default_security_group":             "ec2:RevokeSecurityGroupIngress",
	"aws_ec2_client_vpn_authorization_rule":  "ec2:AuthorizeClientVpnIngress",
	"aws_ec2_client_vpn_endpoint":            "ec2:CreateClientVpnEndpoint",
	"aws_ec2_client_vpn_network_association": "ec2:AssociateClientVpnTargetNetwork", "aws_ec2_transit_gateway_vpc_attachment": "ec2:CreateTransitGatewayVpcAttachment",
	"aws_ecr_lifecycle_policy": "ecr:PutLifecyclePolicy", "aws_ecr_pull_through_cache_rule": "ecr:CreatePullThroughCacheRule",
	"aws_ecr_repository": "ecr:CreateRepository", "aws_ecr_repository_creation_template": "ecr:CreateRepositoryCreationTemplate",
	"aws_egress_only_internet_gateway": "ec2:CreateEgressOnlyInternetGateway", "aws_eip": "ec2:AllocateAddress",
	"aws_eks_access_entry": "eks:CreateAccessEntry", "aws_eks_access_policy_association": "eks:AssociateAccessPolicy", "aws_eks_addon": "eks:CreateAddon",
	"aws_eks_cluster": "eks:CreateCluster", "aws_eks_node_group": "eks:CreateNodegroup", "aws_eks_pod_identity_association": "eks:CreatePodIdentityAssociation",
	"aws_flow_log": "ec2:CreateFlowLogs", "aws_iam_instance_profile": "iam:CreateInstanceProfile", "aws_iam_role": "iam:CreateRole",
	"aws_iam_role_policy": "iam:PutRolePolicy", "aws_iam_role_policy_attachment": "iam:AttachRolePolicy", "aws_internet_gateway": "ec2:CreateInternetGateway",
	"aws_kms_alias": "kms:CreateAlias", "aws_kms_key": "kms:CreateKey", "aws_launch_template": "ec2:CreateLaunchTemplate",
	"aws_lb": "elasticloadbalancing:CreateLoadBalancer", "aws_lb_listener": "elasticloadbalancing:CreateListener", "aws_lb_target_group": "elasticloadbalancing:CreateTargetGroup",
	"aws_nat_gateway": "ec2:CreateNatGateway", "aws_networkfirewall_firewall": "network-firewall:CreateFirewall",
	"aws_networkfirewall_firewall_policy": "network-firewall:CreateFirewallPolicy", "aws_networkfirewall_logging_configuration": "network-firewall:UpdateLoggingConfiguration",
	"aws_networkfirewall_rule_group": "network-firewall:CreateRuleGroup", "aws_route": "ec2:CreateRoute", "aws_route53_health_check": "route53:CreateHealthCheck",
	"aws_route53_record": "route53:ChangeResourceRecordSets", "aws_route53_zone": "route53:CreateHostedZone", "aws_route53_zone_association": "route53:AssociateVPCWithHostedZone",
	"aws_route_table": "ec2:CreateRouteTable", "aws_route_table_association": "ec2:AssociateRouteTable", "aws_s3_bucket": "s3:CreateBucket",
	"aws_s3_bucket_lifecycle_configuration": "s3:PutLifecycleConfiguration", "aws_s3_bucket_ownership_controls": "s3:PutBucketOwnershipControls",
	"aws_s3_bucket_policy": "s3:PutBucketPolicy", "aws_s3_bucket_public_access_block": "s3:PutBucketPublicAccessBlock",
	"aws_s3_bucket_server_side_encryption_configuration": "s3:PutEncryptionConfiguration", "aws_s3_bucket_versioning": "s3:PutBucketVersioning",
	"aws_security_group": "ec2:CreateSecurityGroup", "aws_sns_topic": "sns:CreateTopic", "aws_sns_topic_policy": "sns:SetTopicAttributes",
	"aws_sqs_queue": "sqs:CreateQueue", "aws_sqs_queue_policy": "sqs:SetQueueAttributes", "aws_subnet": "ec2:CreateSubnet", "aws_vpc": "ec2:CreateVpc",
	"aws_vpc_endpoint": "ec2:CreateVpcEndpoint", "aws_vpc_ipv4_cidr_block_association": "ec2:AssociateVpcCidrBlock", "aws_vpc_peering_connection": "ec2:CreateVpcPeeringConnection",
	"aws_vpc_security_group_egress_rule": "ec2:AuthorizeSecurityGroupEgress", "aws_vpc_security_group_ingress_rule": "ec2:AuthorizeSecurityGroupIngress",
}

// modules is the text of all modules for AWS.
func modules(t *testing.T) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "..", "..", "..", "modules", "aws", "*", "*.tf"))
	if err != nil || len(files) == 0 {
		t.Fatalf("there are no modules (%v)", err)
	}
	var all strings.Builder
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(text)
	}
	return all.String()
}

var (
	declared      = regexp.MustCompile(`(?m)^resource "(aws_[a-z0-9_]+)"`)
	managedPolicy = regexp.MustCompile(`"((?:service-role/)?Amazon[A-Za-z0-9_]+)"|:policy/(service-role/AWS[A-Za-z0-9_]+|Amazon[A-Za-z0-9_]+)"`)
)

// Every type of resource that the modules make can be made, and a recorded run made it or it is known that none did.
func TestEveryTypeOfResourceHasItsRight(t *testing.T) {
	t.Parallel()
	seen, can := needed(t), map[string]bool{}
	for _, c := range everySpec(t) {
		for action := range actionsOf(statements(t, c, applies)) {
			can[action] = true
		}
	}
	types := map[string]bool{}
	for _, m := range declared.FindAllStringSubmatch(modules(t), -1) {
		types[m[1]] = true
	}
	for kind := range types {
		action := makes[kind]
		_, known := unseen[action]
		if action == "" || !can[action] || !known && !slices.Contains(seen, action) {
			t.Errorf("%s is made by %q: a policy allows it: %t; a run made it: %t; it is known that none did: %t", kind, action, can[action], slices.Contains(seen, action), known)
		}
	}
	for kind := range makes {
		if !types[kind] {
			t.Errorf("no module has a %s", kind)
		}
	}
}

// What the modules attach of AWS's own policies may be attached, and nothing else.
func TestThePoliciesThatTheModulesAttachAreThoseThatMayBeAttached(t *testing.T) {
	t.Parallel()
	var names []string
	for _, m := range managedPolicy.FindAllStringSubmatch(modules(t), -1) {
		if name := m[1] + m[2]; !slices.Contains(accessPolicies, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	want := slices.Sorted(slices.Values(slices.Concat(attached, attachedByAutoMode)))
	if !slices.Equal(names, want) {
		t.Errorf("the modules attach\n%v\nand the rights allow\n%v", names, want)
	}
	for mode, list := range map[string][]string{"pools": attached, spec.AutoMode: want} {
		c := parse(t, strings.Replace(herd, "  access:", "  kubernetes: {autoscaler: "+mode+"}\n  access:", 1))
		for _, s := range statements(t, c, applies) {
			if s.Sid == "NoOtherManagedPolicies" && len(s.Condition["ArnNotEquals"]["iam:PolicyARN"]) != len(list) {
				t.Errorf("with %s these may be attached: %v", mode, s.Condition)
			}
		}
	}
}

// accessPolicies are EKS's, which are attached to access entries and not to roles.
var accessPolicies = []string{"AmazonEKSAdminPolicy", "AmazonEKSAdminViewPolicy", "AmazonEKSClusterAdminPolicy", "AmazonEKSEditPolicy", "AmazonEKSViewPolicy"}
