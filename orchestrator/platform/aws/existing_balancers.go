package aws

import (
	"context"
	"errors"
	"fmt"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"drover/orchestrator/platform"
)

// balancerTags are those of a load balancer, a target group or a listener.
func (p *Platform) balancerTags(ctx context.Context, arn string) (map[string]string, error) {
	answer, err := p.elb.DescribeTags(ctx, &elb.DescribeTagsInput{ResourceArns: []string{arn}})
	if err != nil {
		return nil, explain("asking for the tags of "+arn, err)
	}
	tags := map[string]string{}
	for _, description := range answer.TagDescriptions {
		for _, tag := range description.Tags {
			tags[sdk.ToString(tag.Key)] = sdk.ToString(tag.Value)
		}
	}
	return tags, nil
}

func (p *Platform) balancerThere(ctx context.Context, v values) ([]there, error) {
	name := v.text("name")
	answer, err := p.elb.DescribeLoadBalancers(ctx, &elb.DescribeLoadBalancersInput{Names: []string{name}})
	if isMissing(err) {
		return nil, nil
	}
	if err != nil {
		return nil, explain("asking for the load balancer "+name, err)
	}
	var found []there
	for _, balancer := range answer.LoadBalancers {
		arn := sdk.ToString(balancer.LoadBalancerArn)
		tags, err := p.balancerTags(ctx, arn)
		if err != nil {
			return nil, err
		}
		condition := platform.Ready
		if balancer.State != nil && balancer.State.Code == types.LoadBalancerStateEnumProvisioning {
			condition = platform.Pending
		}
		if balancer.State != nil && balancer.State.Code == types.LoadBalancerStateEnumFailed {
			condition = platform.Broken
		}
		var subnets []string
		for _, zone := range balancer.AvailabilityZones {
			subnets = append(subnets, sdk.ToString(zone.SubnetId))
		}
		found = append(found, there{id: arn, tags: tags, condition: condition, created: balancer.CreatedTime, elsewhere: outside(v.list("subnets"), subnets)})
	}
	return found, nil
}

func (p *Platform) targetsThere(ctx context.Context, v values) ([]there, error) {
	name := v.text("name")
	answer, err := p.elb.DescribeTargetGroups(ctx, &elb.DescribeTargetGroupsInput{Names: []string{name}})
	if isMissing(err) {
		return nil, nil
	}
	if err != nil {
		return nil, explain("asking for the target group "+name, err)
	}
	var found []there
	for _, group := range answer.TargetGroups {
		arn := sdk.ToString(group.TargetGroupArn)
		tags, err := p.balancerTags(ctx, arn)
		if err != nil {
			return nil, err
		}
		elsewhere := ""
		if has, want := sdk.ToString(group.VpcId), v.text("vpc_id"); has != "" && want != "" && has != want {
			elsewhere = fmt.Sprintf("it is for %s, not %s", has, want)
		}
		found = append(found, there{id: arn, tags: tags, elsewhere: elsewhere})
	}
	return found, nil
}

func (p *Platform) listenerThere(ctx context.Context, v values) ([]there, error) {
	balancer, port := v.text("load_balancer_arn"), v.text("port")
	pages := elb.NewDescribeListenersPaginator(p.elb, &elb.DescribeListenersInput{LoadBalancerArn: &balancer})
	var found []there
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		var missing *types.LoadBalancerNotFoundException
		if errors.As(err, &missing) {
			return nil, nil
		}
		if err != nil {
			return nil, explain("asking for the listeners of "+balancer, err)
		}
		for _, listener := range page.Listeners {
			if port != number(listener.Port) {
				continue
			}
			arn := sdk.ToString(listener.ListenerArn)
			tags, err := p.balancerTags(ctx, arn)
			if err != nil {
				return nil, err
			}
			found = append(found, there{id: arn, tags: tags})
		}
	}
	return found, nil
}
