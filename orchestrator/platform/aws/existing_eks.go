package aws

import (
	"context"
	"errors"
	"strings"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eks"
	"github.com/aws/aws-sdk-go-v2/service/eks/types"

	"drover/orchestrator/platform"
)

// conditionOf reads EKS's words for how far something is: ACTIVE and DEGRADED stand, CREATE_FAILED will not.
func conditionOf[S ~string](status S) platform.Condition {
	switch {
	case strings.HasSuffix(string(status), "FAILED"):
		return platform.Broken
	case strings.HasSuffix(string(status), "ING"):
		return platform.Pending
	}
	return platform.Ready
}

// none is true for the answer that there is no such thing, or no such cluster.
func none(err error) bool {
	var missing *types.ResourceNotFoundException
	return errors.As(err, &missing)
}

func (p *Platform) clusterThere(ctx context.Context, v values) ([]there, error) {
	name := v.text("name")
	answer, err := p.eks.DescribeCluster(ctx, &eks.DescribeClusterInput{Name: &name})
	if none(err) {
		return nil, nil
	}
	if err != nil {
		return nil, explain("asking EKS for the cluster "+name, err)
	}
	found := there{id: name, tags: answer.Cluster.Tags, condition: conditionOf(answer.Cluster.Status), created: answer.Cluster.CreatedAt}
	if network := answer.Cluster.ResourcesVpcConfig; network != nil {
		found.elsewhere = outside(v.first("vpc_config").list("subnet_ids"), network.SubnetIds)
	}
	return []there{found}, nil
}

// suffixed is the length of what the provider adds to a prefix, so that a name is unique: a time and a counter.
const suffixed = 26

// nodeGroupThere finds all groups of a name, or of a prefix, as the provider makes names of it.
func (p *Platform) nodeGroupThere(ctx context.Context, v values) ([]there, error) {
	cluster := v.text("cluster_name")
	groups, err := p.nodeGroups(ctx, cluster)
	if none(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	name, prefix := v.text("node_group_name"), v.text("node_group_name_prefix")
	var found []there
	for _, group := range groups {
		has := sdk.ToString(group.NodegroupName)
		made := prefix != "" && strings.HasPrefix(has, prefix) && len(has) == len(prefix)+suffixed
		if has == name || made {
			found = append(found, there{id: cluster + ":" + has, tags: group.Tags, condition: conditionOf(group.Status), created: group.CreatedAt, named: map[string]string{"group": has}})
		}
	}
	return found, nil
}

func (p *Platform) addonThere(ctx context.Context, v values) ([]there, error) {
	cluster, name := v.text("cluster_name"), v.text("addon_name")
	answer, err := p.eks.DescribeAddon(ctx, &eks.DescribeAddonInput{ClusterName: &cluster, AddonName: &name})
	if none(err) {
		return nil, nil
	}
	if err != nil {
		return nil, explain("asking EKS for the add-on "+name+" of "+cluster, err)
	}
	return []there{{id: cluster + ":" + name, tags: answer.Addon.Tags, condition: conditionOf(answer.Addon.Status), created: answer.Addon.CreatedAt}}, nil
}

func (p *Platform) entryThere(ctx context.Context, v values) ([]there, error) {
	cluster, principal := v.text("cluster_name"), v.text("principal_arn")
	answer, err := p.eks.DescribeAccessEntry(ctx, &eks.DescribeAccessEntryInput{ClusterName: &cluster, PrincipalArn: &principal})
	if none(err) {
		return nil, nil
	}
	if err != nil {
		return nil, explain("asking EKS for the access entry of "+principal+" in "+cluster, err)
	}
	return []there{{id: cluster + ":" + principal, tags: answer.AccessEntry.Tags, created: answer.AccessEntry.CreatedAt}}, nil
}

func (p *Platform) identityThere(ctx context.Context, v values) ([]there, error) {
	cluster, namespace, account := v.text("cluster_name"), v.text("namespace"), v.text("service_account")
	list, err := p.eks.ListPodIdentityAssociations(ctx, &eks.ListPodIdentityAssociationsInput{ClusterName: &cluster, Namespace: &namespace, ServiceAccount: &account})
	if none(err) {
		return nil, nil
	}
	if err != nil {
		return nil, explain("asking EKS for the Pod Identity associations of "+cluster, err)
	}
	var found []there
	for _, summary := range list.Associations {
		id := sdk.ToString(summary.AssociationId)
		answer, err := p.eks.DescribePodIdentityAssociation(ctx, &eks.DescribePodIdentityAssociationInput{ClusterName: &cluster, AssociationId: &id})
		if err != nil {
			return nil, explain("asking EKS for the Pod Identity association "+id+" of "+cluster, err)
		}
		found = append(found, there{id: cluster + "," + id, tags: answer.Association.Tags, created: answer.Association.CreatedAt, named: map[string]string{"association": id}})
	}
	return found, nil
}
