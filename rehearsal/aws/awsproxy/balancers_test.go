package awsproxy_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eks"
	tfjson "github.com/hashicorp/terraform-json"

	"drover/generator"
	"drover/generator/spec"
	drive "drover/orchestrator/cluster"
	"drover/orchestrator/journal"
	"drover/orchestrator/kubernetes"
	"drover/orchestrator/platform"
	"drover/orchestrator/store"
	"drover/orchestrator/store/file"
	"drover/orchestrator/terraform"
	"drover/rehearsal/aws/servicelb"
	rehearsal "drover/rehearsal/kubernetes"
)

// One cluster for all of it: a control plane costs seconds.
func TestAServiceHasALoadBalancerForAsLongAsItIsThere(t *testing.T) {
	t.Parallel()
	r := startReal(t)
	const name = "balanced-blue"
	client := r.create(t, name, "1.34")
	described, err := client.DescribeCluster(t.Context(), &eks.DescribeClusterInput{Name: aws.String(name)})
	if err != nil {
		t.Fatal(err)
	}
	b := balanced{t, r.proxy.Cluster(region, name), aws.ToString(described.Cluster.ResourcesVpcConfig.VpcId)}
	public := b.publicSubnet()

	b.create("web")
	host := b.host("web")
	if got := b.hosts(); !slices.Equal(got, []string{host}) {
		t.Errorf("the account has the load balancers %v, and the Service says %q", got, host)
	}
	sdk.refused(t, "ec2", "DeleteSubnet", params{"SubnetId": public}, "DependencyViolation", "ELB ")
	b.drained(r)
	if got := b.hosts(); len(got) > 0 {
		t.Errorf("after drover took back what the cluster holds, the account has %v", got)
	}

	b.create("api")
	b.host("api")
	if err := b.cluster.Client().Merge(t.Context(), servicesPath+"/api", map[string]any{"spec": map[string]any{"type": "ClusterIP"}}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "a Service of another type has no load balancer", func(context.Context) bool {
		s := b.service("api")
		return len(b.hosts()) == 0 && len(s.Metadata.Finalizers) == 0 && len(s.Status.LoadBalancer.Ingress) == 0
	})

	b.create("left")
	b.host("left")
	if _, err := client.DeleteCluster(t.Context(), &eks.DeleteClusterInput{Name: aws.String(name)}); err != nil {
		t.Fatal(err)
	}
	sdk.refused(t, "ec2", "DeleteSubnet", params{"SubnetId": public}, "DependencyViolation", "ELB ")
	left := servicelb.Service{Cluster: name, VPC: b.vpc, Namespace: "default", Name: "left"}
	if err := (servicelb.Controller{AWS: api()}).Release(t.Context(), left); err != nil {
		t.Fatal(err)
	}
	sdk.ok(t, "ec2", "DeleteSubnet", params{"SubnetId": public})
}

const servicesPath = "/api/v1/namespaces/default/services"

// balanced is a cluster with load balancers in a VPC.
type balanced struct {
	t       *testing.T
	cluster *rehearsal.Cluster
	vpc     string
}

// publicSubnet makes one where load balancers are to be, which the control plane has nothing in.
func (b balanced) publicSubnet() string {
	b.t.Helper()
	return text(b.t, sdk.ok(b.t, "ec2", "CreateSubnet", params{"VpcId": b.vpc, "CidrBlock": "10.0.100.0/24", "AvailabilityZone": region + "a",
		"TagSpecifications": []any{params{"ResourceType": "subnet", "Tags": []any{params{"Key": "kubernetes.io/role/elb", "Value": "1"}}}}}), "Subnet", "SubnetId")
}

func (b balanced) create(name string) {
	b.t.Helper()
	service := params{"apiVersion": "v1", "kind": "Service", "metadata": params{"name": name}, "spec": params{"type": "LoadBalancer",
		"ports": []params{{"name": "https", "port": 443}, {"name": "http", "port": 80}}}}
	if err := b.cluster.Client().Create(b.t.Context(), servicesPath, service); err != nil {
		b.t.Fatal(err)
	}
}

type serviceObject struct {
	Metadata struct{ Finalizers []string }
	Status   struct {
		LoadBalancer struct{ Ingress []struct{ Hostname string } }
	}
}

func (b balanced) service(name string) (s serviceObject) {
	b.t.Helper()
	if err := b.cluster.Client().Get(b.t.Context(), servicesPath+"/"+name, &s); err != nil {
		b.t.Fatal(err)
	}
	return s
}

// host waits for a Service's host name.
func (b balanced) host(name string) string {
	b.t.Helper()
	var s serviceObject
	eventually(b.t, "a host name of "+name, func(context.Context) bool {
		s = b.service(name)
		return len(s.Status.LoadBalancer.Ingress) == 1
	})
	if want := []string{"service.kubernetes.io/load-balancer-cleanup"}; !slices.Equal(s.Metadata.Finalizers, want) {
		b.t.Errorf("%s has the finalizers %v, want %v", name, s.Metadata.Finalizers, want)
	}
	return s.Status.LoadBalancer.Ingress[0].Hostname
}

