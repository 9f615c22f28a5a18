package kubernetes

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"reflect"
	"strings"
)

// Node is one machine of a cluster, which kwok plays.
type Node struct {
	Name, ProviderID, Address string
	Kubelet                   string // its version, such as v1.34.7-eks-1
	Arch                      string // amd64 or arm64
	CPU, Memory, Pods         string // as Kubernetes writes quantities
	Labels                    map[string]string
	Taints                    []Taint
}

// Taint is one of a node's, as Kubernetes writes it.
type Taint struct {
	Key    string `json:"key"`
	Value  string `json:"value,omitempty"`
	Effect string `json:"effect"`
}

// SetNodes makes the cluster's nodes those that are given: others leave, with the pods on them, as if their machines
// had gone. A node that somebody deleted in the API meanwhile does not come back: a kubelet does not return either.
func (c *Cluster) SetNodes(ctx context.Context, nodes []Node) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	wanted := map[string]Node{}
	for _, n := range nodes {
		wanted[n.Name] = n
	}
	for name := range c.nodes {
		if _, stays := wanted[name]; stays {
			continue
		}
		if err := c.removeNode(ctx, name); err != nil {
			return fmt.Errorf("remove node %s: %w", name, err)
		}
		delete(c.nodes, name)
	}
	for _, n := range nodes {
		if err := c.setNode(ctx, n); err != nil {
			return fmt.Errorf("set node %s: %w", n.Name, err)
		}
		c.nodes[n.Name] = n
	}
	return nil
}

func (c *Cluster) setNode(ctx context.Context, n Node) error {
	before, there := c.nodes[n.Name]
	if there && before.Kubelet != n.Kubelet { // another image is another machine
		if err := c.removeNode(ctx, n.Name); err != nil {
			return err
		}
		there = false
	}
	switch {
	case !there:
		return c.client.Create(ctx, "/api/v1/nodes", n.object())
	case reflect.DeepEqual(before, n):
		return nil
	}
	// Taints are one list, and Kubernetes' controllers write theirs into it too.
	var now struct {
		Spec struct {
			Taints []Taint `json:"taints"`
		} `json:"spec"`
	}
	if err := c.client.Get(ctx, at("api", "v1", "nodes", n.Name), &now); err != nil {
		if IsNotFound(err) {
			return nil
		}
		return err
	}
	taints := append([]Taint{}, n.Taints...)
	for _, t := range now.Spec.Taints {
		if strings.HasPrefix(t.Key, "node.kubernetes.io/") {
			taints = append(taints, t)
		}
	}
	labels := object{}
	for key := range before.Labels {
		labels[key] = nil
	}
	for key, value := range n.Labels {
		labels[key] = value
	}
	return c.client.Merge(ctx, at("api", "v1", "nodes", n.Name), object{"metadata": object{"labels": labels}, "spec": object{"taints": taints}})
}

func (c *Cluster) removeNode(ctx context.Context, name string) error {
	if err := c.client.Delete(ctx, at("api", "v1", "nodes", name)); err != nil {
		return err
	}
	var pods struct {
		Items []struct {
			Metadata struct{ Name, Namespace string } `json:"metadata"`
		} `json:"items"`
	}
	if err := c.client.Get(ctx, "/api/v1/pods?fieldSelector="+url.QueryEscape("spec.nodeName="+name), &pods); err != nil {
		return err
	}
	for _, p := range pods.Items {
		if err := c.client.Delete(ctx, at("api", "v1", "namespaces", p.Metadata.Namespace, "pods", p.Metadata.Name)); err != nil {
			return err
		}
	}
	return nil
}

func (n Node) object() object {
	labels := maps.Clone(n.Labels)
	if labels == nil {
		labels = map[string]string{}
	}
	maps.Copy(labels, map[string]string{"kubernetes.io/hostname": n.Name, "kubernetes.io/os": "linux", "kubernetes.io/arch": n.Arch})
	resources := object{"cpu": n.CPU, "memory": n.Memory, "pods": n.Pods}
	return object{"apiVersion": "v1", "kind": "Node",
		"metadata": object{"name": n.Name, "labels": labels},
		"spec":     object{"providerID": n.ProviderID, "taints": n.Taints},
		"status": object{"capacity": resources, "allocatable": resources,
			"addresses": []object{{"type": "InternalIP", "address": n.Address}, {"type": "Hostname", "address": n.Name}, {"type": "InternalDNS", "address": n.Name}},
			"nodeInfo": object{"kubeletVersion": n.Kubelet, "kubeProxyVersion": n.Kubelet, "architecture": n.Arch, "operatingSystem": "linux",
				"osImage": "simulated by drover's rehearsal", "kernelVersion": "", "containerRuntimeVersion": "kwok://", "machineID": "", "systemUUID": "", "bootID": ""},
		},
	}
}

// ReadyNodes names the nodes that are ready.
func (c *Cluster) ReadyNodes(ctx context.Context) (map[string]bool, error) {
	var list struct {
		Items []struct {
			Metadata struct{ Name string } `json:"metadata"`
			Status   struct {
				Conditions []struct{ Type, Status string } `json:"conditions"`
			} `json:"status"`
		} `json:"items"`
	}
	if err := c.client.Get(ctx, "/api/v1/nodes", &list); err != nil {
		return nil, fmt.Errorf("list the nodes: %w", err)
	}
	ready := map[string]bool{}
	for _, n := range list.Items {
		for _, condition := range n.Status.Conditions {
			if condition.Type == "Ready" && condition.Status == "True" {
				ready[n.Metadata.Name] = true
			}
		}
	}
	return ready, nil
}
