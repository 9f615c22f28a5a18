package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"drover/generator"
	"drover/generator/spec"
	"drover/orchestrator/cluster"
	"drover/orchestrator/color"
	"drover/orchestrator/kubernetes"
	"drover/orchestrator/platform"
	"drover/orchestrator/platform/aws"
	"drover/orchestrator/redact"
	"drover/orchestrator/rotation"
	"drover/orchestrator/store"
	"drover/orchestrator/store/blob/azure"
	"drover/orchestrator/store/blob/google"
	"drover/orchestrator/store/blob/s3"
	"drover/orchestrator/store/file"
	"drover/orchestrator/store/location"
	"drover/orchestrator/store/process"
	"drover/orchestrator/terraform"
	"drover/orchestrator/traffic"
)

// platforms are the clouds that drover can ask.
var platforms = map[spec.Platform]func(ctx context.Context, region string, secret func(values ...string)) (platform.Platform, error){
	spec.AWS: func(ctx context.Context, region string, secret func(values ...string)) (platform.Platform, error) {
		return aws.New(ctx, region, secret)
	},
}

// stores are the places where a cluster's store can be.
var stores = location.Registry{
	"file":   func(_ context.Context, at location.Location) (store.Objects, error) { return file.Open(at.Prefix), nil },
	"s3":     s3.Open,
	"azblob": azure.Open,
	"gs":     google.Open,
}

// openStore opens a cluster's store, which is beside its Terraform state, and says where that is. It makes no request.
func openStore(ctx context.Context, c spec.Cluster, out string) (opened *store.Store, where string, err error) {
	at, err := location.Of(c, out, os.Getenv("DROVER_BACKEND_CONFIG"))
	if err != nil {
		return nil, "", fmt.Errorf("finding the store of %s: %w", c.Metadata.Name, err)
	}
	objects, err := stores.Open(ctx, at)
	if err != nil {
		return nil, "", err
	}
	where = at.String()
	if at.Kind == "file" {
		where = at.Prefix
	}
	return store.Open(objects, c.Metadata.Name, store.Options{Ended: process.Ended}), where, nil
}

// connectPlatform opens the platform's API alone, which needs no Terraform.
func connectPlatform(ctx context.Context, o cluster.Options) (platform.Platform, error) {
	dial, ok := platforms[o.Spec.Spec.Platform]
	if !ok {
		return nil, &rotation.Refused{What: fmt.Sprintf("drover cannot drive clusters on %s yet", o.Spec.Spec.Platform), Next: "use platform aws"}
	}
	learn(o.Secrets, o.Spec.Spec)
	cloud, err := dial(ctx, o.Spec.Spec.Region, o.Secrets.Learn)
	if err != nil {
		return nil, fmt.Errorf("connecting to %s: %w", o.Spec.Spec.Platform, err)
	}
	return cloud, nil
}

// connectChecks gives the checks of a color, and opens nothing that could change anything.
func connectChecks(ctx context.Context, o cluster.Options) (func(spec.Cluster, color.Color) []cluster.Check, error) {
	cloud, err := connectPlatform(ctx, o)
	if err != nil {
		return nil, err
	}
	net, err := traffic.FromEnv()
	if err != nil {
		return nil, fmt.Errorf("reading the DNS settings from the environment: %w", err)
	}
	return cluster.SpecChecks(net, cloud, apiServers(cloud, o.Secrets), os.Getenv), nil
}

// connectIn opens the ports to the real world: Terraform in a directory, the platform's API and DNS, as the environment
// has them.
func connectIn(dir string) func(context.Context, cluster.Options) (cluster.Ports, error) {
	return func(ctx context.Context, o cluster.Options) (cluster.Ports, error) {
		cloud, err := connectPlatform(ctx, o)
		if err != nil {
			return cluster.Ports{}, err
		}
		net, err := traffic.FromEnv()
		if err != nil {
			return cluster.Ports{}, fmt.Errorf("reading the DNS settings from the environment: %w", err)
		}
		files, err := openWorkspace(dir, o.Spec.Metadata.Name)
		if err != nil {
			return cluster.Ports{}, err
		}
		connect, find := apiServers(cloud, o.Secrets), finder(ctx, o)
		if o.BuildsFirst { // it is of no use without
			if _, err := find(); err != nil {
				return cluster.Ports{}, fmt.Errorf("finding Terraform: %w", err)
			}
		}
		return cluster.Ports{
			Workspace: files, Stack: stacks(find, files, o), Cloud: cloud, Kubernetes: connect, Elevate: elevation(cloud), Secret: os.Getenv, Vault: vault(cloud),
			DNS: authority{net: net, spec: o.Spec}, Machine: net, Checks: cluster.SpecChecks(net, cloud, connect, os.Getenv),
		}, nil
	}
}

