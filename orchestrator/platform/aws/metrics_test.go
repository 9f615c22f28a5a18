package aws

import (
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"drover/generator/spec"
	"drover/orchestrator/platform"
)

func metricsAreThoseOfTheColor(t *testing.T, endpoint string) {
	p := at(endpoint)
	p.watch = queryMetrics(endpoint)
	ctx := t.Context()
	blue, green := makeBalancer(t, p, endpoint, "metric-blue", "metric", "blue"), makeBalancer(t, p, endpoint, "metric-green", "metric", "green")
	put := func(balancer string, age time.Duration, value float64) {
		t.Helper()
		_, name, _ := strings.Cut(balancer, ":loadbalancer/")
		_, err := p.watch.PutMetricData(ctx, &cloudwatch.PutMetricDataInput{Namespace: sdk.String(namespace), MetricData: []cwtypes.MetricDatum{{
			MetricName: sdk.String(newFlows), Value: &value, Timestamp: sdk.Time(time.Now().Add(-age)),
			Dimensions: []cwtypes.Dimension{{Name: sdk.String(balancerName), Value: &name}},
		}}})
		must(t, err)
	}
	ask := func(color string) []platform.MetricValue {
		t.Helper()
		values, err := p.Metrics(ctx, platform.MetricQuery{Cluster: "metric", Color: color, Period: time.Minute, Metrics: []platform.Metric{
			{Namespace: namespace, Metric: newFlows, Stat: "Sum", Dimensions: map[string]string{balancerName: spec.BalancerMark}}}})
		must(t, err)
		return values
	}
	if values := ask("green"); len(values) > 0 && values[0].Value != 0 {
		t.Errorf("a load balancer without metrics has %v", values)
	}
	put(blue, time.Minute, 500)
	put(green, 6*time.Minute, 70)
	put(green, 3*time.Minute, 40)
	put(green, time.Hour, 9000)
	if values := ask("green"); len(values) != 1 || values[0].Value != 40 || time.Since(values[0].At) > 5*time.Minute {
		t.Errorf("the newest value of green: %v", values)
	}
	if _, err := p.Metrics(ctx, platform.MetricQuery{Cluster: "metric", Color: "red", Period: time.Minute, Metrics: []platform.Metric{
		{Namespace: namespace, Metric: newFlows, Stat: "Sum", Dimensions: map[string]string{balancerName: spec.BalancerMark}}}}); err == nil || !strings.Contains(err.Error(), "metric red has no load balancer") {
		t.Errorf("a color that is not there: %v", err)
	}
}

func TestAnExpressionReturnsOneOfItsMetrics(t *testing.T) {
	t.Parallel()
	metrics := []platform.Metric{
		{Name: "errors", Namespace: "Shop", Metric: "Errors", Stat: "Sum", Dimensions: map[string]string{"LoadBalancer": spec.BalancerMark, "Color": "green"}},
		{Name: "all", Namespace: "Shop", Metric: "Requests", Stat: "Sum"},
	}
	queries, err := metricQueries(platform.MetricQuery{Metrics: metrics, Expression: "errors / all", Period: 5 * time.Minute}, strings.NewReplacer(spec.BalancerMark, "net/shop-green/1"))
	must(t, err)
	if len(queries) != 3 || sdk.ToBool(queries[0].ReturnData) || sdk.ToBool(queries[1].ReturnData) || !sdk.ToBool(queries[2].ReturnData) {
		t.Fatalf("the queries are %+v", queries)
	}
	first := queries[0].MetricStat
	if len(first.Metric.Dimensions) != 2 || sdk.ToString(first.Metric.Dimensions[1].Value) != "net/shop-green/1" || sdk.ToInt32(first.Period) != 300 || sdk.ToString(queries[0].Id) != "errors" {
		t.Errorf("the first query is %+v", first)
	}
	if sdk.ToString(queries[2].Expression) != "errors / all" || sdk.ToInt32(queries[2].Period) != 300 {
		t.Errorf("the last query is %+v", queries[2])
	}
	for _, wrong := range []platform.MetricQuery{{}, {Metrics: metrics}} {
		if _, err := metricQueries(wrong, strings.NewReplacer()); err == nil {
			t.Errorf("%+v asks for one value", wrong)
		}
	}
}

func TestTheNewestValueOfEachSeriesIsKept(t *testing.T) {
	t.Parallel()
	early, late := time.Unix(1700000000, 0), time.Unix(1700000060, 0)
	newest := map[string]platform.MetricValue{}
	for _, result := range []cwtypes.MetricDataResult{
		{Id: sdk.String("r"), Label: sdk.String("a"), Timestamps: []time.Time{early, late}, Values: []float64{1, 2}},
		{Id: sdk.String("r"), Label: sdk.String("a"), Timestamps: []time.Time{early}, Values: []float64{3}},
		{Id: sdk.String("r"), Label: sdk.String("b"), Timestamps: []time.Time{early, late}, Values: []float64{4}}, // a time without a value
		{Id: sdk.String("r"), Label: sdk.String("c")},
	} {
		keepNewest(newest, result)
	}
	if len(newest) != 2 || newest["r a"].Value != 2 || !newest["r a"].At.Equal(late) || newest["r b"].Value != 4 {
		t.Errorf("kept %v", newest)
	}
}

// A metric that the credentials may not read is no metric without data.
func TestARefusedMetricIsAnError(t *testing.T) {
	t.Parallel()
	p := answers(t, map[string]string{})
	q := platform.MetricQuery{Period: time.Minute, Metrics: []platform.Metric{{Namespace: "Shop", Metric: "Errors", Stat: "Sum"}}}
	if values, err := p.Metrics(t.Context(), q); err == nil || !strings.Contains(err.Error(), "asking CloudWatch for metrics") {
		t.Errorf("%v, %v", values, err)
	}
}
