package awsproxy_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eks"
	"github.com/aws/aws-sdk-go-v2/service/eks/types"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"
	tagging "github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi/types"
)

const (
	role      = "arn:aws:iam::" + account + ":role/nodes"
	principal = "arn:aws:iam::" + account + ":role/team/platform-admin"
	adminView = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"
)

// cluster makes one that takes access entries, and deletes it with the test.
func cluster(t *testing.T, name, version string) *eks.Client {
	t.Helper()
	client := eks.NewFromConfig(config())
	clusterBy(t, client, name, version)
	return client
}

func clusterBy(t *testing.T, client *eks.Client, name, version string) {
	t.Helper()
	_, err := client.CreateCluster(t.Context(), &eks.CreateClusterInput{
		Name: aws.String(name), Version: aws.String(version), RoleArn: aws.String(role),
		ResourcesVpcConfig: &types.VpcConfigRequest{SubnetIds: subnets(t, "a", "b"), EndpointPrivateAccess: aws.Bool(true), EndpointPublicAccess: aws.Bool(false)},
		AccessConfig: &types.CreateAccessConfigRequest{AuthenticationMode: types.AuthenticationModeApi,
			BootstrapClusterCreatorAdminPermissions: aws.Bool(false)},
		Tags: map[string]string{"drover:cluster": name},
	})
	if err != nil {
		t.Fatal(err)
	}
}

func group(t *testing.T, client *eks.Client, cluster, name string) {
	t.Helper()
	described, err := client.DescribeCluster(t.Context(), &eks.DescribeClusterInput{Name: aws.String(cluster)})
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.CreateNodegroup(t.Context(), &eks.CreateNodegroupInput{
		ClusterName: aws.String(cluster), NodegroupName: aws.String(name), NodeRole: aws.String(role),
		Subnets:       described.Cluster.ResourcesVpcConfig.SubnetIds,
		ScalingConfig: &types.NodegroupScalingConfig{MinSize: aws.Int32(2), MaxSize: aws.Int32(4), DesiredSize: aws.Int32(2)},
		Tags:          map[string]string{"drover:cluster": cluster},
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAClusterIsDescribedAsItWasMade(t *testing.T) {
	t.Parallel()
	client := cluster(t, "described-blue", "1.33")
	out, err := client.DescribeCluster(t.Context(), &eks.DescribeClusterInput{Name: aws.String("described-blue")})
	if err != nil {
		t.Fatal(err)
	}
	c := out.Cluster
	network := c.ResourcesVpcConfig
	switch {
	case c.Status != types.ClusterStatusActive, aws.ToString(c.Version) != "1.33":
		t.Errorf("the cluster is %s at %s, want ACTIVE at 1.33", c.Status, aws.ToString(c.Version))
	case c.AccessConfig.AuthenticationMode != types.AuthenticationModeApi, aws.ToBool(c.AccessConfig.BootstrapClusterCreatorAdminPermissions):
		t.Errorf("the access configuration is %+v", c.AccessConfig)
	case network.EndpointPublicAccess, !network.EndpointPrivateAccess, len(network.SubnetIds) != 2, aws.ToString(network.VpcId) == "":
		t.Errorf("the network configuration is %+v", network)
	case c.Tags["drover:cluster"] != "described-blue":
		t.Errorf("the tags are %v", c.Tags)
	}
	var groups struct {
		Names []string `xml:"securityGroupInfo>item>groupName"`
	}
	ask(t, "DescribeSecurityGroups", url.Values{"GroupId.1": {aws.ToString(network.ClusterSecurityGroupId)}}, &groups)
	if len(groups.Names) != 1 {
		t.Errorf("the cluster's security group is not there: %v", groups.Names)
	}
	if _, err := client.DeleteCluster(t.Context(), &eks.DeleteClusterInput{Name: c.Name}); err != nil {
		t.Fatal(err)
	}
	_, err = client.DescribeCluster(t.Context(), &eks.DescribeClusterInput{Name: c.Name})
	refusedWith(t, "describe a deleted cluster", "ResourceNotFoundException", err)
	err = api().Query(t.Context(), "ec2", "2016-11-15", "DescribeSecurityGroups",
		url.Values{"GroupId.1": {aws.ToString(network.ClusterSecurityGroupId)}}, &groups)
	if err == nil {
		t.Error("the cluster's security group outlived it")
	}
}

// What a client that is killed has asked for is made, or it is not: never half of it.
func TestAClusterIsMadeWholeAlsoWhereItsClientIsGone(t *testing.T) {
	t.Parallel()
	client := eks.NewFromConfig(config())
	ids := subnets(t, "a", "b")
	for i := range 12 {
		name := fmt.Sprintf("gone-%d", i)
		in := &eks.CreateClusterInput{Name: &name, RoleArn: aws.String(role), ResourcesVpcConfig: &types.VpcConfigRequest{SubnetIds: ids}}
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i*i)*time.Millisecond)
		_, _ = client.CreateCluster(ctx, in) // it may come through
		cancel()
		_, err := client.CreateCluster(t.Context(), in)
		var taken *types.ResourceInUseException
		if err != nil && !errors.As(err, &taken) {
			t.Fatal(err)
		}
		for until := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) { // it is being made
			if _, err = client.DescribeCluster(t.Context(), &eks.DescribeClusterInput{Name: &name}); err == nil || time.Now().After(until) {
				break
			}
		}
		if err != nil {
			t.Fatalf("%s cannot be described: %v", name, err)
		}
	}
}

