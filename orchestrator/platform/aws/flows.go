package aws

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"drover/orchestrator/platform"
)

// The metrics of a network load balancer and their dimensions: see "CloudWatch metrics for your Network Load Balancer",
// https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-cloudwatch-metrics.html.
// Flow counts are given for the load balancer; host counts only for the load balancer with each target group, which is
// sent as long as health checks run, also without any traffic.
const (
	namespace    = "AWS/NetworkELB"
	balancerName = "LoadBalancer"
	groupName    = "TargetGroup"
	newFlows     = "NewFlowCount"
	activeFlows  = "ActiveFlowCount"
	healthyHosts = "HealthyHostCount"
)

// Flows asks CloudWatch for the connections of a network load balancer, given by its ARN.
func (p *Platform) Flows(ctx context.Context, loadBalancer string, window time.Duration) (platform.Flows, error) {
	_, name, found := strings.Cut(loadBalancer, ":loadbalancer/")
	if !found || window <= 0 {
		return platform.Flows{}, fmt.Errorf("measuring connections: %q is no ARN of a load balancer, or the window %v is none", loadBalancer, window)
	}
	groups, err := p.targetGroups(ctx, loadBalancer)
	var missing *elbtypes.LoadBalancerNotFoundException
	if errors.As(err, &missing) { // somebody deleted it
		return platform.Flows{Gone: true}, nil
	}
	if err != nil {
		return platform.Flows{}, err
	}
	end := time.Now()
	input := &cloudwatch.GetMetricDataInput{
		StartTime: sdk.Time(end.Add(-window)), EndTime: &end,
		MetricDataQueries: flowQueries(name, groups, period(window)),
	}
	var flows platform.Flows
	pages := cloudwatch.NewGetMetricDataPaginator(p.watch, input)
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return platform.Flows{}, explain("asking CloudWatch for the connections of "+name, err)
		}
		for _, result := range page.MetricDataResults {
			if result.StatusCode == types.StatusCodeInternalError || result.StatusCode == types.StatusCodeForbidden {
				return platform.Flows{}, fmt.Errorf("asking CloudWatch for %s of %s: it answered %s", sdk.ToString(result.Label), name, result.StatusCode)
			}
			add(&flows, result)
		}
	}
	return flows, nil
}

// add counts one page of one metric in.
func add(flows *platform.Flows, result types.MetricDataResult) {
	flows.Alive = flows.Alive || len(result.Values) > 0
	for _, at := range result.Timestamps {
		if at.After(flows.Until) {
			flows.Until = at
		}
	}
	for _, value := range result.Values {
		switch sdk.ToString(result.Id) {
		case "new":
			flows.New += value
		case "active":
			flows.Active = max(flows.Active, value)
		}
	}
}

// period is the resolution that is asked for: a minute, which is what AWS has, or 10 s for windows too short for that.
func period(window time.Duration) int32 {
	if window < time.Minute {
		return 10
	}
	return 60
}

// flowQueries are the metrics that are asked for, all in one call.
func flowQueries(balancer string, groups []string, period int32) []types.MetricDataQuery {
	query := func(id, metric, statistic, group string) types.MetricDataQuery {
		dimensions := []types.Dimension{{Name: sdk.String(balancerName), Value: &balancer}}
		if group != "" {
			dimensions = append(dimensions, types.Dimension{Name: sdk.String(groupName), Value: &group})
		}
		return types.MetricDataQuery{Id: &id, MetricStat: &types.MetricStat{
			Metric: &types.Metric{Namespace: sdk.String(namespace), MetricName: &metric, Dimensions: dimensions},
			Period: &period, Stat: &statistic,
		}}
	}
	queries := []types.MetricDataQuery{
		query("new", newFlows, "Sum", ""),
		query("active", activeFlows, "Maximum", ""),
		query("healthy", healthyHosts, "Maximum", ""),
	}
	for i, group := range groups {
		queries = append(queries, query(fmt.Sprintf("healthy%d", i), healthyHosts, "Maximum", group))
	}
	return queries
}

// targetGroups are the target groups of a load balancer as CloudWatch names them: "targetgroup/NAME/ID".
func (p *Platform) targetGroups(ctx context.Context, loadBalancer string) ([]string, error) {
	var groups []string
	pages := elb.NewDescribeTargetGroupsPaginator(p.elb, &elb.DescribeTargetGroupsInput{LoadBalancerArn: &loadBalancer})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, explain("asking for the target groups of "+loadBalancer, err)
		}
		for _, group := range page.TargetGroups {
			if _, name, found := strings.Cut(sdk.ToString(group.TargetGroupArn), ":targetgroup/"); found {
				groups = append(groups, "targetgroup/"+name)
			}
		}
	}
	return groups, nil
}
