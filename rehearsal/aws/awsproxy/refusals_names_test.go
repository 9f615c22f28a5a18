package awsproxy_test

import (
	"strings"
	"testing"
)

func TestNamesAndDescriptionsAreWhatEC2AndELBTake(t *testing.T) {
	t.Parallel()
	vpc, subnets := network(t, "10.76", "a")
	balancer := func(name string) params { return params{"Name": name, "Type": "network", "Subnets": []any{subnets[0]}} }
	sdk.refused(t, "elbv2", "CreateLoadBalancer", balancer("internal-tools-blue"), "ValidationError", "internal-")
	sdk.refused(t, "elbv2", "CreateLoadBalancer", balancer(strings.Repeat("a", 33)), "ValidationError", "32")
	sdk.ok(t, "elbv2", "CreateLoadBalancer", balancer("int-tools-blue"))
	target := func(name string) params { return params{"Name": name, "Protocol": "TCP", "Port": 30443, "VpcId": vpc} }
	sdk.refused(t, "elbv2", "CreateTargetGroup", target("tools_blue"), "ValidationError", "tools_blue")
	sdk.ok(t, "elbv2", "CreateTargetGroup", target("internal-tools-30443"))
	group := func(name, description string) params {
		return params{"GroupName": name, "Description": description, "VpcId": vpc}
	}
	sdk.refused(t, "ec2", "CreateSecurityGroup", group("sg-tools", "Nodes"), "InvalidParameterValue", "sg-")
	sdk.refused(t, "ec2", "CreateSecurityGroup", group("tools", "blue's nodes"), "InvalidParameterValue", "security group description")
	id := text(t, sdk.ok(t, "ec2", "CreateSecurityGroup", group("tools", "Nodes: blue and green")), "GroupId")
	rule := func(description string) params {
		return params{"GroupId": id, "IpPermissions": []any{params{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443,
			"IpRanges": []any{params{"CidrIp": "10.76.0.0/16", "Description": description}}}}}
	}
	sdk.refused(t, "ec2", "AuthorizeSecurityGroupIngress", rule("the team's"), "InvalidParameterValue", "rule description")
	sdk.ok(t, "ec2", "AuthorizeSecurityGroupIngress", rule("HTTPS from the VPC"))
}
