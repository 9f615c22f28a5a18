package platform

import "time"

// MetricQuery asks for metrics of the platform. Without an expression it has one metric.
type MetricQuery struct {
	// Cluster and Color are whose load balancer the marks in dimensions stand for; see [spec.BalancerMark].
	Cluster, Color string
	Metrics        []Metric
	// Expression makes one value of the metrics, by their names.
	Expression string
	// Period is the time that each value covers.
	Period time.Duration
}

// Metric is one of the platform's metrics.
type Metric struct {
	Name       string // in the expression
	Namespace  string
	Metric     string
	Dimensions map[string]string
	Stat       string
}

// MetricValue is the newest value of a series, and when the time began that it covers.
type MetricValue struct {
	Value float64
	At    time.Time
}
