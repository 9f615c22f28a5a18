// Package kubernetes holds drover's own client and its check against a real API server: the control plane that the
// rehearsal gives its clusters, with nodes that kwok plays.
package kubernetes

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"drover/orchestrator/kubernetes"
	"drover/orchestrator/verify"
	rehearsal "drover/rehearsal/kubernetes"
	"drover/rehearsal/kubernetes/programs"
)

const token = "somebody-who-may-do-all"

// webhook says to API servers whose the token is, as EKS does.
func webhook(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var review struct{ Spec struct{ Token string } }
		if err := json.NewDecoder(r.Body).Decode(&review); err != nil {
			t.Errorf("%s: %v", r.URL.Path, err)
		}
		status := map[string]any{"authenticated": review.Spec.Token == token, "user": map[string]any{"username": "drover", "groups": []string{"system:masters"}}}
		kind, version := "TokenReview", "authentication.k8s.io/v1"
		if strings.HasSuffix(r.URL.Path, "/authorize") {
			kind, version, status = "SubjectAccessReview", "authorization.k8s.io/v1", map[string]any{"allowed": false}
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"apiVersion": version, "kind": kind, "status": status})
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func start(t *testing.T) (*rehearsal.Cluster, kubernetes.Access) {
	t.Helper()
	_, cluster, access := startFleet(t)
	return cluster, access
}

