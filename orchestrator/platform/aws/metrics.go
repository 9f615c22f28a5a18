package aws

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"
	tagtypes "github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi/types"

	"drover/generator/spec"
	"drover/orchestrator/platform"
)

// metricsBack is how far back the newest value may be: services publish a few minutes late.
const metricsBack = 10 * time.Minute

// mostSeries is how many series of an answer are read.
const mostSeries = 100

// resultID is that of what a query is about, among the metrics that it needs. No name of a spec begins with a capital or
// has two underscores at its end.
const resultID = "result__"

// Metrics asks CloudWatch for the newest value of each series.
func (p *Platform) Metrics(ctx context.Context, q platform.MetricQuery) ([]platform.MetricValue, error) {
	marks, err := p.marks(ctx, q)
	if err != nil {
		return nil, err
	}
	queries, err := metricQueries(q, marks)
	if err != nil {
		return nil, err
	}
	end := time.Now()
	input := &cloudwatch.GetMetricDataInput{StartTime: sdk.Time(end.Add(-metricsBack - q.Period)), EndTime: &end,
		MetricDataQueries: queries, ScanBy: types.ScanByTimestampDescending}
	newest := map[string]platform.MetricValue{}
	pages := cloudwatch.NewGetMetricDataPaginator(p.watch, input)
	for pages.HasMorePages() && len(newest) <= mostSeries {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, explain("asking CloudWatch for metrics", err)
		}
		for _, result := range page.MetricDataResults {
			if result.StatusCode == types.StatusCodeInternalError || result.StatusCode == types.StatusCodeForbidden {
				return nil, fmt.Errorf("asking CloudWatch for metrics: it answered %s for %s", result.StatusCode, sdk.ToString(result.Label))
			}
			keepNewest(newest, result)
		}
	}
	values := make([]platform.MetricValue, 0, len(newest))
	for _, series := range slices.Sorted(maps.Keys(newest)) {
		values = append(values, newest[series])
	}
	return values, nil
}

// keepNewest takes the newest value of one page of one series. What an expression gives has one id, and a label for each
// series.
func keepNewest(newest map[string]platform.MetricValue, result types.MetricDataResult) {
	series := sdk.ToString(result.Id) + " " + sdk.ToString(result.Label)
	for i, at := range result.Timestamps {
		if had, known := newest[series]; i < len(result.Values) && (!known || at.After(had.At)) {
			newest[series] = platform.MetricValue{Value: result.Values[i], At: at}
		}
	}
}

// metricQueries are those of CloudWatch's API, of which the last alone returns data.
func metricQueries(q platform.MetricQuery, marks *strings.Replacer) ([]types.MetricDataQuery, error) {
	if len(q.Metrics) == 0 || q.Expression == "" && len(q.Metrics) > 1 {
		return nil, errors.New("asking CloudWatch for metrics: one value is asked of none or several metrics")
	}
	period := int32(max(q.Period, time.Minute) / time.Second)
	var queries []types.MetricDataQuery
	for _, m := range q.Metrics {
		var dimensions []types.Dimension
		for _, name := range slices.Sorted(maps.Keys(m.Dimensions)) {
			dimensions = append(dimensions, types.Dimension{Name: sdk.String(name), Value: sdk.String(marks.Replace(m.Dimensions[name]))})
		}
		id := m.Name
		if q.Expression == "" {
			id = resultID
		}
		queries = append(queries, types.MetricDataQuery{Id: &id, ReturnData: sdk.Bool(q.Expression == ""), MetricStat: &types.MetricStat{
			Metric: &types.Metric{Namespace: &m.Namespace, MetricName: &m.Metric, Dimensions: dimensions}, Period: &period, Stat: &m.Stat}})
	}
	if q.Expression != "" {
		queries = append(queries, types.MetricDataQuery{Id: sdk.String(resultID), Expression: &q.Expression, Period: &period, ReturnData: sdk.Bool(true)})
	}
	return queries, nil
}

// marks stand for the color's load balancer and its target group, as CloudWatch names them. Nothing is asked for where no
// dimension has one.
func (p *Platform) marks(ctx context.Context, q platform.MetricQuery) (*strings.Replacer, error) {
	if !slices.ContainsFunc(q.Metrics, func(m platform.Metric) bool {
		for _, value := range m.Dimensions {
			if strings.Contains(value, spec.BalancerMark) || strings.Contains(value, spec.GroupMark) {
				return true
			}
		}
		return false
	}) {
		return strings.NewReplacer(), nil
	}
	balancer, group, err := p.balancerOf(ctx, q.Cluster, q.Color)
	if err != nil {
		return nil, err
	}
	return strings.NewReplacer(spec.BalancerMark, balancer, spec.GroupMark, group), nil
}

// rank sorts listeners by port, that of HTTPS first.
func rank(l elbtypes.Listener) int32 {
	if port := sdk.ToInt32(l.Port); port != 443 {
		return port
	}
	return 0
}

// balancerOf gives the load balancer for a color's clients, and the target group of port 443 or else of its first port.
func (p *Platform) balancerOf(ctx context.Context, cluster, color string) (balancer, group string, err error) {
	found := map[string]platform.Resource{}
	if err := p.tagged(ctx, &resourcegroupstaggingapi.GetResourcesInput{
		TagFilters:          []tagtypes.TagFilter{{Key: sdk.String(clusterTag), Values: []string{cluster}}, {Key: sdk.String(colorTag), Values: []string{color}}},
		ResourceTypeFilters: []string{"elasticloadbalancing:loadbalancer"}}, found); err != nil {
		return "", "", err
	}
	for _, arn := range slices.Sorted(maps.Keys(found)) {
		_, name, _ := strings.Cut(arn, ":loadbalancer/")
		if parts := strings.Split(name, "/"); len(parts) != 3 || strings.HasSuffix(parts[1], managementName) {
			continue
		}
		listeners, err := p.elb.DescribeListeners(ctx, &elb.DescribeListenersInput{LoadBalancerArn: &arn})
		if isMissing(err) {
			continue // the tagging API lists for some time what is deleted
		}
		if err != nil {
			return "", "", explain("asking for the listeners of "+name, err)
		}
		slices.SortFunc(listeners.Listeners, func(a, b elbtypes.Listener) int { return cmp.Compare(rank(a), rank(b)) })
		for _, l := range listeners.Listeners {
			for _, action := range l.DefaultActions {
				if _, id, is := strings.Cut(sdk.ToString(action.TargetGroupArn), ":targetgroup/"); is {
					return name, "targetgroup/" + id, nil
				}
			}
		}
		return name, "", nil
	}
	return "", "", fmt.Errorf("asking CloudWatch for metrics: %s %s has no load balancer by its tags", cluster, color)
}