// elevation is how a platform gives rights in a cluster for a time; nil where it has no such thing.
func elevation(cloud platform.Platform) func(context.Context, string) (func(context.Context) error, error) {
	elevates, ok := cloud.(interface {
		Elevate(ctx context.Context, cluster string) (lower func(context.Context) error, err error)
	})
	if !ok {
		return nil
	}
	return elevates.Elevate
}

// vault is how a platform's vault is read; nil where it has none that drover knows.
func vault(cloud platform.Platform) func(context.Context, string) (string, error) {
	holds, ok := cloud.(interface {
		SecretValue(ctx context.Context, name string) (string, error)
	})
	if !ok {
		return nil
	}
	return holds.SecretValue
}

// finder finds Terraform, or fetches it, once.
func finder(ctx context.Context, o cluster.Options) func() (*terraform.Binary, error) {
	return sync.OnceValues(func() (*terraform.Binary, error) {
		return terraform.Find(ctx, terraform.Options{Flavor: o.Spec.Spec.Terraform.Flavor, Version: o.Spec.Spec.Terraform.Version})
	})
}

// stacks opens roots. Terraform is found with the first one: a way back needs none.
func stacks(find func() (*terraform.Binary, error), files *workspace, o cluster.Options) func(generator.Root) (cluster.Stack, error) {
	return func(root generator.Root) (cluster.Stack, error) {
		binary, err := find()
		if err != nil {
			return nil, fmt.Errorf("finding Terraform: %w", err)
		}
		opened, err := binary.Open(files.root(root), terraform.RootOptions{LockTimeout: lockTime, Secret: o.Secrets.Learn, Progress: func(e terraform.Event) {
			o.Observer.Detail(fmt.Sprintf("%s: %s", root, e.Message))
		}})
		return relocking{opened, leftLock(o, root)}, err
	}
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
	for _, name := range s.Secrets() {
		secrets.Learn(os.Getenv(name))
	}
	for _, c := range s.Rotation.Verify {
		if c.HTTP != nil {
			secrets.LearnAddress(c.HTTP.Path)
		}
		if c.Prometheus != nil {
			secrets.LearnAddress(c.Prometheus.URL)
		}
		if c.Webhook != nil {
			secrets.LearnAddress(c.Webhook.URL)
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
type relocking struct {
	*terraform.Root
	left func(context.Context, *terraform.LockError) bool // proves that a lock was left behind, though its directory is lost
}

var _ cluster.Stack = relocking{}

func (r relocking) Plan(ctx context.Context, o terraform.PlanOptions) (plan *terraform.Plan, err error) {
	err = unlocked(ctx, r.unlock, func() error {
		plan, err = r.Root.Plan(ctx, o)
		return err
	})
	return plan, err
}

func (r relocking) Apply(ctx context.Context, p *terraform.Plan) error {
	return unlocked(ctx, r.unlock, func() error { return r.Root.Apply(ctx, p) })
}

func (r relocking) Import(ctx context.Context, address, id string) error {
	return unlocked(ctx, r.unlock, func() error { return r.Root.Import(ctx, address, id) })
}

func (r relocking) unlock(ctx context.Context, lock *terraform.LockError) error {
	err := r.Unlock(ctx, lock)
	if err != nil && r.left(ctx, lock) {
		return r.BreakLock(ctx, lock)
	}
	return err
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
	net  *traffic.Net
	spec spec.Cluster
}

var _ cluster.DNS = authority{}

// confirmTime is how long a change may take to be served everywhere; Route 53
// says 60 s is usual.
const confirmTime = 5 * time.Minute

// Confirm implements cluster.DNS.
func (a authority) Confirm(ctx context.Context, weights color.Weights) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, confirmTime)
	defer cancel()
	hosts, expected := map[string]string{}, map[string]int{}
	for c, weight := range weights {
		hosts[string(c)], expected[string(c)] = cluster.Host(a.spec, c), weight
	}
	observations, err := a.net.Confirm(ctx, a.spec.Spec.Ingress.Domain, hosts, expected)
	if err != nil {
		return 0, err
	}
	var ttl time.Duration
	for _, o := range observations {
		ttl = max(ttl, o.TTL)
	}
	return ttl, nil
}

// Delegation implements cluster.DNS.
func (a authority) Delegation(ctx context.Context, domain string) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, confirmTime)
	defer cancel()
	return a.net.Delegation(ctx, domain)
}

// clock is the clock of this machine.
type clock struct{}

var _ rotation.Clock = clock{}

func (clock) Now() time.Time { return time.Now() }

func (clock) Sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
