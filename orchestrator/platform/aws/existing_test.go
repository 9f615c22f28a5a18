package aws

import (
	"encoding/xml"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eks"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	r53types "github.com/aws/aws-sdk-go-v2/service/route53/types"

	"drover/orchestrator/platform"
)

// made asks the account to make something, and returns a text of its answer.
func made(t *testing.T, p *Platform, service string, query url.Values, path string) string {
	t.Helper()
	asked := p.ec2.queries
	query.Set("Version", "2016-11-15")
	if service == "iam" {
		asked = p.iam
		query.Set("Version", "2010-05-08")
	}
	body, status, err := asked.ask(t.Context(), query)
	if err != nil || status != http.StatusOK {
		t.Fatalf("%s: %d %v %s", query.Get("Action"), status, err, body)
	}
	var root element
	must(t, xml.Unmarshal(body, &root))
	return root.text(path)
}

// existing is the one resource of a kind that is found.
func existing(t *testing.T, p *Platform, kind string, v map[string]any) platform.Existing {
	t.Helper()
	found, err := p.Existing(t.Context(), []platform.Wanted{{Address: "module.cluster." + kind + ".this", Type: kind, Values: v}})
	if err != nil || len(found) != 1 {
		t.Fatalf("%s %v: found %+v, %v", kind, v, found, err)
	}
	return found[0]
}

func isGreens(t *testing.T, e platform.Existing, id string) {
	t.Helper()
	if e.ID != id || e.Condition != platform.Ready || e.Tags[clusterTag] != "left" || e.Tags[colorTag] != "green" || strings.ContainsAny(e.Remove, "{}") {
		t.Errorf("found %+v, want %s", e, id)
	}
}

func wasJustMade(t *testing.T, e platform.Existing) {
	t.Helper()
	if age := time.Since(e.Created); age > time.Hour || age < -time.Minute {
		t.Errorf("%s was made at %s", e.ID, e.Created)
	}
}

// tagsOf are green's in EC2's form, below a name.
func tagsOf(query url.Values, below string) url.Values {
	query.Set(below+"1.Key", clusterTag)
	query.Set(below+"1.Value", "left")
	query.Set(below+"2.Key", colorTag)
	query.Set(below+"2.Value", "green")
	return query
}

func machinesPartsAreFound(t *testing.T, p *Platform) {
	vpc := made(t, p, "ec2", url.Values{"Action": {"CreateVpc"}, "CidrBlock": {"10.9.0.0/16"}}, "vpc>vpcId")
	group := made(t, p, "ec2", tagsOf(url.Values{"Action": {"CreateSecurityGroup"}, "GroupName": {"left-green-api"}, "GroupDescription": {"d"}, "VpcId": {vpc},
		"TagSpecification.1.ResourceType": {"security-group"}}, "TagSpecification.1.Tag."), "groupId")
	isGreens(t, existing(t, p, "aws_security_group", map[string]any{"name": "left-green-api", "vpc_id": vpc}), group)

	rule := func(port string) string {
		return made(t, p, "ec2", tagsOf(url.Values{"Action": {"AuthorizeSecurityGroupIngress"}, "GroupId": {group}, "IpPermissions.1.IpProtocol": {"tcp"},
			"IpPermissions.1.FromPort": {port}, "IpPermissions.1.ToPort": {port}, "IpPermissions.1.IpRanges.1.CidrIp": {"10.0.0.0/8"},
			"TagSpecification.1.ResourceType": {"security-group-rule"}}, "TagSpecification.1.Tag."), "securityGroupRuleSet>item>securityGroupRuleId")
	}
	rule("80")
	https := rule("443")
	isGreens(t, existing(t, p, "aws_vpc_security_group_ingress_rule", map[string]any{"security_group_id": group, "ip_protocol": "tcp",
		"from_port": float64(443), "to_port": float64(443), "cidr_ipv4": "10.0.0.0/8"}), https)

	template := made(t, p, "ec2", tagsOf(url.Values{"Action": {"CreateLaunchTemplate"}, "LaunchTemplateName": {"left-green-general"}, "LaunchTemplateData.InstanceType": {"m7i.large"},
		"TagSpecification.1.ResourceType": {"launch-template"}}, "TagSpecification.1.Tag."), "launchTemplate>launchTemplateId")
	isGreens(t, existing(t, p, "aws_launch_template", map[string]any{"name": "left-green-general"}), template)
	wasJustMade(t, existing(t, p, "aws_launch_template", map[string]any{"name": "left-green-general"}))
}

