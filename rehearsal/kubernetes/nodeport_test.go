package kubernetes

import (
	"context"
	"strings"
	"testing"
)

// checkNodePort has a node port answer exactly while its Service has a ready pod. The cluster has one node.
func checkNodePort(t *testing.T, c *Cluster) {
	t.Helper()
	ctx := t.Context()
	const port = 30443
	why := func(says string) {
		t.Helper()
		eventually(t, "the node port: "+says, func(ctx context.Context) (bool, error) {
			got, err := c.Unserved(ctx, port)
			return got == says || says != "" && strings.Contains(got, says), err
		})
	}
	why("no Service has the node port 30443")
	web := Workload{Kind: Deployment, Namespace: "shop", Name: "web", Replicas: 2, Labels: map[string]string{"app": "web"}, Image: "web:v1"}
	if err := c.Apply(ctx, web); err != nil {
		t.Fatal(err)
	}
	service := object{"apiVersion": "v1", "kind": "Service", "metadata": object{"name": "front"},
		"spec": object{"type": "NodePort", "selector": object{"app": "nobody"}, "ports": []object{{"port": 443, "nodePort": port}}}}
	if err := c.Client().Create(ctx, "/api/v1/namespaces/shop/services", service); err != nil {
		t.Fatal(err)
	}
	why("Service shop/front, which has the node port 30443, has no ready pod")
	if err := c.Client().Merge(ctx, "/api/v1/namespaces/shop/services/front", object{"spec": object{"selector": object{"app": "web"}}}); err != nil {
		t.Fatal(err)
	}
	why("")
	if err := c.Client().Merge(ctx, web.path(), object{"spec": object{"replicas": 0}}); err != nil {
		t.Fatal(err)
	}
	why("has no ready pod")
}
