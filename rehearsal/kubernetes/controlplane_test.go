package kubernetes

import (
	"context"
	"crypto/x509"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"drover/rehearsal/child"
	"drover/rehearsal/kubernetes/programs"
)

// fleet finds the programs, which are built if they are not there, and keeps clusters in a directory of the test's.
func fleet(t *testing.T) *Fleet {
	t.Helper()
	set, err := programs.Find(t.Context(), programs.Options{Log: os.Stderr})
	if err != nil {
		t.Fatal(err)
	}
	return &Fleet{Programs: set, Dir: t.TempDir()}
}

// eventually waits for what the cluster does by itself.
func eventually(t *testing.T, what string, is func(ctx context.Context) (bool, error)) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for {
		ok, err := is(ctx)
		if ok && err == nil {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("%s: not within a minute (%v)", what, err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func node(name string) Node {
	return Node{Name: name, ProviderID: "aws:///eu-west-1a/i-" + name, Address: "10.0.0.9", Kubelet: "v1.34.7-eks-1", Arch: "amd64",
		CPU: "2", Memory: "8Gi", Pods: "29", Labels: map[string]string{"topology.kubernetes.io/zone": "eu-west-1a", "team": "one"}}
}

func TestAClusterIsReadyRunsPodsAndLeavesNothing(t *testing.T) {
	t.Parallel()
	f := fleet(t)
	var mu sync.Mutex
	var started []child.Identity
	f.Started = func(id child.Identity) error {
		mu.Lock()
		defer mu.Unlock()
		started = append(started, id)
		return nil
	}
	beside := &closer{}
	f.Beside = func(ctx context.Context, c *Cluster) (io.Closer, error) { return beside, c.Client().Ready(ctx) }
	began := time.Now()
	c, err := f.Start(t.Context(), Options{Name: "one", Minor: "1.34"})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("ready after %v", time.Since(began))
	checkVersion(t, c, 34)
	checkPods(t, c)
	checkNodePort(t, c)
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(c.CA())
	checkSilence(t, f, "one", c.Endpoint()+"/readyz", roots)
	t.Logf("five processes hold %d MiB", memory(t, started)>>20)
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	if beside.closed != 1 {
		t.Errorf("what runs beside the cluster was closed %d times", beside.closed)
	}
	if len(started) != 5 {
		t.Errorf("%d processes were told of, want 5", len(started))
	}
	for _, id := range started {
		if id.Alive() {
			t.Errorf("process %d is alive after Close", id.PID)
		}
	}
	if left, err := os.ReadDir(f.Dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v (%v)", left, err)
	}
}

// closer is what runs beside a cluster.
type closer struct{ closed int }

func (c *closer) Close() error {
	c.closed++
	return nil
}

func checkVersion(t *testing.T, c *Cluster, minor int) {
	t.Helper()
	var version struct{ GitVersion, EmulationMinor string }
	if err := c.Client().Get(t.Context(), "/version", &version); err != nil {
		t.Fatal(err)
	}
	if version.GitVersion != programs.Version() || version.EmulationMinor != strconv.Itoa(minor) {
		t.Errorf("the API server says that it is %+v, want %s as 1.%d", version, programs.Version(), minor)
	}
}

// checkPods runs a deployment and a daemon set on nodes that come and go.
func checkPods(t *testing.T, c *Cluster) {
	t.Helper()
	ctx := t.Context()
	tainted := node("b")
	tainted.Taints = []Taint{{Key: "only", Value: "batch", Effect: "NoSchedule"}}
	nodes := []Node{node("a"), tainted}
	if err := c.SetNodes(ctx, nodes); err != nil {
		t.Fatal(err)
	}
	dns := Workload{Kind: Deployment, Namespace: "kube-system", Name: "coredns", Account: "coredns", Replicas: 3,
		Labels: map[string]string{"k8s-app": "kube-dns"}, Image: "coredns:v1", Critical: true}
	proxy := Workload{Kind: DaemonSet, Namespace: "kube-system", Name: "kube-proxy", Labels: map[string]string{"k8s-app": "kube-proxy"}, Image: "kube-proxy:v1", Critical: true}
	for _, w := range []Workload{dns, proxy} {
		if err := c.Apply(ctx, w); err != nil {
			t.Fatal(err)
		}
	}
	ready := func(ctx context.Context) (bool, error) {
		r, err := c.ReadyNodes(ctx)
		return len(r) == len(nodes), err
	}
	eventually(t, "both nodes are ready", ready)
	for _, w := range []Workload{dns, proxy} {
		eventually(t, w.Name+" runs", func(ctx context.Context) (bool, error) { return c.Available(ctx, w) })
	}
	if got := hosts(t, c, "kube-dns"); !slices.Equal(got, []string{"a", "a", "a"}) {
		t.Errorf("coredns runs on %v, want only the node without a taint", got)
	}
	eventually(t, "kube-proxy is everywhere", func(context.Context) (bool, error) {
		return slices.Equal(hosts(t, c, "kube-proxy"), []string{"a", "b"}), nil
	})
	changed := node("a")
	changed.Labels = map[string]string{"topology.kubernetes.io/zone": "eu-west-1a", "size": "big"}
	nodes = []Node{changed}
	if err := c.SetNodes(ctx, nodes); err != nil {
		t.Fatal(err)
	}
	eventually(t, "one node is left", ready)
	var now struct {
		Metadata struct{ Labels map[string]string }
		Status   struct {
			Capacity map[string]string
			NodeInfo struct{ KubeletVersion string }
		}
	}
	if err := c.Client().Get(ctx, "/api/v1/nodes/a", &now); err != nil {
		t.Fatal(err)
	}
	if l := now.Metadata.Labels; l["size"] != "big" || l["team"] != "" || l["kubernetes.io/hostname"] != "a" {
		t.Errorf("the labels are %v", l)
	}
	if now.Status.Capacity["cpu"] != "2" || now.Status.NodeInfo.KubeletVersion != "v1.34.7-eks-1" {
		t.Errorf("the node is %+v", now.Status)
	}
	eventually(t, "the pod on the node that left is gone", func(context.Context) (bool, error) {
		return slices.Equal(hosts(t, c, "kube-proxy"), []string{"a"}), nil
	})
	if err := c.Remove(ctx, dns); err != nil {
		t.Fatal(err)
	}
	eventually(t, "coredns is gone", func(context.Context) (bool, error) { return len(hosts(t, c, "kube-dns")) == 0, nil })
}

// hosts are the nodes of an application's running pods, sorted.
func hosts(t *testing.T, c *Cluster, app string) []string {
	t.Helper()
	var pods struct {
		Items []struct {
			Spec   struct{ NodeName string }
			Status struct{ Phase string }
		}
	}
	if err := c.Client().Get(t.Context(), "/api/v1/namespaces/kube-system/pods?labelSelector=k8s-app%3D"+app, &pods); err != nil {
		t.Fatal(err)
	}
	list := []string{}
	for _, p := range pods.Items {
		if p.Status.Phase == "Running" {
			list = append(list, p.Spec.NodeName)
		}
	}
	slices.Sort(list)
	return list
}

// memory sums what processes hold (VmRSS).
func memory(t *testing.T, ids []child.Identity) (bytes int) {
	t.Helper()
	for _, id := range ids {
		data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", id.PID))
		if err != nil {
			t.Logf("no memory is known of process %d: %v", id.PID, err)
			continue
		}
		for line := range strings.Lines(string(data)) {
			if value, ok := strings.CutPrefix(line, "VmRSS:"); ok {
				kib, err := strconv.Atoi(strings.Fields(value)[0])
				if err != nil {
					t.Fatal(err)
				}
				bytes += kib << 10
			}
		}
	}
	return bytes
}

func TestAVersionThatTheServerCannotBeIsTheNearestThatItCan(t *testing.T) {
	t.Parallel()
	for asked, is := range map[string]string{"1.30": "1.33", "1.33": "1.33", "1.34": "1.34", "1.36": "1.36", "1.37": "1.36"} {
		if got := Emulated(asked); got != is {
			t.Errorf("%s runs as %s, want %s", asked, got, is)
		}
	}
}

func TestAStartThatFailsSaysWhyAndLeavesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	broken := filepath.Join(t.TempDir(), "etcd")
	if err := os.WriteFile(broken, []byte("#!/bin/sh\necho the disk is full >&2\nexit 1\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	waits := filepath.Join(t.TempDir(), "kube-apiserver")
	if err := os.WriteFile(waits, []byte("#!/bin/sh\nexec sleep 600\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	f := &Fleet{Dir: dir, Programs: programs.Set{Etcd: broken, APIServer: waits}}
	_, err := f.Start(t.Context(), Options{Name: "one", Minor: "1.34"})
	if err == nil || !strings.Contains(err.Error(), "the disk is full") {
		t.Errorf("got %v", err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v (%v)", left, err)
	}
}