func TestClustersThatEKSRefuses(t *testing.T) {
	t.Parallel()
	client := eks.NewFromConfig(config())
	two, one := subnets(t, "a", "b"), subnets(t, "a")
	for name, change := range map[string]func(*eks.CreateClusterInput){
		"a version that EKS does not offer": func(in *eks.CreateClusterInput) { in.Version = aws.String("1.99") },
		"subnets of one zone":               func(in *eks.CreateClusterInput) { in.ResourcesVpcConfig.SubnetIds = one },
		"a subnet that is not there": func(in *eks.CreateClusterInput) {
			in.ResourcesVpcConfig.SubnetIds = []string{"subnet-0123456789abcdef0"}
		},
		"a role that is not one": func(in *eks.CreateClusterInput) { in.RoleArn = aws.String("nodes") },
		"no way to its API": func(in *eks.CreateClusterInput) {
			in.ResourcesVpcConfig.EndpointPublicAccess = aws.Bool(false)
		},
	} {
		in := &eks.CreateClusterInput{Name: aws.String("refused"), RoleArn: aws.String(role), ResourcesVpcConfig: &types.VpcConfigRequest{SubnetIds: two}}
		change(in)
		_, err := client.CreateCluster(t.Context(), in)
		refusedWith(t, name, "InvalidParameterException", err)
	}
	_, err := client.DescribeCluster(t.Context(), &eks.DescribeClusterInput{Name: aws.String("refused")})
	refusedWith(t, "a cluster that was refused", "ResourceNotFoundException", err)
}

func TestANodeGroupHasItsClustersVersionAndInstances(t *testing.T) {
	t.Parallel()
	client := cluster(t, "nodes-blue", "1.32")
	group(t, client, "nodes-blue", "general")
	out, err := client.DescribeNodegroup(t.Context(), &eks.DescribeNodegroupInput{ClusterName: aws.String("nodes-blue"), NodegroupName: aws.String("general")})
	if err != nil {
		t.Fatal(err)
	}
	if got := aws.ToString(out.Nodegroup.Version); got != "1.32" {
		t.Errorf("the node group is at %s, want its cluster's 1.32", got)
	}
	if n := instances(t, out.Nodegroup); n != 2 {
		t.Errorf("%d instances run, want 2", n)
	}
	_, err = client.DeleteCluster(t.Context(), &eks.DeleteClusterInput{Name: aws.String("nodes-blue")})
	refusedWith(t, "delete a cluster with a node group", "ResourceInUseException", err)
	_, err = client.DescribeAccessEntry(t.Context(), &eks.DescribeAccessEntryInput{ClusterName: aws.String("nodes-blue"), PrincipalArn: aws.String(role)})
	if err != nil {
		t.Errorf("EKS lets its nodes in by an access entry: %v", err)
	}
	if _, err := client.DeleteNodegroup(t.Context(), &eks.DeleteNodegroupInput{ClusterName: aws.String("nodes-blue"), NodegroupName: aws.String("general")}); err != nil {
		t.Fatal(err)
	}
	if n := instances(t, out.Nodegroup); n != 0 {
		t.Errorf("%d instances outlived their node group", n)
	}
	var interfaces struct {
		Of []string `xml:"networkInterfaceSet>item>description"` // those of the control plane stay
	}
	ask(t, "DescribeNetworkInterfaces", url.Values{"Filter.1.Name": {"subnet-id"}, "Filter.1.Value.1": {out.Nodegroup.Subnets[0]},
		"Filter.1.Value.2": {out.Nodegroup.Subnets[1]}}, &interfaces)
	if found := taggedWith(t, "nodes-blue"); slices.ContainsFunc(found, func(arn string) bool { return strings.Contains(arn, ":instance/") }) {
		t.Errorf("instances that have ended are found by their tags: %v", found)
	}
	if len(interfaces.Of) != 2 || slices.ContainsFunc(interfaces.Of, func(d string) bool { return d != "Amazon EKS nodes-blue" }) {
		t.Errorf("network interfaces are those of %v, want the control plane's two", interfaces.Of)
	}
	if _, err := client.DeleteCluster(t.Context(), &eks.DeleteClusterInput{Name: aws.String("nodes-blue")}); err != nil {
		t.Error(err)
	}
}