// startFleet also gives the fleet of the cluster, which is called checked.
func startFleet(t *testing.T) (*rehearsal.Fleet, *rehearsal.Cluster, kubernetes.Access) {
	t.Helper()
	set, err := programs.Find(t.Context(), programs.Options{Log: os.Stderr})
	if err != nil {
		t.Fatal(err)
	}
	fleet := &rehearsal.Fleet{Programs: set, Dir: t.TempDir()}
	cluster, err := fleet.Start(t.Context(), rehearsal.Options{Name: "checked", Minor: "1.34", Webhook: webhook(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cluster.Close(); err != nil {
			t.Error(err)
		}
	})
	return fleet, cluster, kubernetes.Access{Server: cluster.Endpoint(), CA: cluster.CA(), Token: func(context.Context) (string, error) { return token, nil }}
}

func TestARealAPIServer(t *testing.T) {
	t.Parallel()
	cluster, access := start(t)
	client, err := kubernetes.New(access)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	// One after the other: each finds what the one before has made.
	strangersAreRefused(t, access)
	theCheckFollows(t, cluster, access)
	deprecatedAPIsAreRead(t, client)
	deletionsAreOfOneObject(t, cluster, client)
}

func strangersAreRefused(t *testing.T, access kubernetes.Access) {
	access.Token = func(context.Context) (string, error) { return "nobody", nil }
	client, err := kubernetes.New(access)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if _, err := kubernetes.List[kubernetes.Node](t.Context(), client, "/api/v1/nodes"); !kubernetes.Denied(err) {
		t.Errorf("got %v", err)
	}
}

func node(name string) rehearsal.Node {
	return rehearsal.Node{Name: name, ProviderID: "aws:///eu-west-1a/i-" + name, Address: "10.0.0.9", Kubelet: "v1.34.7", Arch: "amd64",
		CPU: "2", Memory: "8Gi", Pods: "29", Labels: map[string]string{"pool": "general"}}
}

func theCheckFollows(t *testing.T, cluster *rehearsal.Cluster, access kubernetes.Access) {
	ctx := t.Context()
	check := verify.Kubernetes{
		Connect: func(context.Context) (*kubernetes.Client, error) { return kubernetes.New(access) },
		Pool:    func(labels map[string]string) string { return labels["pool"] },
		Nodes:   verify.Nodes{All: true, Pools: map[string]int{"general": 2}}, Namespaces: []string{verify.AllNamespaces},
	}
	if verdict, detail := check.Run(ctx).Said(); verdict != verify.Fail || !strings.Contains(detail, "0 of 0 nodes are ready") || !strings.Contains(detail, "no Deployment") {
		t.Errorf("an empty cluster: %s: %s", verdict, detail)
	}
	web := rehearsal.Workload{Kind: rehearsal.Deployment, Namespace: "shop", Name: "web", Replicas: 3, Labels: map[string]string{"app": "web"}, Image: "web:v1"}
	if err := cluster.Apply(ctx, web); err != nil {
		t.Fatal(err)
	}
	check.Workloads = []string{"shop/web"}
	await(t, check, verify.Fail, "Deployment shop/web: 0 of 3 pods are available", "pod shop/web-")
	if err := cluster.SetNodes(ctx, []rehearsal.Node{node("a")}); err != nil {
		t.Fatal(err)
	}
	await(t, check, verify.Inconclusive, "node pool general has 1 node ready, wanted at least 2")
	if err := cluster.SetNodes(ctx, []rehearsal.Node{node("a"), node("b")}); err != nil {
		t.Fatal(err)
	}
	await(t, check, verify.Pass, "2 nodes ready (general 2), 1 workload available")
	if err := cluster.SetNodes(ctx, nil); err != nil {
		t.Fatal(err)
	}
	await(t, check, verify.Fail, "0 of 0 nodes are ready")
}

// await asks a check until it says what is wanted: the controllers of a cluster take their time.
func await(t *testing.T, check verify.Check, verdict verify.Verdict, says ...string) {
	t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(100 * time.Millisecond) {
		got, detail := check.Run(t.Context()).Said()
		missing := got != verdict
		for _, say := range says {
			missing = missing || !strings.Contains(detail, say)
		}
		if !missing {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the check says %s: %s; want %s with %q", got, detail, verdict, says)
		}
	}
}

// The API of component statuses is deprecated, and has no version that removes it.
func deprecatedAPIsAreRead(t *testing.T, client *kubernetes.Client) {
	if err := client.Get(t.Context(), "/api/v1/componentstatuses", &struct{}{}); err != nil {
		t.Fatal(err)
	}
	page, err := client.Text(t.Context(), "/metrics")
	if err != nil || !strings.Contains(page, `apiserver_requested_deprecated_apis{group="",removed_release="",resource="componentstatuses"`) {
		t.Errorf("the metric is not what drover reads (%d bytes, %v)", len(page), err)
	}
	if used, err := kubernetes.Deprecated(t.Context(), client); err != nil || len(used) > 0 {
		t.Errorf("got %v, %v", used, err)
	}
	deployments := kubernetes.API{Group: "apps", Version: "v1beta1", Resource: "deployments"}
	if successor, err := kubernetes.Successor(t.Context(), client, deployments); err != nil || successor != "apps/v1" {
		t.Errorf("instead of %s: %q, %v", deployments, successor, err)
	}
	deployments.Version = "v1"
	if writers, err := kubernetes.Writers(t.Context(), client, deployments, ""); err != nil || len(writers) != 1 || !strings.HasPrefix(writers[0], "shop/web (by ") {
		t.Errorf("written with %s: %v, %v", deployments, writers, err)
	}
}

func deletionsAreOfOneObject(t *testing.T, cluster *rehearsal.Cluster, client *kubernetes.Client) {
	ctx := t.Context()
	service := map[string]any{"apiVersion": "v1", "kind": "Service", "metadata": map[string]any{"name": "front", "finalizers": []string{"example.com/balancer"}},
		"spec": map[string]any{"type": "LoadBalancer", "ports": []map[string]any{{"port": 80}}}}
	if err := cluster.Client().Create(ctx, "/api/v1/namespaces/shop/services", service); err != nil {
		t.Fatal(err)
	}
	find := func() (kubernetes.Meta, bool) {
		list, err := kubernetes.List[struct{ Metadata kubernetes.Meta }](ctx, client, "/api/v1/services")
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range list {
			if o.Metadata.Name == "front" {
				return o.Metadata, true
			}
		}
		return kubernetes.Meta{}, false
	}
	meta, found := find()
	if !found {
		t.Fatal("the service is not listed")
	}
	path := meta.Path("/api/v1/services")
	if err := client.Delete(ctx, path, "00000000-0000-0000-0000-000000000000"); err != nil {
		t.Errorf("deleting what was made anew: %v", err)
	}
	if again, found := find(); !found || again.DeletionTimestamp != nil {
		t.Error("another object of that name was deleted")
	}
	for range 2 {
		if err := client.Delete(ctx, path, meta.UID); err != nil {
			t.Error(err)
		}
	}
	if held, found := find(); !found || held.DeletionTimestamp == nil {
		t.Errorf("with a finalizer: found %v, %+v", found, held)
	}
	if err := cluster.Client().Merge(ctx, path, map[string]any{"metadata": map[string]any{"finalizers": []string{}}}); err != nil {
		t.Fatal(err)
	}
	if _, found := find(); found {
		t.Error("it is still there")
	}
	if err := client.Delete(ctx, path, meta.UID); err != nil {
		t.Errorf("deleting what is gone: %v", err)
	}
}
