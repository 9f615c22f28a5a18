package orchestrator

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"drover/generator"
	"drover/generator/spec"
	"drover/orchestrator/kubernetes"
	"drover/orchestrator/platform"
	"drover/orchestrator/platform/aws"
	"drover/orchestrator/redact"
	"drover/orchestrator/terraform"
	"drover/orchestrator/traffic"
	"drover/orchestrator/verify"
)

// platforms are the clouds that drover can ask.
var platforms = map[spec.Platform]func(ctx context.Context, region string, secret func(values ...string)) (platform.Platform, error){
	spec.AWS: func(ctx context.Context, region string, secret func(values ...string)) (platform.Platform, error) {
		return aws.New(ctx, region, secret)
	},
}

// Connect gives the ports to the real world: Terraform, the platform's API and
// DNS, as the environment has them.
func Connect(ctx context.Context, o Options) (Ports, error) {
	platform, err := ConnectPlatform(ctx, o)
	if err != nil {
		return Ports{}, err
	}
	net, err := traffic.FromEnv()
	if err != nil {
		return Ports{}, fmt.Errorf("reading the DNS settings from the environment: %w", err)
	}
	binary, err := terraform.Find(ctx, terraform.Options{Flavor: o.Spec.Spec.Terraform.Flavor, Version: o.Spec.Spec.Terraform.Version})
	if err != nil {
		return Ports{}, fmt.Errorf("finding Terraform: %w", err)
	}
	connect := apiServers(platform, o.Secrets)
	var memories sync.Map // of the checks, by color and check
	return Ports{
		Cloud: platform, Kubernetes: connect,
		DNS: authority{net: net, options: o},
		Stack: func(root generator.Root) (Stack, error) {
			opened, err := binary.Open(o.dir(root), terraform.RootOptions{LockTimeout: lockTime, Secret: o.Secrets.Learn, Progress: func(e terraform.Event) {
				o.Observer.Detail(fmt.Sprintf("%s: %s", root, e.Message))
			}})
			return relocking{opened}, err
		},
		Checks: func(color, cluster string) []verify.Check {
			return checksOf(o.Spec.Spec.Rotation, asked{host: o.host(color), cluster: cluster, color: color, net: net, cloud: platform,
				pools: o.Spec.Spec.NodePools, connect: connect, memory: func(check string) *verify.Memory {
					memory, _ := memories.LoadOrStore(color+" "+check, &verify.Memory{})
					return memory.(*verify.Memory)
				}})
		},
	}, nil
}

// ConnectPlatform gives the platform's API alone, which needs no Terraform.
func ConnectPlatform(ctx context.Context, o Options) (platform.Platform, error) {
	dial, ok := platforms[o.Spec.Spec.Platform]
	if !ok {
		return nil, &Refused{fmt.Sprintf("drover cannot drive clusters on %s yet", o.Spec.Spec.Platform), "use platform aws"}
	}
	learn(o.Secrets, o.Spec.Spec)
	connected, err := dial(ctx, o.Spec.Spec.Region, o.Secrets.Learn)
	if err != nil {
		return nil, fmt.Errorf("connecting to %s: %w", o.Spec.Spec.Platform, err)
	}
	return connected, nil
}

// learn takes what a spec leads to: the variables that it says hold secrets, and what its addresses have no business to
// hold.
func learn(secrets *redact.Redactor, s spec.Spec) {
	if a := s.Services.Alerts; a != nil {
		var refs []spec.SecretRef
		if a.Slack != nil {
			refs = append(refs, a.Slack.Webhook)
		}
		if a.PagerDuty != nil {
			refs = append(refs, a.PagerDuty.RoutingKey)
		}
		if a.Webhook != nil {
			refs = append(refs, a.Webhook.Key, a.Webhook.URL)
		}
		for _, ref := range refs {
			secrets.Learn(os.Getenv(ref.Env))
		}
	}
	for _, c := range s.Rotation.Verify {
		if c.HTTP != nil {
			secrets.LearnAddress(c.HTTP.Path)
		}
		if c.Prometheus != nil {
			secrets.LearnAddress(c.Prometheus.URL)
		}
	}
}

// apiServers opens clients by what the platform says of a cluster. Each is asked for anew, as a color that is built
// again has the same name, and another server.
func apiServers(platform platform.Platform, secrets *redact.Redactor) func(context.Context, string) (*kubernetes.Client, error) {
	return func(ctx context.Context, cluster string) (*kubernetes.Client, error) {
		access, err := platform.Kubernetes(ctx, cluster)
		if err != nil {
			return nil, err
		}
		if token := access.Token; token != nil {
			access.Token = func(ctx context.Context) (string, error) {
				made, err := token(ctx)
				secrets.Learn(made)
				return made, err
			}
		}
		client, err := kubernetes.New(access)
		if err != nil {
			return nil, fmt.Errorf("connecting to the API server of %s: %w", cluster, err)
		}
		return client, nil
	}
}

// lockTime is how long a state's lock of somebody else is waited for.
const lockTime = time.Minute

// relocking is a root that frees its state from the lock of its own dead
// process, and of no other, and tries once more.
type relocking struct{ *terraform.Root }

var _ Stack = relocking{}

func (r relocking) Plan(ctx context.Context, o terraform.PlanOptions) (plan *terraform.Plan, err error) {
	err = unlocked(ctx, r.Unlock, func() error {
		plan, err = r.Root.Plan(ctx, o)
		return err
	})
	return plan, err
}

func (r relocking) Apply(ctx context.Context, p *terraform.Plan) error {
	return unlocked(ctx, r.Unlock, func() error { return r.Root.Apply(ctx, p) })
}

// unlocked tries, and once more where the lock in the way could be broken.
func unlocked(ctx context.Context, unlock func(context.Context, *terraform.LockError) error, try func() error) error {
	err := try()
	var locked *terraform.LockError
	if !errors.As(err, &locked) {
		return err
	}
	if err := unlock(ctx, locked); err != nil {
		return err
	}
	return try()
}

// authority is DNS by the servers that the zone names.
type authority struct {
	net     *traffic.Net
	options Options
}

var _ DNS = authority{}

// confirmTime is how long a change may take to be served everywhere; Route 53
// says 60 s is usual.
const confirmTime = 5 * time.Minute

func (a authority) Confirm(ctx context.Context, weights map[string]int) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, confirmTime)
	defer cancel()
	hosts := map[string]string{}
	for color := range weights {
		hosts[color] = a.options.host(color)
	}
	observations, err := a.net.Confirm(ctx, a.options.Spec.Spec.Ingress.Domain, hosts, weights)
	if err != nil {
		return 0, err
	}
	var ttl time.Duration
	for _, o := range observations {
		ttl = max(ttl, o.TTL)
	}
	return ttl, nil
}
