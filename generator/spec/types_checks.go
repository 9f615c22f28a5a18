package spec

// Check is one thing to verify: exactly one kind of check, and when it runs. Fields that were added later are left out of
// JSON where they are not set: a rotation under way keeps its spec in that form, and compares it.
type Check struct {
	// Checks nodes and workloads through the Kubernetes API.
	Kubernetes *KubernetesCheck `yaml:"kubernetes,omitempty"`
	// Requests a path on the color's own host name.
	HTTP *HTTPCheck `yaml:"http,omitempty"`
	// Looks a name up in DNS.
	DNS *DNSCheck `yaml:"dns,omitempty" json:",omitzero"`
	// Compares the value of a query with bounds.
	Prometheus *PrometheusCheck `yaml:"prometheus,omitempty"`
	// Compares the value of a metric of CloudWatch, or of several by metric math, with bounds. On AWS.
	CloudWatch *CloudWatchCheck `yaml:"cloudwatch,omitempty" json:",omitzero"`
	// Asks a server of yours for the verdict.
	Webhook *WebhookCheck `yaml:"webhook,omitempty" json:",omitzero"`
	// Compares the workloads of the new color with those of the old one, before any traffic. Default: on with gitops or bootstrap, off otherwise.
	Parity *ParityCheck `yaml:"parity,omitempty" json:",omitzero"`
	// Passes when a program exits 0.
	Command *CommandCheck `yaml:"command,omitempty"`
	// When the check runs: before any traffic, and again right before it first moves (verify); while the new color has a part of the traffic (shift); from all of it until the old color is deleted (soak). Default: always.
	When []string `yaml:"when,omitempty" json:",omitzero"`
	// How the check is repeated, and how many of its measurements may not pass. Default: its newest measurement alone decides, in every round of checks.
	Limits *CheckLimits `yaml:"limits,omitempty" json:",omitzero"`
}

// CheckLimits say how a check is measured again and again, and how much of that may not pass.
type CheckLimits struct {
	// The minimum time between two measurements, at most 1m with several samples. The verdict stands in between, unless a limit is exceeded. Default: every round of checks measures.
	Interval Duration `yaml:"interval,omitempty"`
	// How many of the newest measurements decide. At least one of them must pass; before any traffic, all of them must exist.
	Samples int `yaml:"samples,omitempty"`
	// How many of these measurements may fail.
	FailureLimit int `yaml:"failureLimit,omitempty"`
	// How many consecutive measurements may be errors, without an answer.
	ErrorLimit int `yaml:"errorLimit,omitempty"`
	// How many of these measurements may be inconclusive, without data.
	InconclusiveLimit int `yaml:"inconclusiveLimit,omitempty"`
}

// KubernetesCheck asks the Kubernetes API for nodes and workloads.
type KubernetesCheck struct {
	// Which nodes must be ready: all of them, or only the min of each pool. In both cases each pool must have its min, and at least one node must be ready.
	NodesReady string `yaml:"nodesReady,omitempty"`
	// The minimum number of ready nodes in the whole cluster.
	MinNodes int `yaml:"minNodes,omitempty"`
	// The Deployments, StatefulSets and DaemonSets that must be available, as namespace/name.
	Workloads []string `yaml:"workloads,omitempty"`
	// The namespaces in which every workload must be available, and no pod may be pending or crashing; [all] for all namespaces.
	Namespaces []string `yaml:"namespaces,omitempty"`
	// How long nodes and workloads of a new cluster may take to become ready.
	Timeout Duration `yaml:"timeout,omitempty"`
}

// ParityCheck requires the new color to have each Deployment, StatefulSet, DaemonSet and CronJob of the old one, by namespace and name.
type ParityCheck struct {
	// Workloads that the new color may lack, as namespace/name. namespace/* is every workload in the namespace.
	Ignore []string `yaml:"ignore,omitempty"`
	// What to do about a missing workload: fail the check, or only report it.
	Missing string `yaml:"missing,omitempty"`
}

// HTTPCheck requests a path on the color's own host name.
type HTTPCheck struct {
	// The path to request. {{color}}, {{other}}, {{cluster}} and {{host}} are replaced with the color under test, the other color, and the name of the cluster and the host of the color under test.
	Path string `yaml:"path"`
	// The status code that every response must have.
	Status int `yaml:"status,omitempty"`
	// How many requests to send.
	Samples int `yaml:"samples,omitempty"`
	// The maximum time that any response may take. Default: no limit.
	MaxLatency Duration `yaml:"maxLatency,omitempty"`
	// The maximum latency by percentile of the responses. Default: no limit.
	Latency *Latency `yaml:"latency,omitempty" json:",omitzero"`
	// The TLS certificate that every address of the host must have. Its chain and name are always verified.
	Certificate *CertificateCheck `yaml:"certificate,omitempty" json:",omitzero"`
	// How long the check may take.
	Timeout Duration `yaml:"timeout,omitempty"`
}

// Latency bounds how long responses take, by percentile (nearest rank).
type Latency struct {
	// The maximum for half of the responses.
	P50 Duration `yaml:"p50,omitempty"`
	// The maximum for 95 % of the responses.
	P95 Duration `yaml:"p95,omitempty"`
	// The maximum for 99 % of the responses.
	P99 Duration `yaml:"p99,omitempty"`
}

