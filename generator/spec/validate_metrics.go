package spec

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

var (
	metricName = form{lazily(`^[a-z][A-Za-z0-9_]{0,99}$`), "a name for metric math: a small letter, then letters, digits and _", "errors"}
	statistic  = form{lazily(`^(SampleCount|Average|Sum|Minimum|Maximum|IQM|p100|(p|tm|wm|tc|ts)[0-9]{1,2}(\.[0-9]{1,10})?)$`), "a statistic of CloudWatch", "Sum"}
)

// The placeholders of dimensions beside those of all texts of checks.
const (
	BalancerMark = "{{loadBalancer}}"
	GroupMark    = "{{targetGroup}}"
)

// mostMetrics, mostExpression, mostDimensions and mostMetricText are what CloudWatch takes:
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html.
const (
	mostMetrics    = 99 // beside the expression
	mostExpression = 1024
	mostDimensions = 30
	mostMetricText = 255
)

func (v *validator) cloudWatch(path string, c CloudWatchCheck) {
	if !v.rules.metrics {
		v.wrong(path, path+" is for AWS", "ask the metrics of "+v.rules.name+" with prometheus, command or webhook")
		return
	}
	if len(c.Metrics) == 0 && !v.failedWithin(path) {
		v.wrong(path, path+" reads no metric", "add metrics: [{namespace: AWS/NetworkELB, metric: UnHealthyHostCount, …}]")
	}
	if len(c.Metrics) > mostMetrics {
		v.wrong(path+".metrics", fmt.Sprintf("%s.metrics has %d, and CloudWatch reads %d at once", path, len(c.Metrics), mostMetrics), "write several checks")
	}
	names := make([]string, len(c.Metrics))
	for i, m := range c.Metrics {
		at := fmt.Sprintf("%s.metrics[%d]", path, i)
		v.cloudWatchMetric(at, m)
		names[i] = m.Name
		if c.Expression != "" && m.Name == "" && !v.failedWithin(at) {
			v.wrong(at, at+" has no name, and the expression could not use it", "add name: errors")
		}
	}
	v.unique(names, "the name", func(i int) string { return fmt.Sprintf("%s.metrics[%d].name", path, i) })
	v.expression(path, c)
	switch {
	case c.Min == nil && c.Max == nil:
		v.wrong(path, path+" has no bound, so that every value would pass", "add max: 0.1 or min: 1")
	case c.Min != nil && c.Max != nil && *c.Min > *c.Max:
		v.wrong(path+".min", fmt.Sprintf("%s.min is %v, more than max, which is %v: nothing would pass", path, *c.Min, *c.Max), "exchange the two", v.where(path+".max"))
	}
	if p := c.Period.Std(); p < time.Minute || p > time.Hour || p%time.Minute != 0 {
		v.wrong(path+".period", fmt.Sprintf("%s.period is %s, and it is whole minutes, an hour at most", path, c.Period), "write period: 1m")
	}
	v.positive(path+".timeout", c.Timeout, "1m")
}

// expression checks what makes one value of several metrics.
func (v *validator) expression(path string, c CloudWatchCheck) {
	at := path + ".expression"
	switch {
	case c.Expression == "" && len(c.Metrics) > 1:
		v.wrong(path, path+" has several metrics, and no expression that makes one value of them", "add expression: errors / requests, or write a check for each")
	case len(c.Expression) > mostExpression:
		v.wrong(at, fmt.Sprintf("%s has %d characters, and CloudWatch takes %d", at, len(c.Expression), mostExpression), "shorten it")
	case strings.Contains(c.Expression, "SEARCH") || strings.Contains(c.Expression, "SELECT"):
		v.wrong(at, at+" finds metrics by itself, and any number of them", "name the metrics in metrics")
	case c.Expression != "" && !slices.ContainsFunc(c.Metrics, func(m CloudWatchMetric) bool { return m.Name != "" && strings.Contains(c.Expression, m.Name) }) && !v.failedWithin(path):
		v.wrong(at, at+" uses none of the metrics", "use them by their names, such as errors / requests")
	}
}

func (v *validator) cloudWatchMetric(path string, m CloudWatchMetric) {
	if m.Name != "" {
		v.matches(path+".name", m.Name, metricName)
	}
	for _, field := range []struct{ name, text string }{{"namespace", m.Namespace}, {"metric", m.Metric}} {
		if len(field.text) > mostMetricText {
			v.wrong(path+"."+field.name, fmt.Sprintf("%s.%s has %d characters, and CloudWatch takes %d", path, field.name, len(field.text), mostMetricText), "shorten it")
		}
	}
	if len(m.Dimensions) > mostDimensions {
		v.wrong(path+".dimensions", fmt.Sprintf("%s.dimensions has %d, and a metric has %d at most", path, len(m.Dimensions), mostDimensions), "remove some")
	}
	for _, value := range m.Dimensions {
		v.filled(path+".dimensions", strings.NewReplacer(BalancerMark, "", GroupMark, "").Replace(value), false)
	}
	if m.Stat != "" {
		v.matches(path+".stat", m.Stat, statistic)
	}
}

// metricsOfColor warns of metrics that are of both colors together.
func (v *validator) metricsOfColor(path string, c Check) {
	ofColor := slices.ContainsFunc(c.CloudWatch.Metrics, func(m CloudWatchMetric) bool {
		for _, value := range m.Dimensions {
			if marked(value) || strings.Contains(value, BalancerMark) || strings.Contains(value, GroupMark) {
				return true
			}
		}
		return false
	})
	if !ofColor && !v.failedWithin(path) && (c.Asked(DuringShift) || c.Asked(DuringSoak)) {
		v.unwise("colorless-query", path+".metrics", "no dimension has the color, so that both colors together are judged",
			`name it in one, such as {LoadBalancer: "{{loadBalancer}}"} or {ClusterName: "{{cluster}}"}`)
	}
}
