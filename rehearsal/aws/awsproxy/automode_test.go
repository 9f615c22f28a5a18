package awsproxy_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eks"
	"github.com/aws/aws-sdk-go-v2/service/eks/types"
)

// autoRole makes a role for a cluster, with these of AWS's policies, whose trust allows these actions.
func autoRole(t *testing.T, name, actions string, policies ...string) string {
	t.Helper()
	ask := func(action string, params url.Values) {
		t.Helper()
		params.Set("RoleName", name)
		if err := api().Query(t.Context(), "iam", "2010-05-08", action, params, nil); err != nil {
			t.Fatal(err)
		}
	}
	ask("CreateRole", url.Values{"AssumeRolePolicyDocument": {
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"eks.amazonaws.com"},"Action":[` + actions + `]}]}`}})
	for _, p := range policies {
		ask("AttachRolePolicy", url.Values{"PolicyArn": {"arn:aws:iam::aws:policy/" + p}})
	}
	return "arn:aws:iam::" + account + ":role/" + name
}

// auto asks for a cluster with Auto Mode.
func auto(t *testing.T, name, by string) *eks.CreateClusterInput {
	t.Helper()
	return &eks.CreateClusterInput{
		Name: &name, RoleArn: &by, ResourcesVpcConfig: &types.VpcConfigRequest{SubnetIds: subnets(t, "a", "b")},
		AccessConfig:               &types.CreateAccessConfigRequest{AuthenticationMode: types.AuthenticationModeApi},
		BootstrapSelfManagedAddons: aws.Bool(false),
		ComputeConfig:              &types.ComputeConfigRequest{Enabled: aws.Bool(true), NodePools: []string{"general-purpose"}, NodeRoleArn: aws.String(role)},
		StorageConfig:              &types.StorageConfigRequest{BlockStorage: &types.BlockStorage{Enabled: aws.Bool(true)}},
		KubernetesNetworkConfig:    &types.KubernetesNetworkConfigRequest{ElasticLoadBalancing: &types.ElasticLoadBalancing{Enabled: aws.Bool(true)}},
	}
}

var autoPolicies = []string{"AmazonEKSClusterPolicy", "AmazonEKSBlockStoragePolicy", "AmazonEKSComputePolicy", "AmazonEKSLoadBalancingPolicy", "AmazonEKSNetworkingPolicy"}

func TestAutoModeIsAllOfItsPartsOrNone(t *testing.T) {
	t.Parallel()
	client := eks.NewFromConfig(config())
	whole := autoRole(t, "auto-whole", `"sts:AssumeRole","sts:TagSession"`, autoPolicies...)
	bare := autoRole(t, "auto-bare", `"sts:AssumeRole","sts:TagSession"`, "AmazonEKSClusterPolicy")
	untagged := autoRole(t, "auto-untagged", `"sts:AssumeRole"`, autoPolicies...)
	for name, one := range map[string]struct {
		says   string
		change func(*eks.CreateClusterInput)
	}{
		"no storage":       {"either fully enabled or fully disabled", func(in *eks.CreateClusterInput) { in.StorageConfig = nil }},
		"no balancing":     {"either fully enabled or fully disabled", func(in *eks.CreateClusterInput) { in.KubernetesNetworkConfig = nil }},
		"no compute":       {"either fully enabled or fully disabled", func(in *eks.CreateClusterInput) { in.ComputeConfig = nil }},
		"no pool":          {"nodePool value(s) must be provided", func(in *eks.CreateClusterInput) { in.ComputeConfig.NodePools = nil }},
		"no role":          {"nodePool list cannot be populated", func(in *eks.CreateClusterInput) { in.ComputeConfig.NodeRoleArn = nil }},
		"EKS' own add-ons": {"bootstrapSelfManagedAddons must be set to false", func(in *eks.CreateClusterInput) { in.BootstrapSelfManagedAddons = nil }},
		"no policies":      {"AmazonEKSBlockStoragePolicy", func(in *eks.CreateClusterInput) { in.RoleArn = &bare }},
		"no tags":          {"sts:TagSession", func(in *eks.CreateClusterInput) { in.RoleArn = &untagged }},
	} {
		in := auto(t, "auto-refused-blue", whole)
		one.change(in)
		_, err := client.CreateCluster(t.Context(), in)
		refusedWith(t, "Auto Mode with "+name, "InvalidParameterException", err)
		if err != nil && !strings.Contains(err.Error(), one.says) {
			t.Errorf("Auto Mode with %s: %v, want %q", name, err, one.says)
		}
	}
}

func TestAutoModeIsDescribedAndLetsItsNodesIn(t *testing.T) {
	t.Parallel()
	client := eks.NewFromConfig(config())
	in := auto(t, "auto-blue", autoRole(t, "auto-cluster", `"sts:AssumeRole","sts:TagSession"`, autoPolicies...))
	if _, err := client.CreateCluster(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	on := func() bool {
		out, err := client.DescribeCluster(t.Context(), &eks.DescribeClusterInput{Name: in.Name})
		if err != nil {
			t.Fatal(err)
		}
		c := out.Cluster
		parts := []bool{aws.ToBool(c.ComputeConfig.Enabled), aws.ToBool(c.StorageConfig.BlockStorage.Enabled), aws.ToBool(c.KubernetesNetworkConfig.ElasticLoadBalancing.Enabled),
			slices.Equal(c.ComputeConfig.NodePools, []string{"general-purpose"})}
		if slices.Contains(parts, !parts[0]) {
			t.Errorf("Auto Mode is described in part: %v", parts)
		}
		return parts[0]
	}
	if !on() {
		t.Error("the cluster has no Auto Mode")
	}
	entry, err := client.DescribeAccessEntry(t.Context(), &eks.DescribeAccessEntryInput{ClusterName: in.Name, PrincipalArn: aws.String(role)})
	if err != nil || aws.ToString(entry.AccessEntry.Type) != "EC2" {
		t.Errorf("the access entry of the nodes is %+v, %v", entry, err)
	}
	_, err = client.UpdateClusterConfig(t.Context(), &eks.UpdateClusterConfigInput{Name: in.Name, ComputeConfig: &types.ComputeConfigRequest{Enabled: aws.Bool(false)}})
	refusedWith(t, "turning off a part of Auto Mode", "InvalidParameterException", err)
	_, err = client.UpdateClusterConfig(t.Context(), &eks.UpdateClusterConfigInput{Name: in.Name, ComputeConfig: &types.ComputeConfigRequest{Enabled: aws.Bool(false)},
		StorageConfig:           &types.StorageConfigRequest{BlockStorage: &types.BlockStorage{Enabled: aws.Bool(false)}},
		KubernetesNetworkConfig: &types.KubernetesNetworkConfigRequest{ElasticLoadBalancing: &types.ElasticLoadBalancing{Enabled: aws.Bool(false)}}})
	if err != nil || on() {
		t.Errorf("Auto Mode is still on: %v", err)
	}
}
