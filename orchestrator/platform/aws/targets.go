package aws

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"
	tagtypes "github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi/types"

	"drover/orchestrator/platform"
)

// managementName ends the name of the load balancer of management interfaces: see modules/aws/cluster/management.tf.
const managementName = "-mgmt"

// Targets asks for the health of the targets of a color's load balancers. The reasons are those of
// https://docs.aws.amazon.com/elasticloadbalancing/latest/network/check-target-health.html.
func (p *Platform) Targets(ctx context.Context, cluster, color string) ([]platform.Targets, error) {
	found := map[string]platform.Resource{}
	err := p.tagged(ctx, &resourcegroupstaggingapi.GetResourcesInput{
		TagFilters: []tagtypes.TagFilter{{Key: sdk.String(clusterTag), Values: []string{cluster}}, {Key: sdk.String(colorTag), Values: []string{color}}},
		// Listeners and target groups have the same tags.
		ResourceTypeFilters: []string{"elasticloadbalancing:loadbalancer"}}, found)
	if err != nil {
		return nil, err
	}
	var all []platform.Targets
	for arn := range found {
		of, err := p.behind(ctx, arn)
		if isMissing(err) {
			continue // the tagging API lists for some time what is deleted
		}
		if err != nil {
			return nil, err
		}
		all = append(all, of...)
	}
	slices.SortFunc(all, func(a, b platform.Targets) int {
		return cmp.Or(cmp.Compare(a.Balancer, b.Balancer), cmp.Compare(a.Listener, b.Listener))
	})
	return all, nil
}

// behind asks for the listeners of one load balancer.
func (p *Platform) behind(ctx context.Context, balancer string) ([]platform.Targets, error) {
	name := balancer
	if parts := strings.Split(balancer, "/"); len(parts) == 4 { // …:loadbalancer/net/NAME/ID
		name = parts[2]
	}
	groups, err := p.elb.DescribeTargetGroups(ctx, &elb.DescribeTargetGroupsInput{LoadBalancerArn: &balancer})
	if err != nil {
		return nil, explain("asking for the target groups of "+name, err)
	}
	listeners, err := p.elb.DescribeListeners(ctx, &elb.DescribeListenersInput{LoadBalancerArn: &balancer})
	if err != nil {
		return nil, explain("asking for the listeners of "+name, err)
	}
	var all []platform.Targets
	for _, l := range listeners.Listeners {
		group, known := groupOf(l, groups.TargetGroups)
		if !known {
			return nil, fmt.Errorf("asking for the listeners of %s: port %d leads to no target group that the answer has", name, sdk.ToInt32(l.Port))
		}
		t := platform.Targets{Balancer: name, Management: strings.HasSuffix(name, managementName), Group: sdk.ToString(group.TargetGroupName),
			Listener: int(sdk.ToInt32(l.Port)), Port: int(sdk.ToInt32(group.Port)), Check: int(sdk.ToInt32(group.Port)), Others: map[string]int{}}
		if port, err := strconv.Atoi(sdk.ToString(group.HealthCheckPort)); err == nil { // or "traffic-port"
			t.Check = port
		}
		if err := p.health(ctx, group, &t); err != nil {
			return nil, err
		}
		all = append(all, t)
	}
	return all, nil
}

func groupOf(l types.Listener, groups []types.TargetGroup) (types.TargetGroup, bool) {
	for _, action := range l.DefaultActions {
		for _, group := range groups {
			if sdk.ToString(group.TargetGroupArn) == sdk.ToString(action.TargetGroupArn) {
				return group, true
			}
		}
	}
	return types.TargetGroup{}, false
}

func (p *Platform) health(ctx context.Context, group types.TargetGroup, t *platform.Targets) error {
	answer, err := p.elb.DescribeTargetHealth(ctx, &elb.DescribeTargetHealthInput{TargetGroupArn: group.TargetGroupArn})
	if err != nil {
		return explain("asking for the health of the targets of "+t.Group, err)
	}
	for _, d := range answer.TargetHealthDescriptions {
		switch {
		case d.TargetHealth == nil:
			t.Others["without a state"]++
		case d.TargetHealth.State == types.TargetHealthStateEnumHealthy:
			t.Healthy++
		default:
			why := string(d.TargetHealth.State)
			for _, more := range []string{string(d.TargetHealth.Reason), sdk.ToString(d.TargetHealth.Description)} {
				if more != "" {
					why += ", " + more
				}
			}
			t.Others[why]++
		}
	}
	return nil
}
