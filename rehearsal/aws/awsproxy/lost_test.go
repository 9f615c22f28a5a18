package awsproxy_test

import "testing"

// What moto loses of a request would be a difference in the next plan.
func TestARuleKeepsTheDescriptionOfItsGroup(t *testing.T) {
	t.Parallel()
	vpc, _ := network(t, "10.66")
	group := text(t, sdk.ok(t, "ec2", "CreateSecurityGroup", params{"GroupName": "described", "Description": "d", "VpcId": vpc}), "GroupId")
	for _, direction := range []string{"Ingress", "Egress"} {
		made := sdk.ok(t, "ec2", "AuthorizeSecurityGroup"+direction, params{"GroupId": group, "IpPermissions": []any{params{"IpProtocol": "tcp",
			"FromPort": 80, "ToPort": 8080, "UserIdGroupPairs": []any{params{"GroupId": group, "Description": "HTTP, " + direction}}}}})
		rule := text(t, made, "SecurityGroupRules", 0, "SecurityGroupRuleId")
		found := sdk.ok(t, "ec2", "DescribeSecurityGroupRules", params{"SecurityGroupRuleIds": []any{rule}})
		if got := text(t, found, "SecurityGroupRules", 0, "Description"); got != "HTTP, "+direction {
			t.Errorf("the %s rule is described as %q", direction, got)
		}
		if got := text(t, found, "SecurityGroupRules", 0, "ReferencedGroupInfo", "GroupId"); got != group {
			t.Errorf("the %s rule leads to %q, not to %s", direction, got, group)
		}
	}
}

func TestALaunchTemplatesTagsAreItsOwn(t *testing.T) {
	t.Parallel()
	of := func(kind, value string) params {
		return params{"ResourceType": kind, "Tags": []any{params{"Key": "is", "Value": value}}}
	}
	made := sdk.ok(t, "ec2", "CreateLaunchTemplate", params{"LaunchTemplateName": "tagged", "TagSpecifications": []any{of("launch-template", "template")},
		"LaunchTemplateData": params{"InstanceType": "t3.small", "TagSpecifications": []any{of("instance", "machine")}}})
	id := text(t, made, "LaunchTemplate", "LaunchTemplateId")
	versions := sdk.ok(t, "ec2", "DescribeLaunchTemplateVersions", params{"LaunchTemplateId": id})
	data := versions["LaunchTemplateVersions"].([]any)[0].(map[string]any)["LaunchTemplateData"].(map[string]any)
	if specifications := data["TagSpecifications"].([]any); len(specifications) != 1 || specifications[0].(map[string]any)["ResourceType"] != "instance" {
		t.Errorf("what it launches is tagged as %v, want only instances", specifications)
	}
	found := sdk.ok(t, "ec2", "DescribeLaunchTemplates", params{"LaunchTemplateIds": []any{id}})
	if got := text(t, found, "LaunchTemplates", 0, "Tags", 0, "Value"); got != "template" {
		t.Errorf("the template's own tag is %q", got)
	}
}

func TestAZoneWithANetworkIsPrivate(t *testing.T) {
	t.Parallel()
	vpc, _ := network(t, "10.54", "a")
	for name, config := range map[string]params{"private-one.example.com": nil, "private-two.example.com": {"Comment": "of a cluster"}} {
		in := params{"Name": name, "CallerReference": name, "VPC": params{"VPCId": vpc, "VPCRegion": region}}
		if config != nil {
			in["HostedZoneConfig"] = config
		}
		id := text(t, sdk.ok(t, "route53", "CreateHostedZone", in), "HostedZone", "Id")
		zone := sdk.ok(t, "route53", "GetHostedZone", params{"Id": id})
		if at(t, zone, "HostedZone", "Config", "PrivateZone") != true || text(t, zone, "VPCs", 0, "VPCId") != vpc {
			t.Errorf("the zone is %v", zone)
		}
	}
}

// A color that is built again gets the same records as the one before it.
func TestARecordThatWasDeletedIsMadeAgain(t *testing.T) {
	t.Parallel()
	zone := text(t, sdk.ok(t, "route53", "CreateHostedZone", params{"Name": "again.example.com", "CallerReference": "again"}), "HostedZone", "Id")
	change := func(action, name, set string) params {
		record := params{"Name": name, "Type": "A", "TTL": 5, "ResourceRecords": []any{params{"Value": "192.0.2.1"}}}
		if set != "" {
			record["SetIdentifier"], record["Weight"] = set, 1
		}
		return params{"HostedZoneId": zone, "ChangeBatch": params{"Changes": []any{params{"Action": action, "ResourceRecordSet": record}}}}
	}
	sdk.ok(t, "route53", "ChangeResourceRecordSets", change("CREATE", "z.again.example.com", ""))
	for _, name := range []string{"blue.again.example.com", "*.again.example.com"} {
		sdk.ok(t, "route53", "ChangeResourceRecordSets", change("CREATE", name, ""))
		sdk.refused(t, "route53", "ChangeResourceRecordSets", change("CREATE", name, ""), "InvalidChangeBatch", "already exists")
		sdk.ok(t, "route53", "ChangeResourceRecordSets", change("DELETE", name, ""))
		sdk.ok(t, "route53", "ChangeResourceRecordSets", change("CREATE", name, ""))
	}
	sdk.ok(t, "route53", "ChangeResourceRecordSets", change("CREATE", "weighted.again.example.com", "blue"))
	sdk.ok(t, "route53", "ChangeResourceRecordSets", change("CREATE", "weighted.again.example.com", "green"))
	sdk.refused(t, "route53", "ChangeResourceRecordSets", change("CREATE", "weighted.again.example.com", "blue"), "InvalidChangeBatch", "already exists")
}
