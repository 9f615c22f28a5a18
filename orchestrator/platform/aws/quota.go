package aws

import (
	"context"
	"errors"
	"fmt"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eks"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas/types"

	"drover/orchestrator/platform"
)

// limit is one quota of Service Quotas, how much of it is used, and how much a color needs.
type limit struct {
	what, service, code string
	needed              int
	used                func(*Platform, context.Context) (int, error)
}

// limits are the quotas of which a color takes a known part. Codes: `aws service-quotas list-service-quotas`.
func limits(balancers int) []limit {
	return []limit{
		{"EKS clusters in a region", "eks", "L-1194D53C", 1, (*Platform).clusterCount},
		{"network load balancers in a region", "elasticloadbalancing", "L-69A177A2", balancers, (*Platform).balancerCount},
	}
}

// Quota compares what is used and needed with Service Quotas. What could not be asked is listed with Unknown.
func (p *Platform) Quota(ctx context.Context, balancers int) ([]platform.Shortage, error) {
	var shortages []platform.Shortage
	for _, l := range limits(balancers) {
		shortage := platform.Shortage{What: l.what, Needed: l.needed}
		var err error
		shortage.Limit, err = p.quota(ctx, l.service, l.code)
		if err == nil {
			shortage.Used, err = l.used(p, ctx)
		}
		if ctx.Err() != nil {
			return nil, fmt.Errorf("asking AWS for quotas: %w", context.Cause(ctx))
		}
		if err != nil {
			shortage.Unknown = err.Error()
		}
		if err != nil || shortage.Used+shortage.Needed > shortage.Limit {
			shortages = append(shortages, shortage)
		}
	}
	return shortages, nil
}

// quota is the account's value of a quota, or AWS's default where the account has none of its own.
func (p *Platform) quota(ctx context.Context, service, code string) (int, error) {
	own, err := p.quotas.GetServiceQuota(ctx, &servicequotas.GetServiceQuotaInput{ServiceCode: &service, QuotaCode: &code})
	var missing *types.NoSuchResourceException
	if errors.As(err, &missing) {
		usual, err := p.quotas.GetAWSDefaultServiceQuota(ctx,
			&servicequotas.GetAWSDefaultServiceQuotaInput{ServiceCode: &service, QuotaCode: &code})
		if err != nil {
			return 0, explain("asking Service Quotas for "+service+" "+code, err)
		}
		return quotaValue(usual.Quota, code)
	}
	if err != nil {
		return 0, explain("asking Service Quotas for "+service+" "+code, err)
	}
	return quotaValue(own.Quota, code)
}

func quotaValue(quota *types.ServiceQuota, code string) (int, error) {
	if quota == nil || quota.Value == nil {
		return 0, fmt.Errorf("the answer of Service Quotas for %s has no value", code)
	}
	return int(*quota.Value), nil
}

func (p *Platform) clusterCount(ctx context.Context) (int, error) {
	names, err := p.clusterNames(ctx)
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

func (p *Platform) balancerCount(ctx context.Context) (int, error) {
	count := 0
	pages := elb.NewDescribeLoadBalancersPaginator(p.elb, &elb.DescribeLoadBalancersInput{PageSize: sdk.Int32(400)})
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
