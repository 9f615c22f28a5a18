package kubernetes

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"drover/generator/spec"
	"drover/orchestrator/bootstrap"
	"drover/orchestrator/journal"
	"drover/orchestrator/kubernetes"
	rehearsal "drover/rehearsal/kubernetes"
)

// A kind, an object of it, a namespace and a workload in the order in which a person would not write them.
const stack = `apiVersion: example.com/v1
kind: Widget
metadata: {name: one, namespace: shop}
spec: {size: 3}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: "web:v1", volumeMounts: [{name: v, mountPath: /v}]}], volumes: [{name: v, configMap: {name: web, defaultMode: 0400}}]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: web, namespace: shop}
data: {on: "yes"}
---
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: widgets, singular: widget, kind: Widget}
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {size: {type: integer}}}}}}
`

func objects(t *testing.T, text string) []spec.Object {
	t.Helper()
	found, err := spec.Manifest{File: "stack.yaml", Text: text}.Objects()
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// installed applies what a text holds, within a time.
func installed(t *testing.T, access kubernetes.Access, text string, within time.Duration) error {
	t.Helper()
	client, err := kubernetes.New(access)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	run := bootstrap.Installation{Client: client, Clock: wall{}, Limit: within, Patience: 3 * time.Second, Progress: func(message string) { t.Log(message) }}
	return run.Run(t.Context(), objects(t, text))
}

func TestBootstrapAgainstARealAPIServer(t *testing.T) {
	t.Parallel()
	cluster, access := start(t)
	// One after the other: each finds what the one before has made.
	stuckWithoutNodes(t, access)
	if err := cluster.SetNodes(t.Context(), []rehearsal.Node{node("a")}); err != nil {
		t.Fatal(err)
	}
	for range 2 { // and once more changes nothing
		if err := installed(t, access, stack, time.Minute); err != nil {
			t.Fatal(err)
		}
	}
	asWritten(t, cluster)
	rolesAreTold(t, cluster, access)
	ownersAreKept(t, cluster, access)
	refusalsAreNamed(t, access)
	access.Token = func(context.Context) (string, error) { return "nobody", nil }
	var stuck *bootstrap.StuckError
	if err := installed(t, access, stack, time.Minute); !kubernetes.Denied(err) || errors.As(err, &stuck) {
		t.Errorf("a stranger is told %v: a refusal of an identity says nothing of the objects", err)
	}
}

// What cannot run is named with its reason, once the time is over.
func stuckWithoutNodes(t *testing.T, access kubernetes.Access) {
	t.Helper()
	var stuck *bootstrap.StuckError
	err := installed(t, access, stack, 15*time.Second)
	if !errors.As(err, &stuck) || len(stuck.Objects) != 1 || stuck.Objects[0].Object != "Deployment shop/web" || !strings.Contains(err.Error(), "no nodes available") {
		t.Errorf("without a node: %v", err)
	}
}

// managedObject is what is looked at of an object that was applied.
type managedObject struct {
	Metadata struct {
		ManagedFields []struct{ Manager, Operation string }
	}
	Data map[string]string
	Spec struct {
		Replicas int
		Template struct {
			Spec struct {
				Volumes []struct{ ConfigMap struct{ DefaultMode int } }
			}
		}
	}
}

// rolesAreTold has a color learn that it is live, as a handover does: twice, as after a kill.
func rolesAreTold(t *testing.T, cluster *rehearsal.Cluster, access kubernetes.Access) {
	t.Helper()
	known := objects(t, "apiVersion: v1\nkind: Namespace\nmetadata: {name: drover}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: drover, namespace: drover}\ndata: {color: green, cluster: shop}\n")
	client, err := kubernetes.New(access)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	run := bootstrap.Installation{Client: client, Clock: wall{}, Limit: time.Minute, Patience: 3 * time.Second, Progress: func(message string) { t.Log(message) }}
	if err := run.Run(t.Context(), bootstrap.InRole(known, journal.Standby)); err != nil {
		t.Fatal(err)
	}
	for _, role := range []journal.Role{"", journal.Live, journal.Live, journal.Standby} {
		if role != "" {
			if err := run.Tell(t.Context(), bootstrap.Told(known, role)); err != nil {
				t.Fatal(err)
			}
		}
		var have managedObject
		if err := cluster.Client().Get(t.Context(), "/api/v1/namespaces/drover/configmaps/drover", &have); err != nil {
			t.Fatal(err)
		}
		if d, m := have.Data, have.Metadata.ManagedFields; d["role"] != string(cmp.Or(role, journal.Standby)) || d["color"] != "green" || len(m) != 1 || m[0].Manager != bootstrap.Manager {
			t.Errorf("told %q, it knows %v, by %+v", role, d, m)
		}
	}
}

func asWritten(t *testing.T, cluster *rehearsal.Cluster) {
	t.Helper()
	var web managedObject
	if err := cluster.Client().Get(t.Context(), "/apis/apps/v1/namespaces/shop/deployments/web", &web); err != nil {
		t.Fatal(err)
	}
	if m := web.Metadata.ManagedFields; len(m) == 0 || m[0].Manager != bootstrap.Manager || m[0].Operation != "Apply" {
		t.Errorf("its fields are managed by %+v", m)
	}
	if mode := web.Spec.Template.Spec.Volumes[0].ConfigMap.DefaultMode; mode != 0o400 {
		t.Errorf("a mode of 0400 became %o", mode)
	}
}

// A field that somebody else has set is not taken, and both sides are named.
func ownersAreKept(t *testing.T, cluster *rehearsal.Cluster, access kubernetes.Access) {
	t.Helper()
	client, err := kubernetes.New(access)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	theirs := `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"theirs","namespace":"shop"},"data":{"a":"theirs"}}`
	const path = "/api/v1/namespaces/shop/configmaps/theirs"
	if _, err := client.Apply(t.Context(), path, "somebody", []byte(theirs)); err != nil {
		t.Fatal(err)
	}
	var stuck *bootstrap.StuckError
	err = installed(t, access, strings.Replace(theirs, `"theirs"}}`, `"ours"}}`, 1), time.Minute)
	if !errors.As(err, &stuck) || !strings.Contains(err.Error(), "somebody") || !strings.Contains(err.Error(), "remove the field") {
		t.Errorf("got %v", err)
	}
	var have managedObject
	if err := cluster.Client().Get(t.Context(), path, &have); err != nil || have.Data["a"] != "theirs" {
		t.Errorf("it has %v now (%v)", have.Data, err)
	}
}

func refusalsAreNamed(t *testing.T, access kubernetes.Access) {
	t.Helper()
	for name, c := range map[string]struct{ text, says string }{
		"unknown field": {"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, namespace: shop}\ndatas: {}\n", "datas"},
		"immutable":     {strings.ReplaceAll(strings.Split(stack, "---\n")[1], "app: web", "app: other"), "field is immutable"},
		"unknown kind":  {"apiVersion: example.com/v1\nkind: Gadget\nmetadata: {name: x}\n", "does not know the kind Gadget"},
		"no namespace":  {"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, namespace: none}\n", `namespaces "none" not found`},
		"wrong type":    {"apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: x, namespace: shop}\nspec: {size: large}\n", ".spec.size: expected numeric"},
	} {
		var stuck *bootstrap.StuckError
		if err := installed(t, access, c.text, time.Second); !errors.As(err, &stuck) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
	}
}
