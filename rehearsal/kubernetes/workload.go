package kubernetes

import (
	"context"
	"fmt"
)

// Kind is what keeps a workload's pods.
type Kind string

// The kinds of workloads that add-ons have.
const (
	Deployment Kind = "Deployment"
	DaemonSet  Kind = "DaemonSet"
)

var plural = map[Kind]string{Deployment: "deployments", DaemonSet: "daemonsets"}

// Workload is one of a cluster's own: pods of one image that do nothing, on the nodes that kwok plays.
type Workload struct {
	Kind            Kind
	Namespace, Name string
	Account         string // service account; empty is the namespace's default
	Labels          map[string]string
	Annotations     map[string]string
	Image           string
	Replicas        int // of a deployment
	Critical        bool
	Tolerates       []string // taints, by key, of nodes that a deployment may run on
	NodePorts       []int    // of a Service that leads to it; none: it has no Service
}

func (w Workload) path() string {
	return at("apis", "apps", "v1", "namespaces", w.Namespace, plural[w.Kind], w.Name)
}

// Apply makes a workload, with the namespace and the service account that it needs, or changes it.
func (c *Cluster) Apply(ctx context.Context, w Workload) error {
	if err := c.apply(ctx, w); err != nil {
		return fmt.Errorf("make %s %s/%s: %w", w.Kind, w.Namespace, w.Name, err)
	}
	return nil
}

func (c *Cluster) apply(ctx context.Context, w Workload) error {
	namespace := object{"apiVersion": "v1", "kind": "Namespace", "metadata": object{"name": w.Namespace}}
	if err := c.client.Apply(ctx, at("api", "v1", "namespaces", w.Namespace), namespace); err != nil {
		return err
	}
	if w.Account != "" {
		account := object{"apiVersion": "v1", "kind": "ServiceAccount", "metadata": object{"name": w.Account, "namespace": w.Namespace}}
		if err := c.client.Apply(ctx, at("api", "v1", "namespaces", w.Namespace, "serviceaccounts", w.Account), account); err != nil {
			return err
		}
	}
	if err := c.client.Apply(ctx, w.path(), w.object()); err != nil || len(w.NodePorts) == 0 {
		return err
	}
	return c.client.Apply(ctx, w.servicePath(), w.service())
}

func (w Workload) servicePath() string {
	return at("api", "v1", "namespaces", w.Namespace, "services", w.Name)
}

// service leads its node ports to the pods.
func (w Workload) service() object {
	var ports []object
	for _, port := range w.NodePorts {
		ports = append(ports, object{"name": fmt.Sprintf("port-%d", port), "port": port, "targetPort": port, "nodePort": port, "protocol": "TCP"})
	}
	return object{"apiVersion": "v1", "kind": "Service",
		"metadata": object{"name": w.Name, "namespace": w.Namespace, "labels": w.Labels, "annotations": w.Annotations},
		"spec":     object{"type": "NodePort", "selector": w.Labels, "ports": ports}}
}

// Remove takes a workload away, and its pods with it. What else a namespace holds stays.
func (c *Cluster) Remove(ctx context.Context, w Workload) error {
	if err := c.client.Delete(ctx, w.path()); err != nil {
		return fmt.Errorf("remove %s %s/%s: %w", w.Kind, w.Namespace, w.Name, err)
	}
	return nil
}

// Available says whether all pods of a workload run as it is now.
func (c *Cluster) Available(ctx context.Context, w Workload) (bool, error) {
	var now struct {
		Metadata struct {
			Generation int `json:"generation"`
		} `json:"metadata"`
		Status struct {
			Observed  int `json:"observedGeneration"`
			Available int `json:"availableReplicas"`
			Updated   int `json:"updatedReplicas"`
			Desired   int `json:"desiredNumberScheduled"`
			Current   int `json:"updatedNumberScheduled"`
			Running   int `json:"numberAvailable"`
		} `json:"status"`
	}
	if err := c.client.Get(ctx, w.path(), &now); err != nil {
		return false, fmt.Errorf("look at %s %s/%s: %w", w.Kind, w.Namespace, w.Name, err)
	}
	s := now.Status
	if s.Observed < now.Metadata.Generation {
		return false, nil
	}
	if w.Kind == DaemonSet {
		return s.Running >= s.Desired && s.Current >= s.Desired, nil
	}
	return s.Available >= w.Replicas && s.Updated >= w.Replicas, nil
}

func (w Workload) object() object {
	pod := object{
		"containers":       []object{{"name": w.Name, "image": w.Image}},
		"nodeSelector":     object{"kubernetes.io/os": "linux"},
		"imagePullSecrets": []object{},
	}
	if w.Account != "" {
		pod["serviceAccountName"] = w.Account
	}
	if w.Critical {
		pod["priorityClassName"] = map[Kind]string{Deployment: "system-cluster-critical", DaemonSet: "system-node-critical"}[w.Kind]
	}
	spec := object{"selector": object{"matchLabels": w.Labels}, "template": object{"metadata": object{"labels": w.Labels}, "spec": pod}}
	if w.Kind == DaemonSet {
		pod["tolerations"] = []object{{"operator": "Exists"}} // on every node, whatever its taints
	} else {
		tolerations := []object{{"key": "CriticalAddonsOnly", "operator": "Exists"}}
		for _, key := range w.Tolerates {
			tolerations = append(tolerations, object{"key": key, "operator": "Exists"})
		}
		pod["tolerations"] = tolerations
		spec["replicas"] = w.Replicas
		pod["topologySpreadConstraints"] = []object{{"maxSkew": 1, "topologyKey": "topology.kubernetes.io/zone",
			"whenUnsatisfiable": "ScheduleAnyway", "labelSelector": object{"matchLabels": w.Labels}}}
	}
	return object{"apiVersion": "apps/v1", "kind": w.Kind,
		"metadata": object{"name": w.Name, "namespace": w.Namespace, "labels": w.Labels, "annotations": w.Annotations}, "spec": spec}
}
