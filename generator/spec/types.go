package spec

// Cluster is one spec file: a production Kubernetes cluster, and how it is rotated.
type Cluster struct {
	APIVersion string   `yaml:"apiVersion"`
	Kind       string   `yaml:"kind"`
	Metadata   Metadata `yaml:"metadata"`
	Spec       Spec     `yaml:"spec"`
}

// Metadata names a cluster; the name is in every root, tag and host name.
type Metadata struct {
	Name   string            `yaml:"name"`
	Labels map[string]string `yaml:"labels,omitempty"`
}

// Spec is what a person asks for. Defaults fill what is left out.
type Spec struct {
	Platform   Platform   `yaml:"platform"`
	Region     string     `yaml:"region"`
	Account    string     `yaml:"account,omitempty"` // AWS account, Azure subscription, Google project
	Kubernetes Kubernetes `yaml:"kubernetes,omitempty"`
	State      State      `yaml:"state,omitempty"`
	Network    Network    `yaml:"network"`
	Access     Access     `yaml:"access,omitempty"`
	Ingress    Ingress    `yaml:"ingress"`
	NodePools  []NodePool `yaml:"nodePools,omitempty"`
	Services   Services   `yaml:"services,omitempty"`
	GitOps     *GitOps    `yaml:"gitops,omitempty"`
	Rotation   Rotation   `yaml:"rotation,omitempty"`
	Terraform  Terraform  `yaml:"terraform,omitempty"`

	// Accept takes responsibility for warnings that are right for this cluster.
	Accept []Acceptance `yaml:"accept,omitempty"`
}

// Acceptance silences one kind of warning, and says why.
type Acceptance struct {
	Warning string `yaml:"warning"` // the name in brackets behind the warning, such as single-nat
	Reason  string `yaml:"reason"`
}

// Platform is the cloud that a cluster runs on.
type Platform string

// The platforms.
const (
	AWS    Platform = "aws"
	Azure  Platform = "azure"
	Google Platform = "google"
)

// Kubernetes is the control plane.
type Kubernetes struct {
	Version      string   `yaml:"version,omitempty"` // minor version, "1.33"
	Logs         []string `yaml:"logs,omitempty"`    // api, audit, authenticator, controllerManager, scheduler
	LogRetention Duration `yaml:"logRetention,omitempty"`
}

// State is where Terraform keeps its state, and drover its store beside it.
type State struct {
	Backend       string `yaml:"backend,omitempty"` // local, s3, azurerm, gcs
	Bucket        string `yaml:"bucket,omitempty"`
	Region        string `yaml:"region,omitempty"`
	Account       string `yaml:"account,omitempty"`
	Container     string `yaml:"container,omitempty"`
	ResourceGroup string `yaml:"resourceGroup,omitempty"`
}

// Network is the address space; both colors are carved out of CIDR.
type Network struct {
	CIDR      string     `yaml:"cidr"`
	Zones     int        `yaml:"zones,omitempty"`
	Services  string     `yaml:"services,omitempty"` // the cluster's service range
	Reserved  []Reserved `yaml:"reserved,omitempty"` // never overlapped, peered or not
	NAT       string     `yaml:"nat,omitempty"`      // per-zone, single, none
	Egress    Egress     `yaml:"egress,omitempty"`
	Endpoints []string   `yaml:"endpoints,omitempty"` // interface and gateway endpoints, by service
	FlowLogs  FlowLogs   `yaml:"flowLogs,omitempty"`
}

// Reserved is a range that is in use elsewhere.
type Reserved struct {
	Name string `yaml:"name"`
	CIDR string `yaml:"cidr"`
}

// Egress limits what the cluster can reach outside.
type Egress struct {
	Mode  string   `yaml:"mode,omitempty"` // open, restricted
	Allow []string `yaml:"allow,omitempty"`
}

// FlowLogs records the network's flows.
type FlowLogs struct {
	Retention Duration `yaml:"retention,omitempty"`
}

