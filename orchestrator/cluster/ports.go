package cluster

import (
	"context"
	"encoding/json"
	"net/http"
	"net/netip"
	"time"

	"drover/generator"
	"drover/generator/spec"
	"drover/orchestrator/color"
	"drover/orchestrator/kubernetes"
	"drover/orchestrator/platform"
	"drover/orchestrator/rotation"
	"drover/orchestrator/terraform"
	"drover/orchestrator/verify"
)

// Observer is told what happens. Detail is every resource that Terraform touches; like Progress it is kept nowhere.
type Observer interface {
	rotation.Observer
	Detail(message string)
}

// Stack is one Terraform root, whose files are there.
type Stack interface {
	Init(ctx context.Context) error
	Plan(ctx context.Context, o terraform.PlanOptions) (*terraform.Plan, error)
	Apply(ctx context.Context, p *terraform.Plan) error
	// Import takes a resource that exists into the state.
	Import(ctx context.Context, address, id string) error
	Outputs(ctx context.Context) (map[string]json.RawMessage, error)
	StateEmpty(ctx context.Context) (bool, error)
	// State reads the state in brief, whether the root is initialized or not.
	State(ctx context.Context) (terraform.State, error)
	Protected(ctx context.Context) (addresses []string, err error)
	RecoverState(ctx context.Context) (pushed bool, err error)
	// BreakLock breaks a lock that is proven to be that of a Terraform which is dead.
	BreakLock(ctx context.Context, lock *terraform.LockError) error
}

// DNS asks the servers that are authoritative for the domain.
type DNS interface {
	// Confirm waits until every server answers by the weights, and returns the time to live that the answers carry.
	Confirm(ctx context.Context, weights color.Weights) (ttl time.Duration, err error)
	// Delegation returns the name servers that the domain's parent zone leads to; none where it has no such record.
	Delegation(ctx context.Context, domain string) (servers []string, err error)
}

// Machine is the one that this process runs on, as networks see it.
type Machine interface {
	// Source returns the address that packets to another one leave with. It sends nothing.
	Source(ctx context.Context, to netip.Addr) (netip.Addr, error)
	// Proxy returns the proxy that HTTPS requests to a host go through; "" for none.
	Proxy(host string) string
	// Resolves is nil if a DNS resolver answers this machine.
	Resolves(ctx context.Context, resolver netip.Addr) error
}

// Workspace is the Terraform directory. It is a cache: all that it holds of drover's is in the store too, except for
// the states of a local backend.
type Workspace interface {
	// Write brings the roots and modules that files are of to just these files. What drover did not write is kept, and
	// without force what a person edited is an error.
	Write(files generator.Files, force bool) (changed bool, err error)
	// Present reads what is there of the roots and modules that files are of.
	Present(files generator.Files) (generator.Files, error)
	// Put writes one file of a root, or removes it if data is nil.
	Put(root generator.Root, name string, data []byte) (changed bool, err error)
	// Get reads one file of a root; it is nil if there is none.
	Get(root generator.Root, name string) ([]byte, error)
}

// Net is how checks reach a color: by the servers that are authoritative for its host.
type Net interface {
	Client(named string) *http.Client
	URL(host, path string) string
	LookupHost(ctx context.Context, host string) ([]string, error)
	verify.Authority
	verify.Expiries
}

// Check is one check of a color.
type Check struct {
	ID   string   // the content hash of what is asked
	When []string // the occasions on which it is asked, as [spec.Check] names them; nil for all
	verify.Check
	Limits verify.Limits // by which its answers are judged together; zero: each by itself
}

// Ports is everything outside that a cluster is driven through.
type Ports struct {
	Workspace Workspace
	Stack     func(root generator.Root) (Stack, error)
	Cloud     platform.Platform
	DNS       DNS
	Machine   Machine
	Checks    func(c spec.Cluster, of color.Color) []Check
	// Kubernetes opens a client of a cluster's API server, which it does not ask yet; the caller closes it.
	Kubernetes func(ctx context.Context, cluster string) (*kubernetes.Client, error)
	// Secret is what an environment variable holds; empty where it is not set.
	Secret func(name string) string
	// Elevate gives these credentials the right to create objects in a cluster, until lower is called; nil where they
	// have it always. It may be called again after a process that never called lower.
	Elevate func(ctx context.Context, cluster string) (lower func(context.Context) error, err error)
}
