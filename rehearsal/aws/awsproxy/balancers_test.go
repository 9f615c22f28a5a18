package awsproxy_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eks"
	tfjson "github.com/hashicorp/terraform-json"

	"drover/generator"
	"drover/generator/spec"
	"drover/orchestrator"
	"drover/orchestrator/journal"
	"drover/orchestrator/kubernetes"
	"drover/orchestrator/platform"
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
	out := b.t.TempDir()
	for _, root := range []string{"foundation", "blue"} {
		if err := os.MkdirAll(filepath.Join(out, "balanced", root), 0o700); err != nil {
			b.t.Fatal(err)
		}
	}
	stands := journal.Event{Kind: journal.Applied, Root: "blue", Version: "1.33"}
	if _, err := journal.Open(orchestrator.StoreDir(out, "balanced")).Note(b.t.Context(), stands); err != nil {
		b.t.Fatal(err)
	}
	told := &told{}
	access := kubernetes.Access{Server: b.cluster.Endpoint(), CA: b.cluster.CA(), Token: func(context.Context) (string, error) {
		return r.token(b.t, aws.Credentials{AccessKeyID: "REHEARSAL", SecretAccessKey: "rehearsal"}, "balanced-blue"), nil
	}}
	err := orchestrator.DestroyAll(b.t.Context(), orchestrator.Options{
		Spec: spec.Cluster{Metadata: spec.Metadata{Name: "balanced"}}, SpecFile: "cluster.yaml", Out: out, Observer: told,
		Ports: orchestrator.Ports{
			Cloud:      nothing{},
			Stack:      func(generator.Root) (orchestrator.Stack, error) { return idle{}, nil },
			Kubernetes: func(context.Context, string) (*kubernetes.Client, error) { return kubernetes.New(access) },
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

// nothing is a cloud with a cluster that no traffic leads to, and idle a root in which nothing is left to delete.
type (
	nothing struct{ platform.Platform }
	idle    struct{ orchestrator.Stack }
)

func (nothing) Account(context.Context) (string, error) { return account, nil }
func (nothing) ClusterActive(_ context.Context, cluster string) (platform.Health, error) {
	return platform.Health{Exists: cluster == "balanced-blue"}, nil
}
func (nothing) Weights(context.Context, platform.Zone) (map[string]int, error) {
	return map[string]int{}, nil
}
func (idle) Init(context.Context) error                  { return nil }
func (idle) RecoverState(context.Context) (bool, error)  { return false, nil }
func (idle) Protected(context.Context) ([]string, error) { return nil, nil }
func (idle) StateEmpty(context.Context) (bool, error)    { return false, nil }
func (idle) State(context.Context) (terraform.State, error) {
	return terraform.State{Resources: 1}, nil
}
func (idle) Plan(context.Context, terraform.PlanOptions) (*terraform.Plan, error) {
	return &terraform.Plan{JSON: &tfjson.Plan{}}, nil
}