// hosts are the host names of the VPC's load balancers.
func (b balanced) hosts() (names []string) {
	b.t.Helper()
	list, _ := sdk.ok(b.t, "elbv2", "DescribeLoadBalancers", params{})["LoadBalancers"].([]any)
	for _, item := range list {
		if lb, _ := item.(params); lb["VpcId"] == b.vpc {
			names = append(names, fmt.Sprint(lb["DNSName"]))
		}
	}
	return names
}

// drained has drover take back what the cluster holds, as it does before it destroys one. Its roots and its cloud do nothing.
func (b balanced) drained(r planes) {
	b.t.Helper()
	told := &told{}
	access := kubernetes.Access{Server: b.cluster.Endpoint(), CA: b.cluster.CA(), Token: func(context.Context) (string, error) {
		return r.token(b.t, aws.Credentials{AccessKeyID: "REHEARSAL", SecretAccessKey: "rehearsal"}, "balanced-blue"), nil
	}}
	root := &idle{}
	err := drive.DestroyAll(b.t.Context(), drive.Options{
		Spec: spec.Cluster{Metadata: spec.Metadata{Name: "balanced"}}, SpecFile: "cluster.yaml", Observer: told, Clock: wall{}, Store: remembered(b.t, "balanced"),
		Connect: func(context.Context, drive.Options) (drive.Ports, error) {
			return drive.Ports{
				Workspace: nowhere{}, Cloud: nothing{},
				Stack:      func(generator.Root) (drive.Stack, error) { return root, nil },
				Kubernetes: func(context.Context, string) (*kubernetes.Client, error) { return kubernetes.New(access) },
			}, nil
		},
	})
	if err != nil {
		b.t.Fatal(err)
	}
	if want := []string{"cleared Service default/web"}; !slices.Equal(told.events, want) || !told.waited {
		b.t.Errorf("drover told %v (waited: %v), want %v", told.events, told.waited, want)
	}
}

// told is what drover says that it took back.
type told struct {
	events []string
	waited bool
}

func (o *told) Event(e journal.Event) {
	if e.Kind == journal.Cleared || e.Kind == journal.Kept {
		o.events = append(o.events, string(e.Kind)+" "+e.Detail)
	}
}

func (o *told) Progress(message string) {
	o.waited = o.waited || strings.Contains(message, "Service default/web")
}

func (*told) Detail(string) {}

// nothing is a cloud in which nothing stands: what is left in the cluster is asked of the cluster.
type nothing struct{ platform.Platform }

func (nothing) Existing(context.Context, []platform.Wanted) ([]platform.Existing, error) {
	return nil, nil
}
func (nothing) Account(context.Context) (string, error) { return account, nil }
func (nothing) ClusterActive(context.Context, string) (platform.Health, error) {
	return platform.Health{}, nil
}
func (nothing) Weights(context.Context, platform.Zone) (map[string]int, error) { return nil, nil }

// remembered is a store whose journal has that blue was about to be built, so that drover has to look what there is of it.
func remembered(t *testing.T, name string) *store.Store {
	t.Helper()
	s := store.Open(file.Open(t.TempDir()), name, store.Options{})
	bundle, err := s.SaveBundle(t.Context(), map[string][]byte{name + "/blue/main.tf": nil})
	if err != nil {
		t.Fatal(err)
	}
	lease, err := s.Acquire(t.Context(), store.Holder{})
	if err != nil {
		t.Fatal(err)
	}
	event, err := json.Marshal(journal.Event{Kind: journal.ApplyIntended, Root: "blue", Bundle: bundle})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := lease.Append(t.Context(), event); err != nil {
		t.Fatal(err)
	}
	if err := lease.Release(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

// nowhere is a directory that nobody looks at, and wall the clock.
type (
	nowhere struct{}
	wall    struct{}
)

func (nowhere) Write(generator.Files, bool) (bool, error)        { return false, nil }
func (nowhere) Present(generator.Files) (generator.Files, error) { return nil, nil }
func (nowhere) Put(generator.Root, string, []byte) (bool, error) { return false, nil }
func (nowhere) Get(generator.Root, string) ([]byte, error)       { return nil, nil }
func (wall) Now() time.Time                                      { return time.Now() }
func (wall) Sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// idle is a root of which nothing is left to delete: what its state names goes with what it held.
type idle struct {
	drive.Stack
	asked int
}

func (*idle) Init(context.Context) error                  { return nil }
func (*idle) Protected(context.Context) ([]string, error) { return nil, nil }
func (i *idle) StateEmpty(context.Context) (bool, error)  { i.asked++; return i.asked > 1, nil }
func (*idle) State(context.Context) (terraform.State, error) {
	return terraform.State{Resources: 1}, nil
}
func (*idle) Plan(context.Context, terraform.PlanOptions) (*terraform.Plan, error) {
	return &terraform.Plan{JSON: &tfjson.Plan{}}, nil
}