// Access says who reaches the Kubernetes API, and from where.
type Access struct {
	API     string   `yaml:"api,omitempty"` // private, restricted
	Allow   []string `yaml:"allow,omitempty"`
	VPN     *VPN     `yaml:"vpn,omitempty"`
	Admins  []string `yaml:"admins,omitempty"`
	Viewers []string `yaml:"viewers,omitempty"`
}

// VPN is the client VPN into the network.
type VPN struct {
	Clients               string `yaml:"clients"`
	ServerCertificate     string `yaml:"serverCertificate"`
	ClientRootCertificate string `yaml:"clientRootCertificate"`
}

// Ingress is the domain that traffic arrives at, and how.
type Ingress struct {
	Domain     string      `yaml:"domain"`
	Zone       string      `yaml:"zone,omitempty"`       // create, adopt
	Visibility string      `yaml:"visibility,omitempty"` // public, internal
	Allow      []string    `yaml:"allow,omitempty"`
	TLS        TLS         `yaml:"tls,omitempty"`
	Management *Management `yaml:"management,omitempty"`
}

// TLS says who issues certificates.
type TLS struct {
	Issuer string `yaml:"issuer,omitempty"` // letsencrypt, cloud
	Email  string `yaml:"email,omitempty"`
}

// Management is the way in to the management user interfaces.
type Management struct {
	Domain     string   `yaml:"domain"`
	Visibility string   `yaml:"visibility,omitempty"`
	Allow      []string `yaml:"allow,omitempty"`
}

// NodePool is one group of nodes.
type NodePool struct {
	Name     string            `yaml:"name"`
	Machines []string          `yaml:"machines,omitempty"`
	Capacity string            `yaml:"capacity,omitempty"` // on-demand, spot
	Min      int               `yaml:"min"`
	Max      int               `yaml:"max,omitempty"`
	Disk     Size              `yaml:"disk,omitempty"`
	Labels   map[string]string `yaml:"labels,omitempty"`
	Taints   []Taint           `yaml:"taints,omitempty"`
}

// Taint keeps pods away that do not tolerate it.
type Taint struct {
	Key    string `yaml:"key"`
	Value  string `yaml:"value,omitempty"`
	Effect string `yaml:"effect"` // NoSchedule, PreferNoSchedule, NoExecute
}

// Services are the managed services around the cluster; they outlive both colors.
type Services struct {
	Registry   *Registry  `yaml:"registry,omitempty"`
	Secrets    *Secrets   `yaml:"secrets,omitempty"`
	Databases  []Database `yaml:"databases,omitempty"`
	Identities []Identity `yaml:"identities,omitempty"`
	Alerts     *Alerts    `yaml:"alerts,omitempty"`
}

// Registry is the container registry.
type Registry struct {
	Repositories []string `yaml:"repositories,omitempty"`
	PullThrough  []string `yaml:"pullThrough,omitempty"`
}

// Secrets is the part of the secret vault that belongs to the cluster.
type Secrets struct {
	Prefix string `yaml:"prefix"`
}

// Database is a managed database in the shared network.
type Database struct {
	Name      string   `yaml:"name"`
	Engine    string   `yaml:"engine"` // postgres, mysql
	Version   string   `yaml:"version"`
	Class     string   `yaml:"class"`
	Storage   Size     `yaml:"storage"`
	MultiZone bool     `yaml:"multiZone,omitempty"`
	Backups   Duration `yaml:"backups,omitempty"`
}

// Identity gives one workload a cloud identity, the same in both colors.
type Identity struct {
	Name           string   `yaml:"name"`
	Namespace      string   `yaml:"namespace"`
	ServiceAccount string   `yaml:"serviceAccount"`
	Secrets        []string `yaml:"secrets,omitempty"`
	Databases      []string `yaml:"databases,omitempty"`
	Buckets        []string `yaml:"buckets,omitempty"`
}

// Alerts says where alerts go.
type Alerts struct {
	Slack     *Slack     `yaml:"slack,omitempty"`
	PagerDuty *PagerDuty `yaml:"pagerduty,omitempty"`
	Webhook   *Webhook   `yaml:"webhook,omitempty"`
}