// instances counts what runs in the scaling group of a node group.
func instances(t *testing.T, ng *types.Nodegroup) int {
	t.Helper()
	var out struct {
		States []string `xml:"reservationSet>item>instancesSet>item>instanceState>name"`
	}
	ask(t, "DescribeInstances", url.Values{"Filter.1.Name": {"tag:aws:autoscaling:groupName"},
		"Filter.1.Value.1": {aws.ToString(ng.Resources.AutoScalingGroups[0].Name)}}, &out)
	return len(slices.DeleteFunc(out.States, func(s string) bool { return s != "running" }))
}

func TestVersionsGoUpByOneMinorAndAreRemembered(t *testing.T) {
	t.Parallel()
	client := cluster(t, "versions-blue", "1.32")
	group(t, client, "versions-blue", "general")
	name := aws.String("versions-blue")
	_, err := client.UpdateClusterVersion(t.Context(), &eks.UpdateClusterVersionInput{Name: name, Version: aws.String("1.34")})
	refusedWith(t, "two minors at once", "InvalidParameterException", err)
	_, err = client.UpdateNodegroupVersion(t.Context(), &eks.UpdateNodegroupVersionInput{ClusterName: name, NodegroupName: aws.String("general"), Version: aws.String("1.33")})
	refusedWith(t, "nodes before their control plane", "InvalidParameterException", err)
	out, err := client.UpdateClusterVersion(t.Context(), &eks.UpdateClusterVersionInput{Name: name, Version: aws.String("1.33")})
	if err != nil {
		t.Fatal(err)
	}
	update, err := client.DescribeUpdate(t.Context(), &eks.DescribeUpdateInput{Name: name, UpdateId: out.Update.Id})
	if err != nil || update.Update.Status != types.UpdateStatusSuccessful {
		t.Fatalf("the update is %+v, %v", update, err)
	}
	_, err = client.DescribeUpdate(t.Context(), &eks.DescribeUpdateInput{Name: name, UpdateId: aws.String("none")})
	refusedWith(t, "an update that is not there", "ResourceNotFoundException", err)
	if _, err := client.UpdateNodegroupVersion(t.Context(), &eks.UpdateNodegroupVersionInput{ClusterName: name, NodegroupName: aws.String("general")}); err != nil {
		t.Fatal(err)
	}
	described, err := client.DescribeCluster(t.Context(), &eks.DescribeClusterInput{Name: name})
	if err != nil {
		t.Fatal(err)
	}
	ng, err := client.DescribeNodegroup(t.Context(), &eks.DescribeNodegroupInput{ClusterName: name, NodegroupName: aws.String("general")})
	if err != nil {
		t.Fatal(err)
	}
	if aws.ToString(described.Cluster.Version) != "1.33" || aws.ToString(ng.Nodegroup.Version) != "1.33" {
		t.Errorf("cluster at %s, nodes at %s, want 1.33", aws.ToString(described.Cluster.Version), aws.ToString(ng.Nodegroup.Version))
	}
}

