package ingress

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

// tagsAtOnce is the most that DescribeTags takes.
const tagsAtOnce = 20

// FromELB reads the load balancers of the account with their tags, target groups and targets.
func FromELB(client *elb.Client) func(context.Context) ([]LoadBalancer, error) {
	return func(ctx context.Context) ([]LoadBalancer, error) {
		var list []LoadBalancer
		pages := elb.NewDescribeLoadBalancersPaginator(client, &elb.DescribeLoadBalancersInput{})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return nil, fmt.Errorf("list the load balancers: %w", err)
			}
			for _, lb := range page.LoadBalancers {
				// What says nothing of its scheme (moto leaves AWS's default out) faces the internet.
				list = append(list, LoadBalancer{ARN: aws.ToString(lb.LoadBalancerArn), Name: aws.ToString(lb.LoadBalancerName),
					DNSName: aws.ToString(lb.DNSName), Zones: zonesOf(lb), Public: lb.Scheme != types.LoadBalancerSchemeEnumInternal,
					TargetGroups: map[string]Health{}})
			}
		}
		if len(list) == 0 {
			return nil, nil
		}
		err := errors.Join(addTags(ctx, client, list), addHealth(ctx, client, list))
		if err == nil {
			err = addNodePorts(ctx, client, list)
		}
		if gone(err) {
			return FromELB(client)(ctx) // one was deleted between two calls: what is left is asked again
		}
		return list, err
	}
}

func zonesOf(lb types.LoadBalancer) []string {
	var zones []string
	for _, z := range lb.AvailabilityZones {
		zones = append(zones, aws.ToString(z.ZoneName))
	}
	slices.Sort(zones)
	return zones
}

func gone(err error) bool {
	var balancer *types.LoadBalancerNotFoundException
	var group *types.TargetGroupNotFoundException
	return errors.As(err, &balancer) || errors.As(err, &group)
}

func addTags(ctx context.Context, client *elb.Client, list []LoadBalancer) error {
	for start := 0; start < len(list); start += tagsAtOnce {
		part := list[start:min(start+tagsAtOnce, len(list))]
		in := &elb.DescribeTagsInput{}
		for _, lb := range part {
			in.ResourceArns = append(in.ResourceArns, lb.ARN)
		}
		out, err := client.DescribeTags(ctx, in)
		if err != nil {
			return fmt.Errorf("read the load balancers' tags: %w", err)
		}
		for _, d := range out.TagDescriptions {
			for i := range part {
				if part[i].ARN == aws.ToString(d.ResourceArn) {
					part[i].name(d.Tags)
				}
			}
		}
	}
	return nil
}

// name takes cluster and color from the tags, and else from a name that ends with its color.
func (lb *LoadBalancer) name(tags []types.Tag) {
	for _, t := range tags {
		switch aws.ToString(t.Key) {
		case "drover:color":
			lb.Color = aws.ToString(t.Value)
		case "drover:cluster":
			lb.Cluster = aws.ToString(t.Value)
		}
	}
	for _, color := range []string{"blue", "green"} {
		if cluster, ok := strings.CutSuffix(lb.Name, "-"+color); ok && lb.Color == "" {
			lb.Color = color
			if lb.Cluster == "" {
				lb.Cluster = cluster
			}
		}
	}
}

func addHealth(ctx context.Context, client *elb.Client, list []LoadBalancer) error {
	pages := elb.NewDescribeTargetGroupsPaginator(client, &elb.DescribeTargetGroupsInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return fmt.Errorf("list the target groups: %w", err)
		}
		for _, group := range page.TargetGroups {
			if len(group.LoadBalancerArns) == 0 {
				continue // no listener leads to it yet
			}
			health, err := healthOf(ctx, client, group.TargetGroupArn)
			if err != nil {
				return err
			}
			health.Port = int(aws.ToInt32(group.Port))
			for i := range list {
				for _, arn := range group.LoadBalancerArns {
					if list[i].ARN == arn {
						list[i].TargetGroups[aws.ToString(group.TargetGroupArn)] = health
					}
				}
			}
		}
	}
	return nil
}

func healthOf(ctx context.Context, client *elb.Client, group *string) (Health, error) {
	out, err := client.DescribeTargetHealth(ctx, &elb.DescribeTargetHealthInput{TargetGroupArn: group})
	if err != nil {
		return Health{}, fmt.Errorf("read the targets of %s: %w", aws.ToString(group), err)
	}
	var h Health
	for _, target := range out.TargetHealthDescriptions {
		if target.TargetHealth != nil && target.TargetHealth.State == types.TargetHealthStateEnumHealthy {
			h.Healthy++
		} else {
			h.Unhealthy++
		}
	}
	return h, nil
}
