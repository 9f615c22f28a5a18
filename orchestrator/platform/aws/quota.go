package aws

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/servicequotas"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas/types"

	"drover/orchestrator/platform"
)

// limit is one quota of Service Quotas, how much of it is used, and how much a build takes.
type limit struct {
	what, service, code string
	needed              func(platform.Need) (needed, most int)
	used                func(context.Context, *asking) (int, error) // nil: the quota is of each one that is made
}

// limits are the quotas of which a build takes a known part. Codes and defaults: `aws service-quotas list-service-quotas`,
// https://docs.aws.amazon.com/eks/latest/best-practices/known_limits_and_service_quotas.html,
// https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-limits.html and
// https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html.
var limits = slices.Concat([]limit{
	{"VPCs in a region", "vpc", "L-F678F1CE", sure(func(n platform.Need) int { return n.Networks }), counted("DescribeVpcs", "vpcSet")},
	{"internet gateways in a region", "vpc", "L-A4707A72", sure(func(n platform.Need) int { return n.Networks }), counted("DescribeInternetGateways", "internetGatewaySet")},
	{"Elastic IP addresses in a region", "ec2", "L-0263D0A3", sure(func(n platform.Need) int { return n.Addresses }), counted("DescribeAddresses", "addressesSet")},
	{"EKS clusters in a region", "eks", "L-1194D53C", each(func(n platform.Need) int { return n.Clusters }), clusterCount},
	{"node groups of a cluster", "eks", "L-6D54EA21", sure(func(n platform.Need) int { return len(n.Pools) }), nil},
	{"nodes of a node group", "eks", "L-BD136A63", largestPool, nil},
	{"network load balancers in a region", "elasticloadbalancing", "L-69A177A2", each(func(n platform.Need) int { return n.Balancers }), balancerCount},
	{"listeners of a network load balancer", "elasticloadbalancing", "L-57A373D6", sure(func(n platform.Need) int { return n.Listeners }), nil},
	{"target groups in a region", "elasticloadbalancing", "L-B22855CB", each(func(n platform.Need) int { return n.Targets }), targetGroupCount},
	{"rules of a security group in one direction", "vpc", "L-0EA8095F", sure(func(n platform.Need) int { return n.Rules }), nil},
}, processorLimits())

// sure is what is taken from the start, and does not grow.
func sure(n func(platform.Need) int) func(platform.Need) (int, int) {
	return func(need platform.Need) (int, int) { return n(need), n(need) }
}

// each is what every color takes.
func each(n func(platform.Need) int) func(platform.Need) (int, int) {
	return func(need platform.Need) (int, int) { return n(need), n(need) * max(need.Colors, 1) }
}

func largestPool(n platform.Need) (needed, most int) {
	for _, p := range n.Pools {
		needed, most = max(needed, p.Min), max(most, p.Max)
	}
	return needed, most
}

// asking is one round of questions, in which the same is asked once.
type asking struct {
	*Platform
	need       platform.Need
	machines   []instance
	processors map[string]int
	failed     error // why the two are not known
}

// Quota compares what is used and needed with Service Quotas and with the free addresses of subnets. What could not be
// asked is listed with Unknown.
func (p *Platform) Quota(ctx context.Context, n platform.Need) ([]platform.Shortage, error) {
	a := &asking{Platform: p, need: n}
	if len(n.Pools) > 0 {
		a.failed = a.learnMachines(ctx)
	}
	var shortages []platform.Shortage
	for _, l := range limits {
		shortages = append(shortages, a.compare(ctx, l)...)
		if ctx.Err() != nil {
			return nil, fmt.Errorf("asking AWS for quotas: %w", context.Cause(ctx))
		}
	}
	return append(append(shortages, a.unknownFamilies()...), a.addresses(ctx)...), nil
}

// compare asks for one quota, if the build takes of it.
func (a *asking) compare(ctx context.Context, l limit) []platform.Shortage {
	s := platform.Shortage{What: l.what, Code: l.service + " " + l.code}
	if s.Needed, s.Most = l.needed(a.scaled(l)); s.Most == 0 {
		return nil
	}
	var err error
	s.Limit, err = a.quota(ctx, l.service, l.code)
	if err == nil && l.used != nil {
		s.Used, err = l.used(ctx, a)
	}
	if err != nil {
		s.Unknown = err.Error()
	}
	if err == nil && s.Used+s.Most <= s.Limit {
		return nil
	}
	return []platform.Shortage{s}
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

// addresses compares what is put into subnets with what is free there.
func (a *asking) addresses(ctx context.Context) []platform.Shortage {
	wanted := map[string]platform.Shortage{}
	for _, s := range a.need.Subnets {
		w := wanted[s.ID]
		w.What = "free addresses in " + s.ID
		needed, most := addressesIn(s)
		w.Needed, w.Most = w.Needed+needed, w.Most+most
		wanted[s.ID] = w
	}
	if len(wanted) == 0 {
		return nil
	}
	ids := slices.Sorted(maps.Keys(wanted))
	free, err := a.ec2.free(ctx, ids)
	var short []platform.Shortage
	for _, id := range ids {
		w := wanted[id]
		have, told := free[id]
		switch w.Limit = have; {
		case err != nil:
			w.Unknown = err.Error()
		case !told:
			w.Unknown = "EC2's answer does not have the subnet"
		case w.Most <= have:
			continue
		}
		short = append(short, w)
	}
	return short
}

// Addresses of a subnet that are taken by what is put there.
const (
	// EKS wants six for itself: https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html
	forCluster = 6
	// A load balancer wants eight to grow into:
	// https://docs.aws.amazon.com/elasticloadbalancing/latest/network/network-load-balancers.html#subnets
	forBalancer = 8
	// Two prefixes of sixteen for the pods of a node: https://docs.aws.amazon.com/eks/latest/best-practices/vpc-cni.html.
	// Whether a subnet has prefixes in one piece cannot be asked.
	forPods = 32
)

func addressesIn(s platform.Subnet) (needed, most int) {
	perNode := 0
	switch {
	case s.Pods:
		perNode = forPods
	case s.Nodes:
		perNode = 1
	}
	needed, most = s.Min*perNode, s.Max*perNode
	if s.Nodes {
		needed, most = needed+forCluster, most+forCluster
	}
	return needed + s.Balancers*forBalancer, most + s.Balancers*forBalancer
}
