package spec

// Check is one thing to verify: exactly one kind of check, and when it is asked. Fields that were added later are left
// out of JSON where they are not set: a rotation under way keeps its spec in that form, and compares it.
type Check struct {
	// Asks the Kubernetes API for nodes and workloads.
	Kubernetes *KubernetesCheck `yaml:"kubernetes,omitempty"`
	// Requests a path on the color's own host name.
	HTTP *HTTPCheck `yaml:"http,omitempty"`
	// Compares the value of a query with bounds.
	Prometheus *PrometheusCheck `yaml:"prometheus,omitempty"`
	// Passes when a program exits 0.
	Command *CommandCheck `yaml:"command,omitempty"`
	// When the check is asked: verify is before any traffic, and again right before it first moves; shift is while the new color has a part of the traffic; soak is from all of it until the old color is deleted. Left out: always.
	When []string `yaml:"when,omitempty" json:",omitzero"`
	// How the check is repeated, and what may go wrong meanwhile. Left out: its newest answer is its verdict, in each round of checks.
	Limits *CheckLimits `yaml:"limits,omitempty" json:",omitzero"`
}

// CheckLimits say how a check is measured again and again, and how much of that may not pass. Its verdict is that of the newest samples together, and at least one of them has to pass.
type CheckLimits struct {
	// The least time between two measurements, at most 1m if there are several samples; between them the verdict stands, as long as no limit is passed. Left out: every round of checks measures.
	Interval Duration `yaml:"interval,omitempty"`
	// How many of the newest measurements make the verdict. Before any traffic, all of them have to be there.
	Samples int `yaml:"samples,omitempty"`
	// How many of them may fail.
	FailureLimit int `yaml:"failureLimit,omitempty"`
	// How many of them, one after the other, may be errors: no answer came.
	ErrorLimit int `yaml:"errorLimit,omitempty"`
	// How many of them may be inconclusive: there was no data.
	InconclusiveLimit int `yaml:"inconclusiveLimit,omitempty"`
}

// KubernetesCheck asks the Kubernetes API for nodes and workloads.
type KubernetesCheck struct {
	// Which nodes have to be ready: all of them, or only what each pool has as its min. Either way each pool has its min, and one node at least is ready.
	NodesReady string `yaml:"nodesReady,omitempty"`
	// The least number of ready nodes in the whole cluster.
	MinNodes int `yaml:"minNodes,omitempty"`
	// The Deployments, StatefulSets and DaemonSets that have to be available, as namespace/name.
	Workloads []string `yaml:"workloads,omitempty"`
	// The namespaces in which every workload has to be available, and no pod pending or crashing; [all] for all of them.
	Namespaces []string `yaml:"namespaces,omitempty"`
	// How long nodes and workloads of a new cluster may take to become ready.
	Timeout Duration `yaml:"timeout,omitempty"`
}

// HTTPCheck requests a path on the color's own host name.
type HTTPCheck struct {
	// The path that is requested. {{color}}, {{other}}, {{cluster}} and {{host}} in it stand for the color that is judged, the other one, the judged color's cluster and its host name.
	Path string `yaml:"path"`
	// The status that every answer has to have.
	Status int `yaml:"status,omitempty"`
	// How many requests are made.
	Samples int `yaml:"samples,omitempty"`
	// The longest that any answer may take. Left out: any time.
	MaxLatency Duration `yaml:"maxLatency,omitempty"`
	// How long the check may take.
	Timeout Duration `yaml:"timeout,omitempty"`
}

// PrometheusCheck compares the value of a query with bounds.
type PrometheusCheck struct {
	// The address of the Prometheus server. {{color}}, {{other}}, {{cluster}} and {{host}} stand for what they do in a path, so that each color's own server is asked: https://prometheus.{{color}}.ops.example.com.
	URL string `yaml:"url"`
	// The query; it gives a scalar or a vector, of which every value has to be within the bounds. {{color}}, {{other}}, {{cluster}} and {{host}} stand for what they do in a path.
	Query string `yaml:"query"`
	// The least value that passes.
	Min *float64 `yaml:"min,omitempty"`
	// The greatest value that passes.
	Max *float64 `yaml:"max,omitempty"`
	// How long the check may take.
	Timeout Duration `yaml:"timeout,omitempty"`
}

// CommandCheck passes when a program exits 0.
type CommandCheck struct {
	// The program and its arguments, in which {{color}}, {{other}}, {{cluster}} and {{host}} stand for what they do in a path. No shell is involved. A rehearsal leaves the check out, unless it is run with --allow-commands.
	Run []string `yaml:"run"`
	// The variables of drover's own environment that the program gets, by name. Beside them it gets PATH, HOME, TMPDIR, LANG, LC_… and DROVER_COLOR, DROVER_HOST and DROVER_CLUSTER; nothing else.
	Env []string `yaml:"env,omitempty"`
	// How long the check may take.
	Timeout Duration `yaml:"timeout,omitempty"`
}
