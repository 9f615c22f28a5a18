package kubernetes

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	tfjson "github.com/hashicorp/terraform-json"

	"drover/generator"
	"drover/generator/spec"
	"drover/orchestrator/cluster"
	"drover/orchestrator/journal"
	"drover/orchestrator/kubernetes"
	"drover/orchestrator/platform"
	"drover/orchestrator/store"
	"drover/orchestrator/store/file"
	"drover/orchestrator/terraform"
	rehearsal "drover/rehearsal/kubernetes"
)

// A whole cluster is destroyed, with a real API server and with roots and a cloud that do nothing: what is held here is
// what drover deletes in the cluster, and that it waits for the controllers there.
func TestDestroyTakesBackWhatARealClusterHolds(t *testing.T) {
	t.Parallel()
	cluster, access := start(t)
	fill(t, cluster)
	controller := &controller{t: t, cluster: cluster}
	destroy(t, access, controller)
	if !controller.released {
		t.Error("drover did not wait for the controller")
	}
	want := []string{"cleared Ingress shop/front", "cleared Service shop/front", "kept volume data of shop/data (ebs.csi.aws.com vol-1)"}
	slices.Sort(controller.told)
	if !slices.Equal(controller.told, want) {
		t.Errorf("the journal has %q, want %q", controller.told, want)
	}
	for path, left := range map[string]int{"/api/v1/namespaces/shop/services": 1, "/apis/networking.k8s.io/v1/namespaces/shop/ingresses": 0, "/api/v1/persistentvolumes": 1} {
		var list struct{ Items []json.RawMessage }
		if err := cluster.Client().Get(t.Context(), path, &list); err != nil || len(list.Items) != left {
			t.Errorf("%s has %d objects left, %v; want %d", path, len(list.Items), err, left)
		}
	}
}

// A cluster whose API server says nothing is destroyed all the same, and it is told what that
// may have left behind.
func TestDestroyTellsWhatASilentClusterMayHaveLeft(t *testing.T) {
	t.Parallel()
	fleet, cluster, access := startFleet(t)
	fill(t, cluster)
	end, hits := fleet.Silence(func(name string) bool { return name == "checked" })
	defer end()
	controller := &controller{t: t, cluster: cluster}
	destroy(t, access, controller)
	if hits() == 0 || len(controller.told) != 1 || !strings.HasPrefix(controller.told[0], "kept whatever controllers in blue made, such as load balancers, as its API was not asked: ") {
		t.Errorf("after %d connections to a silent API server, the journal has %q", hits(), controller.told)
	}
	t.Logf("told: %q", controller.told)
	var service struct{ Metadata kubernetes.Meta }
	if err := cluster.Client().Get(t.Context(), "/api/v1/namespaces/shop/services/front", &service); err != nil || service.Metadata.DeletionTimestamp != nil {
		t.Errorf("the service of a cluster that could not be asked: %+v, %v", service.Metadata, err)
	}
}

// destroy takes down a whole cluster whose roots hold nothing.
func destroy(t *testing.T, access kubernetes.Access, observer cluster.Observer) {
	t.Helper()
	root := &idle{}
	o := cluster.Options{Spec: spec.Cluster{Metadata: spec.Metadata{Name: "tiny"}}, SpecFile: "cluster.yaml", Observer: observer,
		Clock: wall{}, Store: remembered(t, "tiny")}
	o.Connect = func(context.Context, cluster.Options) (cluster.Ports, error) {
		return cluster.Ports{
			Workspace: nowhere{}, Cloud: account{},
			Stack: func(generator.Root) (cluster.Stack, error) { return root, nil },
			Kubernetes: func(context.Context, string) (*kubernetes.Client, error) {
				return kubernetes.New(access)
			},
		}, nil
	}
	if err := cluster.DestroyAll(t.Context(), o); err != nil {
		t.Fatal(err)
	}
}

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
	cluster.Stack
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

// fill makes what a cluster in use has: a load balancer with a controller's finalizer, a service without, an ingress, a volume.
func fill(t *testing.T, cluster *rehearsal.Cluster) {
	t.Helper()
	type object = map[string]any
	ports := []object{{"port": 80}}
	for path, o := range map[string]object{
		"/api/v1/namespaces": {"apiVersion": "v1", "kind": "Namespace", "metadata": object{"name": "shop"}},
		"/api/v1/persistentvolumes": {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": object{"name": "data"}, "spec": object{
			"capacity": object{"storage": "1Gi"}, "accessModes": []string{"ReadWriteOnce"}, "claimRef": object{"namespace": "shop", "name": "data"},
			"csi": object{"driver": "ebs.csi.aws.com", "volumeHandle": "vol-1"}}},
	} {
		if err := cluster.Client().Create(t.Context(), path, o); err != nil {
			t.Fatal(err)
		}
	}
	for _, o := range []object{
		{"apiVersion": "v1", "kind": "Service", "metadata": object{"name": "front", "finalizers": []string{"service.kubernetes.io/load-balancer-cleanup"}}, "spec": object{"type": "LoadBalancer", "ports": ports}},
		{"apiVersion": "v1", "kind": "Service", "metadata": object{"name": "inside"}, "spec": object{"ports": ports}},
	} {
		if err := cluster.Client().Create(t.Context(), "/api/v1/namespaces/shop/services", o); err != nil {
			t.Fatal(err)
		}
	}
	ingress := object{"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": object{"name": "front"},
		"spec": object{"defaultBackend": object{"service": object{"name": "inside", "port": object{"number": 80}}}}}
	if err := cluster.Client().Create(t.Context(), "/apis/networking.k8s.io/v1/namespaces/shop/ingresses", ingress); err != nil {
		t.Fatal(err)
	}
}

// controller plays the one that takes load balancers back: it lets go of the service once drover has said that it waits.
type controller struct {
	t        *testing.T
	cluster  *rehearsal.Cluster
	released bool
	told     []string
}

func (c *controller) Event(e journal.Event) {
	if e.Kind == journal.Cleared || e.Kind == journal.Kept {
		c.told = append(c.told, string(e.Kind)+" "+e.Detail)
	}
}

func (c *controller) Progress(message string) {
	if c.released || !strings.Contains(message, "Service shop/front (being deleted") {
		return
	}
	c.released = true
	err := c.cluster.Client().Merge(c.t.Context(), "/api/v1/namespaces/shop/services/front", map[string]any{"metadata": map[string]any{"finalizers": nil}})
	if err != nil {
		c.t.Error(err)
	}
}

func (*controller) Detail(string) {}

// account is a cloud in which nothing stands: what is left in the cluster is asked of the cluster.
type account struct{ platform.Platform }

func (account) Existing(context.Context, []platform.Wanted) ([]platform.Existing, error) {
	return nil, nil
}
func (account) Account(context.Context) (string, error) { return "123456789012", nil }
func (account) ClusterActive(context.Context, string) (platform.Health, error) {
	return platform.Health{}, nil
}
func (account) Weights(context.Context, platform.Zone) (map[string]int, error) { return nil, nil }