func TestAddons(t *testing.T) {
	t.Parallel()
	client := cluster(t, "addons-blue", "1.33")
	name := aws.String("addons-blue")
	create := func(addon string, change func(*eks.CreateAddonInput)) error {
		in := &eks.CreateAddonInput{ClusterName: name, AddonName: aws.String(addon), Tags: map[string]string{"k": "v"}}
		if change != nil {
			change(in)
		}
		_, err := client.CreateAddon(t.Context(), in)
		return err
	}
	err := create("vpc-cni", func(in *eks.CreateAddonInput) {
		in.PodIdentityAssociations = []types.AddonPodIdentityAssociations{{ServiceAccount: aws.String("aws-node"), RoleArn: aws.String(role)}}
		in.ConfigurationValues = aws.String(`{"env":{"A":"b"}}`)
	})
	if err != nil {
		t.Fatal(err)
	}
	refusedWith(t, "the same add-on twice", "ResourceInUseException", create("vpc-cni", nil))
	refusedWith(t, "an add-on that there is not", "InvalidParameterException", create("no-such-addon", nil))
	refusedWith(t, "a configuration that is no object", "InvalidParameterException", create("coredns", func(in *eks.CreateAddonInput) { in.ConfigurationValues = aws.String(`[1]`) }))
	number := aws.String(`{"env":{"WARM_IP_TARGET":4}}`)
	_, err = client.UpdateAddon(t.Context(), &eks.UpdateAddonInput{ClusterName: name, AddonName: aws.String("vpc-cni"), ConfigurationValues: number})
	refusedWith(t, "a number in the environment of the network plugin", "InvalidParameterException", err)
	refusedWith(t, "a version that is not one", "InvalidParameterException", create("coredns", func(in *eks.CreateAddonInput) { in.AddonVersion = aws.String("1.0") }))
	refusedWith(t, "a kube-proxy newer than its cluster", "InvalidParameterException", create("kube-proxy", func(in *eks.CreateAddonInput) { in.AddonVersion = aws.String("v1.34.0-eksbuild.1") }))
	out, err := client.DescribeAddon(t.Context(), &eks.DescribeAddonInput{ClusterName: name, AddonName: aws.String("vpc-cni")})
	if err != nil {
		t.Fatal(err)
	}
	a := out.Addon
	if a.Status != types.AddonStatusActive || aws.ToString(a.ConfigurationValues) != `{"env":{"A":"b"}}` || a.Tags["k"] != "v" || len(a.PodIdentityAssociations) != 1 {
		t.Errorf("the add-on is %+v", a)
	}
	identities, err := client.ListPodIdentityAssociations(t.Context(), &eks.ListPodIdentityAssociationsInput{ClusterName: name, ServiceAccount: aws.String("aws-node")})
	if err != nil || len(identities.Associations) != 1 || aws.ToString(identities.Associations[0].OwnerArn) != aws.ToString(a.AddonArn) {
		t.Fatalf("the add-on's association is %+v, %v", identities, err)
	}
	updated, err := client.UpdateAddon(t.Context(), &eks.UpdateAddonInput{ClusterName: name, AddonName: aws.String("vpc-cni"), AddonVersion: aws.String("v1.20.0-eksbuild.1")})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.DescribeUpdate(t.Context(), &eks.DescribeUpdateInput{Name: name, AddonName: aws.String("vpc-cni"), UpdateId: updated.Update.Id}); err != nil {
		t.Error(err)
	}
	if _, err := client.DeleteAddon(t.Context(), &eks.DeleteAddonInput{ClusterName: name, AddonName: aws.String("vpc-cni")}); err != nil {
		t.Fatal(err)
	}
	_, err = client.DescribeAddon(t.Context(), &eks.DescribeAddonInput{ClusterName: name, AddonName: aws.String("vpc-cni")})
	refusedWith(t, "a deleted add-on", "ResourceNotFoundException", err)
	identities, err = client.ListPodIdentityAssociations(t.Context(), &eks.ListPodIdentityAssociationsInput{ClusterName: name})
	if err != nil || len(identities.Associations) != 0 {
		t.Errorf("the add-on's association outlived it: %+v, %v", identities, err)
	}
	versions, err := client.DescribeAddonVersions(t.Context(), &eks.DescribeAddonVersionsInput{AddonName: aws.String("kube-proxy"), KubernetesVersion: aws.String("1.33")})
	if err != nil || len(versions.Addons) != 1 || len(versions.Addons[0].AddonVersions) != 1 {
		t.Errorf("the versions of kube-proxy are %+v, %v", versions, err)
	}
}