// CertificateCheck bounds how long a certificate is still valid.
type CertificateCheck struct {
	// For how many more days the certificate, and what it is signed with, must be valid.
	DaysLeft int `yaml:"daysLeft"`
}

// DNSCheck looks a name up.
type DNSCheck struct {
	// The name to look up. {{color}}, {{other}}, {{cluster}} and {{host}} are replaced as in a path.
	Name string `yaml:"name"`
	// The addresses that the name may have. Default: any address passes.
	Addresses []string `yaml:"addresses,omitempty"`
	// Whom to ask: each server that is authoritative for the name, all of which must have an address, or the resolver of the machine that runs drover.
	From string `yaml:"from,omitempty"`
	// How long the check may take.
	Timeout Duration `yaml:"timeout,omitempty"`
}

// CloudWatchCheck compares the newest value of a metric with bounds.
type CloudWatchCheck struct {
	// The metrics to read, in the region of the cluster.
	Metrics []CloudWatchMetric `yaml:"metrics"`
	// The metric math that makes one value of the metrics, by their names, such as errors / requests. Default: the value of the only metric.
	Expression string `yaml:"expression,omitempty"`
	// The time that each value covers, in whole minutes. The newest value that CloudWatch has counts, of the last ten minutes.
	Period Duration `yaml:"period,omitempty"`
	// The minimum value that passes.
	Min *float64 `yaml:"min,omitempty"`
	// The maximum value that passes.
	Max *float64 `yaml:"max,omitempty"`
	// How long the check may take.
	Timeout Duration `yaml:"timeout,omitempty"`
}

// CloudWatchMetric is one metric.
type CloudWatchMetric struct {
	// The name by which an expression uses the metric. Required with an expression.
	Name string `yaml:"name,omitempty"`
	// The namespace, such as AWS/NetworkELB.
	Namespace string `yaml:"namespace"`
	// The name of the metric in CloudWatch.
	Metric string `yaml:"metric"`
	// The dimensions of the metric. {{color}}, {{other}}, {{cluster}} and {{host}} are replaced as in a path, and {{loadBalancer}} and {{targetGroup}} with those of the color under test, as CloudWatch names them. Of several target groups, it is the one of port 443.
	Dimensions map[string]string `yaml:"dimensions,omitempty"`
	// The statistic, such as Sum, Average, Maximum or p95.
	Stat string `yaml:"stat,omitempty"`
}

// WebhookCheck asks a server for the verdict.
type WebhookCheck struct {
	// The https:// address that drover posts to; http:// is allowed for a server on the same machine. {{color}}, {{other}}, {{cluster}} and {{host}} are replaced as in a path.
	URL string `yaml:"url"`
	// A reference to the secret to send with each request.
	Key EnvRef `yaml:"key,omitempty"`
	// The header that carries the key. The key is its whole value.
	Header string `yaml:"header,omitempty"`
	// How long the check may take.
	Timeout Duration `yaml:"timeout,omitempty"`
}

// EnvRef names where a secret is that drover itself sends; a spec never holds one.
type EnvRef struct {
	// The environment variable with the secret, on the machine that runs drover.
	Env string `yaml:"env"`
}

// Comparison bounds a value by that of the other color; exactly one of its fields is set.
type Comparison struct {
	// The value of the color under test, divided by that of the other color. If both are 0, the ratio is 1.
	Ratio *ComparisonBound `yaml:"ratio,omitempty"`
	// The value of the color under test, minus that of the other color.
	Difference *ComparisonBound `yaml:"difference,omitempty"`
}

// ComparisonBound is how much more than the other color a color may have.
type ComparisonBound struct {
	// The maximum that passes.
	Max *float64 `yaml:"max,omitempty"`
}

// PrometheusCheck compares the value of a query with bounds.
type PrometheusCheck struct {
	// The address of the Prometheus server. {{color}}, {{other}}, {{cluster}} and {{host}} are replaced as in a path, so that drover asks the server of the color under test: https://prometheus.{{color}}.ops.example.com.
	URL string `yaml:"url"`
	// The query. It must return a scalar or a vector, whose values must all be within the bounds. {{color}}, {{other}}, {{cluster}} and {{host}} are replaced as in a path.
	Query string `yaml:"query"`
	// The minimum value that passes.
	Min *float64 `yaml:"min,omitempty"`
	// The maximum value that passes.
	Max *float64 `yaml:"max,omitempty"`
	// Compares the value with that of the other color at the same instant. Requires when: [shift], while both colors have traffic.
	Compare *Comparison `yaml:"compare,omitempty" json:",omitzero"`
	// How long the check may take.
	Timeout Duration `yaml:"timeout,omitempty"`
}

// CommandCheck passes when a program exits 0.
type CommandCheck struct {
	// The program and its arguments, in which {{color}}, {{other}}, {{cluster}} and {{host}} are replaced as in a path. drover runs it without a shell. A rehearsal skips the check unless you pass --allow-commands.
	Run []string `yaml:"run"`
	// The names of environment variables that drover passes on to the program, in addition to PATH, HOME, TMPDIR, LANG, LC_…, DROVER_COLOR, DROVER_HOST and DROVER_CLUSTER. It gets no others.
	Env []string `yaml:"env,omitempty"`
	// How long the check may take.
	Timeout Duration `yaml:"timeout,omitempty"`
}
