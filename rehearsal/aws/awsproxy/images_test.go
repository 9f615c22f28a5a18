package awsproxy_test

import "testing"

// The releases that Systems Manager names are those that EKS takes, and a group keeps the one that it was made with until
// something has its nodes replaced: then EKS takes the newest, unless it is told one.
func TestANodeGroupStartsFromTheReleaseThatItIsMadeWith(t *testing.T) {
	t.Parallel()
	_, subnets := network(t, "10.68", "a", "b")
	sdk.ok(t, "eks", "CreateCluster", params{"name": "images", "version": "1.33", "roleArn": role, "resourcesVpcConfig": params{"subnetIds": subnets}})
	const linux, rocket = "/aws/service/eks/optimized-ami/1.33/amazon-linux-2023/x86_64/standard/recommended/release_version", "/aws/service/bottlerocket/aws-k8s-1.33/arm64/latest/image_version"
	const none = "/aws/service/eks/optimized-ami/1.12/amazon-linux-2023/x86_64/standard/recommended/release_version"
	got := sdk.ok(t, "ssm", "GetParameters", params{"Names": []any{linux, none, rocket}})
	newest, stone := text(t, got, "Parameters", 0, "Value"), text(t, got, "Parameters", 1, "Value")
	if text(t, got, "InvalidParameters", 0) != none {
		t.Errorf("Kubernetes 1.12 has images: %v", got)
	}
	if one := text(t, sdk.ok(t, "ssm", "GetParameter", params{"Name": linux}), "Parameter", "Value"); one != newest {
		t.Errorf("asked alone it is %s, and %s among others", one, newest)
	}
	sdk.refused(t, "ssm", "GetParameter", params{"Name": none}, "ParameterNotFound", "1.12")

	group := func(name, ami, release string) params {
		return params{"clusterName": "images", "nodegroupName": name, "nodeRole": role, "subnets": subnets, "amiType": ami, "releaseVersion": release,
			"scalingConfig": params{"minSize": 0, "maxSize": 1, "desiredSize": 0}}
	}
	const earlier = "1.33.11-20261004"
	sdk.refused(t, "eks", "CreateNodegroup", group("wrong", "AL2023_x86_64_STANDARD", "1.32.13-20261101"), "InvalidParameterException", "1.32.13-20261101 is not valid for kubernetes version 1.33")
	sdk.refused(t, "eks", "CreateNodegroup", group("other", "AL2023_x86_64_STANDARD", stone), "InvalidParameterException", "not valid")
	sdk.ok(t, "eks", "CreateNodegroup", group("stone", "BOTTLEROCKET_ARM_64", stone))
	sdk.ok(t, "eks", "CreateNodegroup", group("plain", "AL2023_x86_64_STANDARD", earlier))
	release := func() string {
		return text(t, sdk.ok(t, "eks", "DescribeNodegroup", params{"clusterName": "images", "nodegroupName": "plain"}), "nodegroup", "releaseVersion")
	}
	if got := release(); got != earlier || got == newest {
		t.Errorf("it was made with %s, and has %s; the newest is %s", earlier, got, newest)
	}
	update := func(more params) params {
		more["clusterName"], more["nodegroupName"] = "images", "plain"
		return more
	}
	sdk.refused(t, "eks", "UpdateNodegroupVersion", update(params{"releaseVersion": stone}), "InvalidParameterException", "not valid")
	sdk.ok(t, "eks", "UpdateNodegroupVersion", update(params{}))
	if got := release(); got != newest {
		t.Errorf("after an update without a release it has %s, not %s", got, newest)
	}
	sdk.ok(t, "eks", "UpdateNodegroupVersion", update(params{"releaseVersion": earlier}))
	if got := release(); got != earlier {
		t.Errorf("after an update to %s it has %s", earlier, got)
	}
}
