package awsproxy_test

import "testing"

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
