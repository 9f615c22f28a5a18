package aws

import (
	"context"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eks"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

// counted is used by as many as a description of EC2 lists.
func counted(action, list string) func(context.Context, *asking) (int, error) {
	return func(ctx context.Context, a *asking) (int, error) { return a.ec2.count(ctx, action, list) }
}

func clusterCount(ctx context.Context, a *asking) (int, error) {
	names, err := a.clusterNames(ctx)
	return len(names), err
}

func (p *Platform) clusterNames(ctx context.Context) ([]string, error) {
	var names []string
	pages := eks.NewListClustersPaginator(p.eks, &eks.ListClustersInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, explain("asking EKS for all clusters", err)
		}
		names = append(names, page.Clusters...)
	}
	return names, nil
}

func balancerCount(ctx context.Context, a *asking) (int, error) {
	count := 0
	pages := elb.NewDescribeLoadBalancersPaginator(a.elb, &elb.DescribeLoadBalancersInput{PageSize: sdk.Int32(400)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return 0, explain("asking for all load balancers", err)
		}
		for _, balancer := range page.LoadBalancers {
			if balancer.Type == elbtypes.LoadBalancerTypeEnumNetwork {
				count++
			}
		}
	}
	return count, nil
}

func targetGroupCount(ctx context.Context, a *asking) (int, error) {
	count := 0
	pages := elb.NewDescribeTargetGroupsPaginator(a.elb, &elb.DescribeTargetGroupsInput{PageSize: sdk.Int32(400)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return 0, explain("asking for all target groups", err)
		}
		count += len(page.TargetGroups)
	}
	return count, nil
}
