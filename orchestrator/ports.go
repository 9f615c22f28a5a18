package orchestrator

import (
	"context"
	"encoding/json"
	"time"

	"drover/generator"
	"drover/orchestrator/journal"
	"drover/orchestrator/kubernetes"
	"drover/orchestrator/platform"
	"drover/orchestrator/terraform"
	"drover/orchestrator/verify"
)

// Observer is told what happens. Event comes after the event is durable;
// Progress and Detail, which is every resource that Terraform touches, are for
// the eye and are kept nowhere.
type Observer interface {
	Event(journal.Event)
	Progress(message string)
	Detail(message string)
}

// Stack is one Terraform root.
type Stack interface {
	Init(ctx context.Context) error
	Plan(ctx context.Context, o terraform.PlanOptions) (*terraform.Plan, error)
	Apply(ctx context.Context, p *terraform.Plan) error
	Outputs(ctx context.Context) (map[string]json.RawMessage, error)
	StateEmpty(ctx context.Context) (bool, error)
	// State reads the state in brief, whether the root is initialized or not.
	State(ctx context.Context) (terraform.State, error)
	Protected(ctx context.Context) (addresses []string, err error)
	RecoverState(ctx context.Context) (pushed bool, err error)
}

// DNS asks the servers that are authoritative for the domain.
type DNS interface {
	// Confirm waits until every server answers by the weights, and gives the
	// time to live that the answers carry.
	Confirm(ctx context.Context, weights map[string]int) (ttl time.Duration, err error)
}

// Ports is everything outside that a rotation touches.
type Ports struct {
	Stack  func(root generator.Root) (Stack, error)
	Cloud  platform.Platform
	DNS    DNS
	Checks func(color, cluster string) []verify.Check // the spec's checks, on that color's own host name
	// Kubernetes opens a client of a cluster's API server, which it does not ask yet; the caller closes it.
	Kubernetes func(ctx context.Context, cluster string) (*kubernetes.Client, error)
}
