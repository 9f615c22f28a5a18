package ingress

import (
	"context"
	"fmt"
	"sort"
	"strings"
	"time"

	"drover/rehearsal/aws/awsapi"
)

// Namespace is where CloudWatch has the metrics of network load balancers.
const Namespace = "AWS/NetworkELB"

// Metric is one value, as PutMetricData takes it.
type Metric struct {
	Name       string      `json:"MetricName"`
	Value      float64     `json:"Value"`
	Unit       string      `json:"Unit"`
	Timestamp  float64     `json:"Timestamp"`
	Dimensions []Dimension `json:"Dimensions"`
}

// Dimension says what a metric is of.
type Dimension struct {
	Name  string `json:"Name"`
	Value string `json:"Value"`
}

// feed owns the metrics: it tells them every few seconds, as AWS does every minute.
func (in *Ingress) feed(ctx context.Context) {
	if in.options.Metrics == nil {
		return
	}
	tick := time.NewTicker(in.options.Every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-tick.C:
			metrics := in.metrics(now)
			if len(metrics) == 0 {
				continue
			}
			if err := in.options.Metrics(ctx, metrics); err != nil && ctx.Err() == nil {
				in.logf("feed the metrics: %v", err)
			}
		}
	}
}

func (in *Ingress) metrics(now time.Time) []Metric {
	in.mu.Lock()
	defer in.mu.Unlock()
	var list []Metric
	for _, s := range in.servers {
		list = append(list, s.metrics(now)...)
	}
	return list
}

// metrics are those of one load balancer since the last time. AWS tells the host counts for each target group; they
// are told for the load balancer as a whole too.
func (s *server) metrics(now time.Time) []Metric {
	lb := s.balancer()
	fresh, active, bytes := s.flows.take()
	balancer := Dimension{"LoadBalancer", suffixOf(lb.ARN, ":loadbalancer/")}
	at := float64(now.UnixMilli()) / 1000
	var list []Metric
	add := func(name, unit string, value float64, dimensions ...Dimension) {
		list = append(list, Metric{Name: name, Value: value, Unit: unit, Timestamp: at, Dimensions: dimensions})
	}
	add("NewFlowCount", "Count", float64(fresh), balancer)
	add("ActiveFlowCount", "Count", float64(active), balancer)
	add("ProcessedBytes", "Bytes", float64(bytes), balancer)
	// Target groups of one load balancer share their hosts: the most that one of them has is what it has.
	var whole Health
	for _, arn := range sortedGroups(lb.TargetGroups) {
		h := lb.TargetGroups[arn]
		if s.missing() != "" {
			h.Healthy, h.Unhealthy = 0, h.Healthy+h.Unhealthy
		}
		group := Dimension{"TargetGroup", "targetgroup/" + suffixOf(arn, ":targetgroup/")}
		add("HealthyHostCount", "Count", float64(h.Healthy), balancer, group)
		add("UnHealthyHostCount", "Count", float64(h.Unhealthy), balancer, group)
		whole.Healthy, whole.Unhealthy = max(whole.Healthy, h.Healthy), max(whole.Unhealthy, h.Unhealthy)
	}
	add("HealthyHostCount", "Count", float64(whole.Healthy), balancer)
	add("UnHealthyHostCount", "Count", float64(whole.Unhealthy), balancer)
	return list
}

// suffixOf is net/<name>/<id> of a load balancer's ARN.
func suffixOf(arn, after string) string {
	_, suffix, _ := strings.Cut(arn, after)
	return suffix
}

func sortedGroups(m map[string]Health) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

// ToCloudWatch feeds metrics to the simulated CloudWatch.
func ToCloudWatch(client *awsapi.Client) func(context.Context, []Metric) error {
	return func(ctx context.Context, metrics []Metric) error {
		in := map[string]any{"Namespace": Namespace, "MetricData": metrics}
		if err := client.JSON(ctx, "monitoring", "GraniteServiceVersion20100801", "PutMetricData", in, nil); err != nil {
			return fmt.Errorf("put %d metrics: %w", len(metrics), err)
		}
		return nil
	}
}