func TestAccessEntries(t *testing.T) {
	t.Parallel()
	client := cluster(t, "access-blue", "1.33")
	name := aws.String("access-blue")
	create := func(change func(*eks.CreateAccessEntryInput)) error {
		in := &eks.CreateAccessEntryInput{ClusterName: name, PrincipalArn: aws.String(principal)}
		if change != nil {
			change(in)
		}
		_, err := client.CreateAccessEntry(t.Context(), in)
		return err
	}
	refusedWith(t, "a principal that is not one", "InvalidParameterException", create(func(in *eks.CreateAccessEntryInput) { in.PrincipalArn = aws.String("me") }))
	refusedWith(t, "a group that Kubernetes keeps for itself", "InvalidParameterException", create(func(in *eks.CreateAccessEntryInput) { in.KubernetesGroups = []string{"system:masters"} }))
	if err := create(func(in *eks.CreateAccessEntryInput) { in.KubernetesGroups = []string{"admins"} }); err != nil {
		t.Fatal(err)
	}
	refusedWith(t, "the same principal twice", "ResourceInUseException", create(nil))
	entry, err := client.DescribeAccessEntry(t.Context(), &eks.DescribeAccessEntryInput{ClusterName: name, PrincipalArn: aws.String(principal)})
	if err != nil {
		t.Fatal(err)
	}
	if got := aws.ToString(entry.AccessEntry.Username); got != "arn:aws:sts::"+account+":assumed-role/platform-admin/{{SessionName}}" {
		t.Errorf("the user name is %s", got)
	}
	associate := func(policy string, scope types.AccessScopeType) error {
		_, err := client.AssociateAccessPolicy(t.Context(), &eks.AssociateAccessPolicyInput{ClusterName: name, PrincipalArn: aws.String(principal),
			PolicyArn: aws.String(policy), AccessScope: &types.AccessScope{Type: scope}})
		return err
	}
	refusedWith(t, "a policy that there is not", "ResourceNotFoundException", associate("arn:aws:eks::aws:cluster-access-policy/None", types.AccessScopeTypeCluster))
	refusedWith(t, "a namespace scope without namespaces", "InvalidParameterException", associate(adminView, types.AccessScopeTypeNamespace))
	if err := associate(adminView, types.AccessScopeTypeCluster); err != nil {
		t.Fatal(err)
	}
	list, err := client.ListAssociatedAccessPolicies(t.Context(), &eks.ListAssociatedAccessPoliciesInput{ClusterName: name, PrincipalArn: aws.String(principal)})
	if err != nil || len(list.AssociatedAccessPolicies) != 1 {
		t.Fatalf("the policies are %+v, %v", list, err)
	}
	by, err := client.ListAccessEntries(t.Context(), &eks.ListAccessEntriesInput{ClusterName: name, AssociatedPolicyArn: aws.String(adminView)})
	if err != nil || !slices.Equal(by.AccessEntries, []string{principal}) {
		t.Errorf("the entries with the policy are %+v, %v", by, err)
	}
	disassociate := &eks.DisassociateAccessPolicyInput{ClusterName: name, PrincipalArn: aws.String(principal), PolicyArn: aws.String(adminView)}
	if _, err := client.DisassociateAccessPolicy(t.Context(), disassociate); err != nil {
		t.Fatal(err)
	}
	_, err = client.DisassociateAccessPolicy(t.Context(), disassociate)
	refusedWith(t, "a policy that is not associated", "ResourceNotFoundException", err)
	if _, err := client.DeleteAccessEntry(t.Context(), &eks.DeleteAccessEntryInput{ClusterName: name, PrincipalArn: aws.String(principal)}); err != nil {
		t.Fatal(err)
	}
	_, err = client.DescribeAccessEntry(t.Context(), &eks.DescribeAccessEntryInput{ClusterName: name, PrincipalArn: aws.String(principal)})
	refusedWith(t, "a deleted entry", "ResourceNotFoundException", err)
}