func rolesAreFound(t *testing.T, p *Platform) {
	made(t, p, "iam", tagsOf(url.Values{"Action": {"CreateRole"}, "RoleName": {"left-green-node"}, "AssumeRolePolicyDocument": {`{"Version":"2012-10-17","Statement":[]}`}}, "Tags.member."), "x")
	role := existing(t, p, "aws_iam_role", map[string]any{"name": "left-green-node"})
	isGreens(t, role, "left-green-node")
	wasJustMade(t, role)
}

func clustersPartsAreFound(t *testing.T, p *Platform) {
	ctx := t.Context()
	makeCluster(t, p, "left-green", "left", "green")
	cluster := existing(t, p, "aws_eks_cluster", map[string]any{"name": "left-green"})
	isGreens(t, cluster, "left-green")
	wasJustMade(t, cluster)
	name := "general-20261129114750123400000001"
	for _, name := range []string{name, "general-purpose-20261129114750123400000001", "general"} {
		_, err := p.eks.CreateNodegroup(ctx, &eks.CreateNodegroupInput{ClusterName: sdk.String("left-green"), NodegroupName: &name, NodeRole: sdk.String("arn:aws:iam::123456789012:role/node"),
			Subnets: []string{"subnet-1"}, Tags: map[string]string{clusterTag: "left", colorTag: "green"}})
		must(t, err)
	}
	isGreens(t, existing(t, p, "aws_eks_node_group", map[string]any{"cluster_name": "left-green", "node_group_name_prefix": "general-"}), "left-green:"+name)
}

func balancersPartsAreFound(t *testing.T, p *Platform) {
	ctx := t.Context()
	vpc := made(t, p, "ec2", url.Values{"Action": {"CreateVpc"}, "CidrBlock": {"10.8.0.0/16"}}, "vpc>vpcId")
	subnet := made(t, p, "ec2", url.Values{"Action": {"CreateSubnet"}, "VpcId": {vpc}, "CidrBlock": {"10.8.1.0/24"}}, "subnet>subnetId")
	tags := []elbtypes.Tag{{Key: sdk.String(clusterTag), Value: sdk.String("left")}, {Key: sdk.String(colorTag), Value: sdk.String("green")}}
	balancer, err := p.elb.CreateLoadBalancer(ctx, &elb.CreateLoadBalancerInput{Name: sdk.String("left-green"), Type: elbtypes.LoadBalancerTypeEnumNetwork, Subnets: []string{subnet}, Tags: tags})
	must(t, err)
	arn := sdk.ToString(balancer.LoadBalancers[0].LoadBalancerArn)
	targets, err := p.elb.CreateTargetGroup(ctx, &elb.CreateTargetGroupInput{Name: sdk.String("left-green-30080"), Protocol: elbtypes.ProtocolEnumTcp, Port: sdk.Int32(30080), VpcId: &vpc, Tags: tags})
	must(t, err)
	group := sdk.ToString(targets.TargetGroups[0].TargetGroupArn)
	listener, err := p.elb.CreateListener(ctx, &elb.CreateListenerInput{LoadBalancerArn: &arn, Port: sdk.Int32(80), Protocol: elbtypes.ProtocolEnumTcp, Tags: tags,
		DefaultActions: []elbtypes.Action{{Type: elbtypes.ActionTypeEnumForward, TargetGroupArn: &group}}})
	must(t, err)
	e := existing(t, p, "aws_lb", map[string]any{"name": "left-green", "subnets": []any{subnet}})
	if e.ID != arn || e.Tags[colorTag] != "green" || e.Elsewhere != "" {
		t.Errorf("found %+v", e)
	}
	wasJustMade(t, e)
	for kind, v := range map[string]map[string]any{
		"aws_lb": {"name": "left-green", "subnets": []any{"subnet-other"}}, "aws_lb_target_group": {"name": "left-green-30080", "vpc_id": "vpc-other"},
	} {
		if e := existing(t, p, kind, v); e.Elsewhere == "" {
			t.Errorf("in another network: found %+v", e)
		}
	}
	isGreens(t, existing(t, p, "aws_lb_target_group", map[string]any{"name": "left-green-30080"}), group)
	isGreens(t, existing(t, p, "aws_lb_listener", map[string]any{"load_balancer_arn": arn, "port": float64(80)}), sdk.ToString(listener.Listeners[0].ListenerArn))
	recordsAreWhoseTheirBalancerIs(t, p, balancer.LoadBalancers[0])
}

