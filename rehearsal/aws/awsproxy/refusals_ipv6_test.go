package awsproxy_test

import (
	"strings"
	"testing"
)

// Terraform's provider waits for a subnet's range by its id, for which moto has no filter.
func TestASubnetIsFoundByItsRangeOfIPv6(t *testing.T) {
	t.Parallel()
	vpc := text(t, sdk.ok(t, "ec2", "CreateVpc", params{"CidrBlock": "10.67.0.0/16", "AmazonProvidedIpv6CidrBlock": true}), "Vpc", "VpcId")
	whole := text(t, sdk.ok(t, "ec2", "DescribeVpcs", params{"VpcIds": []string{vpc}}), "Vpcs", 0, "Ipv6CidrBlockAssociationSet", 0, "Ipv6CidrBlock")
	subnet := sdk.ok(t, "ec2", "CreateSubnet", params{"VpcId": vpc, "CidrBlock": "10.67.0.0/24", "Ipv6CidrBlock": strings.TrimSuffix(whole, "/56") + "/64"})
	by := func(id string) params {
		return params{"Filters": []any{params{"Name": "ipv6-cidr-block-association.association-id", "Values": []string{id}}}}
	}
	found := sdk.ok(t, "ec2", "DescribeSubnets", by(text(t, subnet, "Subnet", "Ipv6CidrBlockAssociationSet", 0, "AssociationId")))
	if got, want := text(t, found, "Subnets", 0, "SubnetId"), text(t, subnet, "Subnet", "SubnetId"); got != want {
		t.Errorf("found %s, want %s", got, want)
	}
	if state := text(t, found, "Subnets", 0, "Ipv6CidrBlockAssociationSet", 0, "Ipv6CidrBlockState", "State"); state != "associated" {
		t.Errorf("its range is %q, want it associated", state)
	}
	if none := sdk.ok(t, "ec2", "DescribeSubnets", by("subnet-cidr-assoc-00000000")); len(none["Subnets"].([]any)) != 0 {
		t.Errorf("a range that nobody has is of %v", none["Subnets"])
	}
}

func TestIPv6IsRefusedWhereTheNetworkHasNone(t *testing.T) {
	t.Parallel()
	vpc, subnets := network(t, "10.66", "a", "b")
	sdk.refused(t, "elbv2", "CreateLoadBalancer", params{"Name": "both", "Type": "network", "IpAddressType": "dualstack", "Subnets": subnets}, "InvalidSubnet", "IPv6 CIDR block")
	sdk.refused(t, "eks", "CreateCluster", params{"name": "six", "roleArn": "arn:aws:iam::123456789012:role/r", "kubernetesNetworkConfig": params{"ipFamily": "ipv6"},
		"resourcesVpcConfig": params{"subnetIds": subnets}}, "InvalidParameterException", "IPv6 CIDR block")
	sdk.refused(t, "eks", "CreateCluster", params{"name": "six", "roleArn": "arn:aws:iam::123456789012:role/r",
		"kubernetesNetworkConfig": params{"ipFamily": "ipv6", "serviceIpv4Cidr": "172.20.0.0/16"}, "resourcesVpcConfig": params{"subnetIds": subnets}}, "InvalidParameterException", "serviceIpv4Cidr")

	balancer := text(t, sdk.ok(t, "elbv2", "CreateLoadBalancer", params{"Name": "four", "Type": "network", "Subnets": subnets}), "LoadBalancers", 0, "LoadBalancerArn")
	group := text(t, sdk.ok(t, "elbv2", "CreateTargetGroup", params{"Name": "six", "Protocol": "TCP", "Port": 30443, "VpcId": vpc, "TargetType": "instance", "IpAddressType": "ipv6"}), "TargetGroups", 0, "TargetGroupArn")
	listener := params{"LoadBalancerArn": balancer, "Protocol": "TCP", "Port": 443, "DefaultActions": []any{params{"Type": "forward", "TargetGroupArn": group}}}
	sdk.refused(t, "elbv2", "CreateListener", listener, "InvalidConfigurationRequest", "IPv6 target group")
}