// Slack is a Slack channel's incoming webhook.
type Slack struct {
	Webhook SecretRef `yaml:"webhook"`
}

// PagerDuty is a PagerDuty service.
type PagerDuty struct {
	RoutingKey SecretRef `yaml:"routingKey"`
}

// Webhook is any other receiver.
type Webhook struct {
	URL SecretRef `yaml:"url"`
}

// SecretRef names where a secret is; a spec never holds one.
type SecretRef struct {
	Env string `yaml:"env"`
}

// GitOps is the repository that says what runs inside every color.
type GitOps struct {
	Repository string   `yaml:"repository"`
	Revision   string   `yaml:"revision,omitempty"`
	Path       string   `yaml:"path,omitempty"`
	Components []string `yaml:"components,omitempty"`
}

// Rotation is how the active color is replaced.
type Rotation struct {
	MaxAge    Duration `yaml:"maxAge,omitempty"`
	Schedule  string   `yaml:"schedule,omitempty"` // cron expression
	Window    *Window  `yaml:"window,omitempty"`
	Verify    []Check  `yaml:"verify,omitempty"`
	Traffic   Traffic  `yaml:"traffic,omitempty"`
	Soak      Duration `yaml:"soak,omitempty"`
	Quiet     Duration `yaml:"quiet,omitempty"`    // blue must see no new connection for this long before it is destroyed
	KeepBlue  Duration `yaml:"keepBlue,omitempty"` // the rollback window
	Approvals []string `yaml:"approvals,omitempty"`
	OnFailure string   `yaml:"onFailure,omitempty"` // rollback, freeze, ask
}

// Window is when a rotation may change anything.
type Window struct {
	Days     []string `yaml:"days,omitempty"`
	From     string   `yaml:"from"`
	To       string   `yaml:"to"`
	Timezone string   `yaml:"timezone,omitempty"`
}

// Check is one thing to verify; exactly one of its fields is set.
type Check struct {
	Kubernetes *KubernetesCheck `yaml:"kubernetes,omitempty"`
	HTTP       *HTTPCheck       `yaml:"http,omitempty"`
	Prometheus *PrometheusCheck `yaml:"prometheus,omitempty"`
	Command    *CommandCheck    `yaml:"command,omitempty"`
}

// KubernetesCheck asks the Kubernetes API for nodes and workloads.
type KubernetesCheck struct {
	NodesReady string   `yaml:"nodesReady,omitempty"` // all
	Workloads  []string `yaml:"workloads,omitempty"`  // namespace/name
	Timeout    Duration `yaml:"timeout,omitempty"`
}

// HTTPCheck requests a path on the color's own host name.
type HTTPCheck struct {
	Path       string   `yaml:"path"`
	Status     int      `yaml:"status,omitempty"`
	Samples    int      `yaml:"samples,omitempty"`
	MaxLatency Duration `yaml:"maxLatency,omitempty"`
	Timeout    Duration `yaml:"timeout,omitempty"`
}

// PrometheusCheck compares the value of a query with bounds.
type PrometheusCheck struct {
	URL     string   `yaml:"url"`
	Query   string   `yaml:"query"`
	Min     *float64 `yaml:"min,omitempty"`
	Max     *float64 `yaml:"max,omitempty"`
	Timeout Duration `yaml:"timeout,omitempty"`
}

// CommandCheck passes when a program exits 0.
type CommandCheck struct {
	Run     []string `yaml:"run"`
	Timeout Duration `yaml:"timeout,omitempty"`
}

// Traffic is how traffic moves from blue to green.
type Traffic struct {
	Steps    []int    `yaml:"steps,omitempty"` // green's percentage, rising, the last is 100
	Interval Duration `yaml:"interval,omitempty"`
	TTL      Duration `yaml:"ttl,omitempty"`
}

// Terraform chooses the engine that applies the roots.
type Terraform struct {
	Flavor  string `yaml:"flavor,omitempty"`  // terraform, tofu
	Version string `yaml:"version,omitempty"` // a constraint, ">= 1.9"
}
