package cluster

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/goccy/go-yaml"

	"drover/generator/spec"
	"drover/orchestrator/color"
	"drover/orchestrator/kubernetes"
	"drover/orchestrator/platform"
	"drover/orchestrator/verify"
)

// checkTime is how long a check may take where the spec does not say.
const checkTime = 2 * time.Minute

// asked is what every check of a color needs to know.
type asked struct {
	host    string // the color's own host name
	cluster string // its name on the platform
	color   string
	side    spec.Side
	other   spec.Side
	net     Net
	cloud   platform.Platform
	pools   []spec.NodePool
	connect func(ctx context.Context, cluster string) (*kubernetes.Client, error)
	name    string                            // of the spec
	secret  func(variable string) string      // what a variable of the environment holds
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
	{"dns", func(c spec.Check) (spec.Duration, bool) {
		return limitOf(c.DNS, func(d *spec.DNSCheck) spec.Duration { return d.Timeout })
	}, dnsCheck},
	{"cloudwatch", func(c spec.Check) (spec.Duration, bool) {
		return limitOf(c.CloudWatch, func(w *spec.CloudWatchCheck) spec.Duration { return w.Timeout })
	}, cloudWatchCheck},
	{"webhook", func(c spec.Check) (spec.Duration, bool) {
		return limitOf(c.Webhook, func(w *spec.WebhookCheck) spec.Duration { return w.Timeout })
	}, webhookCheck},
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

// SpecChecks are the checks of a color by a spec: the platform's own word, targets and DNS always, then what the spec names.
// secret gives what a variable of the environment holds.
func SpecChecks(net Net, cloud platform.Platform, connect func(context.Context, string) (*kubernetes.Client, error), secret func(name string) string) func(spec.Cluster, color.Color) []Check {
	var memories sync.Map // of the checks, by what is asked
	return func(c spec.Cluster, of color.Color) []Check {
		a := asked{host: Host(c, of), cluster: platformName(c, of), color: string(of), side: c.Side(string(of)), other: c.Side(string(of.Other())), net: net, cloud: cloud, pools: c.Spec.NodePools, connect: connect,
			name: c.Metadata.Name, secret: secret}
		checks := []Check{
			{ID: identity("platform", a.cluster, nil), Check: verify.Within(checkTime, platformCheck{cloud, a.cluster})},
			{ID: identity("targets", a.cluster, nil), Check: verify.Within(checkTime, targetsCheck{cloud, c.Metadata.Name, a.color})},
			{ID: identity("dns", a.host, nil), Check: verify.Within(checkTime, verify.DNS{Label: "dns", Resolver: net, Host: a.host})},
		}
		for i, one := range c.Spec.Rotation.Verify {
			for _, kind := range checkKinds {
				if _, wanted := kind.limit(one); !wanted {
					continue
				}
				id := identity(kind.name, a.host, one)
				a.memory = func(string) *verify.Memory {
					memory, _ := memories.LoadOrStore(id, &verify.Memory{})
					return memory.(*verify.Memory)
				}
				checks = append(checks, Check{ID: id, When: one.Occasions(), Limits: limitsOf(one),
					Check: verify.Within(checkLimit(one), named{kind.check(one, a), fmt.Sprintf("%s-%d", kind.name, i+1)})})
			}
		}
		return checks
	}
}

func limitsOf(c spec.Check) verify.Limits {
	l := c.Limits
	if l == nil {
		return verify.Limits{}
	}
	return verify.Limits{Interval: l.Interval.Std(), Samples: l.Samples, Failures: l.FailureLimit, Errors: l.ErrorLimit, Inconclusive: l.InconclusiveLimit}
}

// identity is the content hash of a check: its kind, what it asks and by which parameters. Two checks never share a
// verdict. A field that is not set is no part of it, so that a release which adds one asks what the one before asked.
func identity(kind, whom string, parameters any) string {
	text, err := yaml.Marshal(parameters)
	if err != nil { // a spec that was read can be written
		text = fmt.Append(nil, parameters)
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%s", kind, whom, text))
	return kind + "-" + hex.EncodeToString(sum[:8])
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
	check := verify.HTTP{Client: a.net.Client(a.host), URL: a.net.URL(a.host, a.side.Fill(c.HTTP.Path)), Status: c.HTTP.Status,
		Samples: max(c.HTTP.Samples, 1), MaxLatency: c.HTTP.MaxLatency.Std(), Latency: percentiles(c.HTTP.Latency)}
	if c.HTTP.Certificate != nil {
		check.Expiries, check.DaysLeft = a.net, c.HTTP.Certificate.DaysLeft
	}
	return check
}

func percentiles(l *spec.Latency) (bounds []verify.Percentile) {
	if l == nil {
		return nil
	}
	for percent, most := range map[int]spec.Duration{50: l.P50, 95: l.P95, 99: l.P99} {
		if most > 0 {
			bounds = append(bounds, verify.Percentile{Percent: percent, Most: most.Std()})
		}
	}
	slices.SortFunc(bounds, func(a, b verify.Percentile) int { return a.Percent - b.Percent })
	return bounds
}

func prometheusCheck(c spec.Check, a asked) verify.Check {
	client, address := a.prometheus(c, a.side)
	check := verify.Prometheus{Client: client, URL: address, Query: a.side.Fill(c.Prometheus.Query), Min: c.Prometheus.Min, Max: c.Prometheus.Max}
	if compare := c.Prometheus.Compare; compare != nil {
		client, address = a.prometheus(c, a.other)
		check.Other = &verify.Comparison{Color: a.other.Color, Client: client, URL: address, Query: a.other.Fill(c.Prometheus.Query)}
		if compare.Ratio != nil {
			check.Other.Ratio = compare.Ratio.Max
		}
		if compare.Difference != nil {
			check.Other.Difference = compare.Difference.Max
		}
	}
	return check
}

// prometheus is the server that is asked of a color, and how it is reached.
func (a asked) prometheus(c spec.Check, of spec.Side) (client *http.Client, address string) {
	return a.client(of.Fill(c.Prometheus.URL))
}

// client reaches an address that the spec names.
func (a asked) client(address string) (*http.Client, string) {
	named := ""
	if u, err := url.Parse(address); err == nil {
		named = u.Hostname()
	}
	return a.net.Client(named), address
}

func commandCheck(c spec.Check, a asked) verify.Check {
	args := make([]string, len(c.Command.Run))
	for i, argument := range c.Command.Run {
		args[i] = a.side.Fill(argument)
	}
	return verify.Command{Args: args, Pass: c.Command.Env, Env: []string{"DROVER_COLOR=" + a.color, "DROVER_HOST=" + a.host, "DROVER_CLUSTER=" + a.cluster}}
}

// named gives a check a short name that is the same in every process.
type named struct {
	verify.Check
	name string
}

func (n named) Name() string { return n.name }
