package awsproxy_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"drover/rehearsal/aws/awsapi"
)

// BenchmarkCall makes each call twice in turn, to moto itself and through the proxy: the difference of the medians is
// what the proxy costs.
func BenchmarkCall(b *testing.B) {
	took := map[string][]time.Duration{}
	for b.Loop() {
		for _, endpoint := range []string{proxy.Moto(region).Endpoint, proxy.URL()} {
			client := &awsapi.Client{Endpoint: endpoint, Region: region, HTTP: http.DefaultClient}
			start := time.Now()
			if err := client.Query(b.Context(), "ec2", "2016-11-15", "DescribeVpcs", nil, nil); err != nil {
				b.Fatal(err)
			}
			took[endpoint] = append(took[endpoint], time.Since(start))
		}
	}
	median := func(endpoint string) float64 {
		sorted := slices.Sorted(slices.Values(took[endpoint]))
		return float64(sorted[len(sorted)/2]) / float64(time.Millisecond)
	}
	direct, through := median(proxy.Moto(region).Endpoint), median(proxy.URL())
	b.ReportMetric(direct, "ms/moto")
	b.ReportMetric(through, "ms/proxy")
	b.ReportMetric(through-direct, "ms/added")
}