// A record has no tags. One that leads to something else is nobody's, also under the same name.
func recordsAreWhoseTheirBalancerIs(t *testing.T, p *Platform, balancer elbtypes.LoadBalancer) {
	t.Helper()
	ctx := t.Context()
	zone, err := p.zones.CreateHostedZone(ctx, &route53.CreateHostedZoneInput{Name: sdk.String("left.test"), CallerReference: sdk.String("left")})
	must(t, err)
	id := strings.TrimPrefix(sdk.ToString(zone.HostedZone.Id), "/hostedzone/")
	for _, record := range []r53types.ResourceRecordSet{
		alias("green.left.test", "", sdk.ToString(balancer.DNSName)), alias("left.test", "green", sdk.ToString(balancer.DNSName)),
		alias("left.test", "blue", sdk.ToString(balancer.DNSName)), alias("other.left.test", "", "somewhere-else.example.com"),
	} {
		_, err := p.zones.ChangeResourceRecordSets(ctx, &route53.ChangeResourceRecordSetsInput{HostedZoneId: &id,
			ChangeBatch: &r53types.ChangeBatch{Changes: []r53types.Change{{Action: r53types.ChangeActionCreate, ResourceRecordSet: &record}}}})
		must(t, err)
	}
	isGreens(t, existing(t, p, "aws_route53_record", map[string]any{"zone_id": id, "name": "green.left.test", "type": "A"}), id+"_green.left.test_A")
	isGreens(t, existing(t, p, "aws_route53_record", map[string]any{"zone_id": id, "name": "left.test", "type": "A", "set_identifier": "green"}), id+"_left.test_A_green")
	for name, set := range map[string]string{"other.left.test": "", "left.test": "blue"} {
		if e := existing(t, p, "aws_route53_record", map[string]any{"zone_id": id, "name": name, "type": "A", "set_identifier": set}); len(e.Tags) > 0 {
			t.Errorf("the record %s %s is taken for somebody's: %+v", name, set, e)
		}
	}
}

func alias(name, set, to string) r53types.ResourceRecordSet {
	record := r53types.ResourceRecordSet{Name: &name, Type: r53types.RRTypeA, AliasTarget: &r53types.AliasTarget{DNSName: &to, HostedZoneId: sdk.String("Z0")}}
	if set != "" {
		record.SetIdentifier, record.Weight = &set, sdk.Int64(0)
	}
	return record
}

func nothingIsFoundThatIsNotThere(t *testing.T, p *Platform) {
	zone, err := p.zones.CreateHostedZone(t.Context(), &route53.CreateHostedZoneInput{Name: sdk.String("none.test"), CallerReference: sdk.String("none")})
	must(t, err)
	id := strings.TrimPrefix(sdk.ToString(zone.HostedZone.Id), "/hostedzone/")
	for kind, v := range map[string]map[string]any{
		"aws_eks_cluster": {"name": "none"}, // moto crashes if asked for the groups of no cluster
		"aws_lb":          {"name": "none"}, "aws_lb_target_group": {"name": "none"}, "aws_security_group": {"name": "none", "vpc_id": "vpc-none"},
		"aws_vpc_security_group_ingress_rule": {"security_group_id": "sg-0123456789abcdef0"}, "aws_launch_template": {"name": "none"},
		"aws_iam_role": {"name": "none"}, "aws_iam_instance_profile": {"name": "none"}, "aws_route53_record": {"zone_id": id, "name": "a.none.test", "type": "A"},
		"aws_route53_health_check": {"fqdn": "a.none.test", "type": "TCP"},
	} {
		found, err := p.Existing(t.Context(), []platform.Wanted{{Address: kind, Type: kind, Values: v}})
		if err != nil || len(found) > 0 {
			t.Errorf("%s: found %+v, %v", kind, found, err)
		}
	}
}

// What is inside of something that is not there yet, or may be made again, is not asked for.
func TestNothingIsAskedOfWhatHasNoNameYet(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { t.Errorf("asked %s", r.URL) }))
	defer server.Close()
	found, err := at(server.URL).Existing(t.Context(), []platform.Wanted{
		{Address: "listener", Type: "aws_lb_listener", Values: map[string]any{"port": float64(80)}},
		{Address: "policy", Type: "aws_iam_role_policy", Values: map[string]any{"name": "p", "role": "r"}},
	})
	if err != nil || len(found) > 0 {
		t.Errorf("found %v, %v", found, err)
	}
}

// No answer is neither: a plan that would be applied after it could make everything twice.
func TestWhatCannotBeAskedForIsAnError(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusForbidden)
		_, _ = w.Write([]byte(`<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>`))
	}))
	defer server.Close()
	all := map[string]any{}
	for _, l := range lookups() {
		for _, name := range l.by {
			all[name] = "x"
		}
	}
	for kind := range maps.Keys(lookups()) {
		if _, err := at(server.URL).Existing(t.Context(), []platform.Wanted{{Address: kind, Type: kind, Values: all}}); err == nil {
			t.Errorf("%s: the refusal was taken for none", kind)
		}
	}
}