func TestPodIdentityAssociationsEndWithTheirCluster(t *testing.T) {
	t.Parallel()
	client := cluster(t, "identity-blue", "1.33")
	name := aws.String("identity-blue")
	in := &eks.CreatePodIdentityAssociationInput{ClusterName: name, Namespace: aws.String("checkout"), ServiceAccount: aws.String("checkout"), RoleArn: aws.String(role)}
	made, err := client.CreatePodIdentityAssociation(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.CreatePodIdentityAssociation(t.Context(), in)
	refusedWith(t, "the same service account twice", "ResourceInUseException", err)
	other := aws.String("arn:aws:iam::" + account + ":role/other")
	if _, err := client.UpdatePodIdentityAssociation(t.Context(), &eks.UpdatePodIdentityAssociationInput{ClusterName: name, AssociationId: made.Association.AssociationId, RoleArn: other}); err != nil {
		t.Fatal(err)
	}
	got, err := client.DescribePodIdentityAssociation(t.Context(), &eks.DescribePodIdentityAssociationInput{ClusterName: name, AssociationId: made.Association.AssociationId})
	if err != nil || aws.ToString(got.Association.RoleArn) != *other {
		t.Fatalf("the association is %+v, %v", got, err)
	}
	if _, err := client.DeleteCluster(t.Context(), &eks.DeleteClusterInput{Name: name}); err != nil {
		t.Fatal(err)
	}
	_, err = client.ListPodIdentityAssociations(t.Context(), &eks.ListPodIdentityAssociationsInput{ClusterName: name})
	refusedWith(t, "associations of a deleted cluster", "ResourceNotFoundException", err)
	cluster(t, "identity-blue", "1.33")
	list, err := client.ListPodIdentityAssociations(t.Context(), &eks.ListPodIdentityAssociationsInput{ClusterName: name})
	if err != nil || len(list.Associations) != 0 {
		t.Errorf("a new cluster of the same name has the associations of the old: %+v, %v", list, err)
	}
}

func TestWhatEKSKeepsIsFoundByItsTags(t *testing.T) {
	t.Parallel()
	client := cluster(t, "tagged-blue", "1.33")
	group(t, client, "tagged-blue", "general")
	found := taggedWith(t, "tagged-blue", "eks")
	if len(found) != 2 {
		t.Fatalf("found %v, want the cluster and its node group", found)
	}
	for _, arn := range found {
		if _, err := client.UntagResource(t.Context(), &eks.UntagResourceInput{ResourceArn: aws.String(arn), TagKeys: []string{"drover:cluster"}}); err != nil {
			t.Fatal(err)
		}
	}
	if found := taggedWith(t, "tagged-blue", "eks"); len(found) != 0 {
		t.Errorf("found %v without their tag", found)
	}
	_, err := client.ListTagsForResource(t.Context(), &eks.ListTagsForResourceInput{ResourceArn: aws.String("arn:aws:eks:eu-west-1:" + account + ":addon/none/none/1")})
	refusedWith(t, "tags of what is not there", "NotFoundException", err)
}

// taggedWith finds resources by their cluster's tag.
func taggedWith(t *testing.T, cluster string, kinds ...string) []string {
	t.Helper()
	out, err := resourcegroupstaggingapi.NewFromConfig(config()).GetResources(t.Context(), &resourcegroupstaggingapi.GetResourcesInput{
		ResourceTypeFilters: kinds,
		TagFilters:          []tagging.TagFilter{{Key: aws.String("drover:cluster"), Values: []string{cluster}}}})
	if err != nil {
		t.Fatal(err)
	}
	var arns []string
	for _, r := range out.ResourceTagMappingList {
		arns = append(arns, aws.ToString(r.ResourceARN))
	}
	return arns
}

func TestAnOperationThatNobodySimulatesIsRefusedByName(t *testing.T) {
	t.Parallel()
	client := cluster(t, "unknown-blue", "1.33")
	_, err := client.StartInsightsRefresh(t.Context(), &eks.StartInsightsRefreshInput{ClusterName: aws.String("unknown-blue")})
	refusedWith(t, "insights", "UnknownOperationException", err)
}
