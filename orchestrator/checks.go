package orchestrator

import (
	"context"
	"fmt"
	"time"

	"drover/generator/spec"
	"drover/orchestrator/kubernetes"
	"drover/orchestrator/platform"
	"drover/orchestrator/traffic"
	"drover/orchestrator/verify"
)

// checkTime is how long a check may take where the spec does not say.
const checkTime = 2 * time.Minute

// asked is what every check of a color needs to know.
type asked struct {
	host    string // the color's own host name
	cluster string // its name on the platform
	color   string
	net     *traffic.Net
	cloud   platform.Platform
	pools   []spec.NodePool
	connect func(ctx context.Context, cluster string) (*kubernetes.Client, error)
	memory  func(check string) *verify.Memory // of earlier runs of that check of this color
}

// checkKinds makes a check of the field that the spec sets. Reading it is
// reading what a rotation can verify.
var checkKinds = []struct {
	name  string
	limit func(spec.Check) (spec.Duration, bool) // and whether this kind is asked for
	check func(spec.Check, asked) verify.Check
}{
	{"kubernetes", func(c spec.Check) (spec.Duration, bool) {
		// Its timeout is how long a new cluster may take to become ready, over many runs of the check.
		return limitOf(c.Kubernetes, func(k *spec.KubernetesCheck) spec.Duration { return min(k.Timeout, spec.Duration(checkTime)) })
	}, kubernetesCheck},
	{"http", func(c spec.Check) (spec.Duration, bool) {
		return limitOf(c.HTTP, func(h *spec.HTTPCheck) spec.Duration { return h.Timeout })
	}, httpCheck},
	{"prometheus", func(c spec.Check) (spec.Duration, bool) {
		return limitOf(c.Prometheus, func(p *spec.PrometheusCheck) spec.Duration { return p.Timeout })
	}, prometheusCheck},
	{"command", func(c spec.Check) (spec.Duration, bool) {
		return limitOf(c.Command, func(p *spec.CommandCheck) spec.Duration { return p.Timeout })
	}, commandCheck},
}

func limitOf[T any](field *T, timeout func(*T) spec.Duration) (spec.Duration, bool) {
	if field == nil {
		return 0, false
	}
	return timeout(field), true
}

// checksOf are the checks of one color: the platform's own word and DNS
// always, then what the spec names.
func checksOf(r spec.Rotation, a asked) []verify.Check {
	checks := []verify.Check{
		verify.Within(checkTime, platformCheck{a.cloud, a.cluster}),
		verify.Within(checkTime, verify.DNS{Label: "dns", Resolver: a.net, Host: a.host}),
	}
	for i, c := range r.Verify {
		for _, kind := range checkKinds {
			if _, wanted := kind.limit(c); wanted {
				checks = append(checks, verify.Within(checkLimit(c), named{kind.check(c, a), fmt.Sprintf("%s-%d", kind.name, i+1)}))
			}
		}
	}
	return checks
}

func checkLimit(c spec.Check) time.Duration {
	for _, kind := range checkKinds {
		if limit, wanted := kind.limit(c); wanted && limit.Std() > 0 {
			return limit.Std()
		}
	}
	return checkTime
}

// kubernetesCheck asks each pool for its least number of nodes, whatever else the spec asks for.
func kubernetesCheck(c spec.Check, a asked) verify.Check {
	k := c.Kubernetes
	pools := map[string]int{}
	for _, pool := range a.pools {
		if pool.Min > 0 {
			pools[pool.Name] = pool.Min
		}
	}
	return verify.Kubernetes{
		Connect: func(ctx context.Context) (*kubernetes.Client, error) { return a.connect(ctx, a.cluster) },
		Pool:    a.cloud.Pool, Nodes: verify.Nodes{All: k.NodesReady == "all", Least: k.MinNodes, Pools: pools},
		Workloads: k.Workloads, Namespaces: k.Namespaces, Seen: a.memory(fmt.Sprint(k.NodesReady, k.MinNodes, k.Workloads, k.Namespaces)),
	}
}

func httpCheck(c spec.Check, a asked) verify.Check {
	return verify.HTTP{Client: a.net.Client(), URL: a.net.URL(a.host, c.HTTP.Path), Status: c.HTTP.Status,
		Samples: max(c.HTTP.Samples, 1), MaxLatency: c.HTTP.MaxLatency.Std()}
}

func prometheusCheck(c spec.Check, a asked) verify.Check {
	return verify.Prometheus{Client: a.net.Client(), URL: c.Prometheus.URL, Query: c.Prometheus.Query, Min: c.Prometheus.Min, Max: c.Prometheus.Max}
}

func commandCheck(c spec.Check, a asked) verify.Check {
	return verify.Command{Args: c.Command.Run, Env: []string{"DROVER_COLOR=" + a.color, "DROVER_HOST=" + a.host, "DROVER_CLUSTER=" + a.cluster}}
}

// named gives a check a short name that is the same in every process.
type named struct {
	verify.Check
	name string
}

func (n named) Name() string { return n.name }
