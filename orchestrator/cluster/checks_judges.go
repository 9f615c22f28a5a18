package cluster

import (
	"context"
	"fmt"
	"time"

	"drover/generator/spec"
	"drover/orchestrator/platform"
	"drover/orchestrator/verify"
)

// fromResolver is the from of a dns check that asks this machine's resolver.
const fromResolver = "resolver"

func dnsCheck(c spec.Check, a asked) verify.Check {
	check := verify.DNS{Resolver: a.net, Host: a.side.Fill(c.DNS.Name), Expect: c.DNS.Addresses}
	if c.DNS.From != fromResolver {
		check.Authority = a.net
	}
	return check
}

func webhookCheck(c spec.Check, a asked) verify.Check {
	client, address := a.client(a.side.Fill(c.Webhook.URL))
	check := verify.Webhook{Client: client, URL: address,
		Asked: verify.Asked{Cluster: a.name, Color: a.color, Other: a.other.Color, Host: a.host, Name: a.cluster}}
	if key := c.Webhook.Key.Env; key != "" {
		check.Header, check.Secret = c.Webhook.Header, func() string { return a.secret(key) }
	}
	return check
}

// cloudWatchCheck has the platform fill in the load balancer of the color: only it knows which one that is.
func cloudWatchCheck(c spec.Check, a asked) verify.Check {
	w := c.CloudWatch
	q := platform.MetricQuery{Cluster: a.name, Color: a.color, Expression: w.Expression, Period: w.Period.Std()}
	for _, m := range w.Metrics {
		filled := platform.Metric{Name: m.Name, Namespace: m.Namespace, Metric: m.Metric, Stat: m.Stat, Dimensions: map[string]string{}}
		for name, value := range m.Dimensions {
			filled.Dimensions[name] = a.side.Fill(value)
		}
		q.Metrics = append(q.Metrics, filled)
	}
	query := w.Expression
	if query == "" {
		query = fmt.Sprintf("%s of %s", w.Metrics[0].Metric, w.Metrics[0].Namespace)
	}
	return verify.Metric{Query: query, Min: w.Min, Max: w.Max, Ask: func(ctx context.Context) (values []float64, at time.Time, err error) {
		found, err := a.cloud.Metrics(ctx, q)
		for _, v := range found {
			values = append(values, v.Value)
			if v.At.After(at) {
				at = v.At
			}
		}
		return values, at, err
	}}
}
