package aws

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eks"
	"github.com/aws/aws-sdk-go-v2/service/eks/types"

	"drover/orchestrator/platform"
)

// ClusterActive asks EKS for a cluster and all its node groups. A cluster that does not exist is not active.
func (p *Platform) ClusterActive(ctx context.Context, cluster string) (platform.Health, error) {
	answer, err := p.eks.DescribeCluster(ctx, &eks.DescribeClusterInput{Name: &cluster})
	var missing *types.ResourceNotFoundException
	if errors.As(err, &missing) {
		return platform.Health{Detail: fmt.Sprintf("there is no EKS cluster %s in %s", cluster, p.region)}, nil
	}
	if err != nil {
		return platform.Health{}, explain("asking EKS for the cluster "+cluster, err)
	}
	health := platform.Health{Exists: true, Tags: answer.Cluster.Tags, Created: sdk.ToTime(answer.Cluster.CreatedAt), Version: sdk.ToString(answer.Cluster.Version), NodeGroups: map[string]string{}}
	var wrong []string
	if answer.Cluster.Status != types.ClusterStatusActive {
		wrong = append(wrong, fmt.Sprintf("cluster %s is %s", cluster, answer.Cluster.Status))
	}
	if answer.Cluster.Health != nil {
		for _, issue := range answer.Cluster.Health.Issues {
			wrong = append(wrong, fmt.Sprintf("cluster %s: %s: %s", cluster, issue.Code, sdk.ToString(issue.Message)))
		}
	}
	groups, err := p.nodeGroups(ctx, cluster)
	if err != nil {
		return platform.Health{}, err
	}
	for _, group := range groups {
		health.NodeGroups[sdk.ToString(group.NodegroupName)] = string(group.Status)
		wrong = append(wrong, nodeGroupTroubles(group)...)
	}
	if len(groups) == 0 {
		wrong = append(wrong, fmt.Sprintf("cluster %s has no node group", cluster))
	}
	health.Active = len(wrong) == 0
	health.Detail = strings.Join(wrong, "; ")
	if health.Active {
		health.Detail = fmt.Sprintf("cluster %s is ACTIVE at %s, with node groups %s", cluster, health.Version,
			strings.Join(slices.Sorted(maps.Keys(health.NodeGroups)), ", "))
	}
	return health, nil
}

// nodeGroups describes every node group of a cluster.
func (p *Platform) nodeGroups(ctx context.Context, cluster string) ([]*types.Nodegroup, error) {
	var groups []*types.Nodegroup
	pages := eks.NewListNodegroupsPaginator(p.eks, &eks.ListNodegroupsInput{ClusterName: &cluster})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, explain("asking EKS for the node groups of "+cluster, err)
		}
		for _, name := range page.Nodegroups {
			answer, err := p.eks.DescribeNodegroup(ctx, &eks.DescribeNodegroupInput{ClusterName: &cluster, NodegroupName: &name})
			if err != nil {
				return nil, explain(fmt.Sprintf("asking EKS for the node group %s of %s", name, cluster), err)
			}
			groups = append(groups, answer.Nodegroup)
		}
	}
	return groups, nil
}

// nodeGroupTroubles says what keeps a node group from being up.
func nodeGroupTroubles(group *types.Nodegroup) []string {
	name := sdk.ToString(group.NodegroupName)
	var wrong []string
	if group.Status != types.NodegroupStatusActive {
		wrong = append(wrong, fmt.Sprintf("node group %s is %s", name, group.Status))
	}
	if group.Health != nil {
		for _, issue := range group.Health.Issues {
			wrong = append(wrong, fmt.Sprintf("node group %s: %s: %s", name, issue.Code, sdk.ToString(issue.Message)))
		}
	}
	return wrong
}