// A cluster of the same name and tags in another network is another one.
func TestAClusterInOtherSubnetsThanThePlansIsNotTheOneThatIsWanted(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"cluster": {"name": "shop-green", "status": "ACTIVE", "createdAt": 1790000000, "resourcesVpcConfig": {"subnetIds": ["subnet-1", "subnet-2"]}}}`))
	}))
	defer server.Close()
	for wanted, elsewhere := range map[string]string{"subnet-1 subnet-2": "", "subnet-1 subnet-3": "subnet-2"} {
		var subnets []any
		for _, one := range strings.Fields(wanted) {
			subnets = append(subnets, one)
		}
		e := existing(t, at(server.URL), "aws_eks_cluster", map[string]any{"name": "shop-green", "vpc_config": []any{map[string]any{"subnet_ids": subnets}}})
		if (elsewhere == "") != (e.Elsewhere == "") || !strings.Contains(e.Elsewhere, elsewhere) || e.Created.Unix() != 1790000000 {
			t.Errorf("wanted in %s: %+v", wanted, e)
		}
	}
}

// repeatable are the types whose second creation makes nothing new, and what it means for them.
var repeatable = map[string]string{
	"aws_autoscaling_attachment":        "attaches again what is attached",
	"aws_cloudwatch_event_rule":         "puts the rule of that name",
	"aws_cloudwatch_event_target":       "puts the target of that id",
	"aws_cloudwatch_metric_alarm":       "puts the alarm of that name",
	"aws_eks_access_policy_association": "associates again what is associated",
	"aws_iam_role_policy":               "puts the policy of that name",
	"aws_iam_role_policy_attachment":    "attaches again what is attached",
	"aws_sqs_queue":                     "returns the queue of that name and of the same settings",
	"aws_sqs_queue_policy":              "sets the policy",
	"terraform_data":                    "is in the state only",

	"aws_backup_vault_lock_configuration":                "puts the configuration of the vault",
	"aws_backup_vault_notifications":                     "puts the configuration of the vault",
	"aws_default_security_group":                         "takes over the group that every network has",
	"aws_ecr_lifecycle_policy":                           "puts the policy of the repository",
	"aws_networkfirewall_logging_configuration":          "sets the configuration of the firewall",
	"aws_s3_bucket_lifecycle_configuration":              "puts the configuration of the bucket",
	"aws_s3_bucket_ownership_controls":                   "puts the configuration of the bucket",
	"aws_s3_bucket_policy":                               "puts the policy of the bucket",
	"aws_s3_bucket_public_access_block":                  "puts the configuration of the bucket",
	"aws_s3_bucket_server_side_encryption_configuration": "puts the configuration of the bucket",
	"aws_s3_bucket_versioning":                           "puts the configuration of the bucket",
	"aws_sns_topic":                                      "returns the topic of that name and of the same settings",
	"aws_sns_topic_policy":                               "sets the policy",
}

// refused are kinds of optional parts of a foundation that are not looked for: AWS refuses a second one, and Terraform's
// error names the one that is there. docs/robustness.md says so.
var refused = []string{
	"aws_backup_plan", "aws_backup_selection", "aws_cloudformation_stack", "aws_cloudwatch_event_api_destination", "aws_cloudwatch_log_stream",
	"aws_codebuild_webhook", "aws_ec2_client_vpn_authorization_rule", "aws_ec2_client_vpn_network_association",
	"aws_ec2_transit_gateway_vpc_attachment", "aws_ecr_pull_through_cache_rule", "aws_ecr_repository_creation_template", "aws_route53_zone_association",
	"aws_vpc_ipv4_cidr_block_association", "aws_vpc_peering_connection",
}

// A kind that a module comes to have must not be forgotten: a killed build would leave it for good.
func TestEveryKindOfTheModulesIsLookedForOrMayBeMadeAgain(t *testing.T) {
	t.Parallel()
	kind := regexp.MustCompile(`(?m)^resource "(\w+)"`)
	files, err := filepath.Glob(filepath.Join("..", "..", "..", "modules", "aws", "*", "*.tf"))
	must(t, err)
	seen := 0
	for _, file := range files {
		foundations := filepath.Base(filepath.Dir(file)) == "foundation"
		data, err := os.ReadFile(file)
		must(t, err)
		for _, match := range kind.FindAllStringSubmatch(string(data), -1) {
			seen++
			_, asked := lookups()[match[1]]
			again := repeatable[match[1]] != "" || foundations && slices.Contains(refused, match[1])
			if asked == again {
				t.Errorf("%s: %s: looked for %t, may be made again or is refused %t", filepath.Base(file), match[1], asked, again)
			}
		}
	}
	if seen < 20 {
		t.Errorf("the modules have %d resources", seen)
	}
}
