package kubernetes

import (
	"context"
	"fmt"
	"net/url"
)

// Unserved says why nothing answers on a port of the cluster's nodes, as kube-proxy decides it on each of them: a Service has the
// node port, and a ready endpoint. It is empty when something answers.
func (c *Cluster) Unserved(ctx context.Context, nodePort int) (why string, err error) {
	namespace, name, err := c.serviceAt(ctx, nodePort)
	if err != nil {
		return "", fmt.Errorf("looking for what serves node port %d of %s: %w", nodePort, c.name, err)
	}
	if name == "" {
		return fmt.Sprintf("no Service has the node port %d", nodePort), nil
	}
	ready, err := c.anyReady(ctx, namespace, name)
	if err != nil {
		return "", fmt.Errorf("looking for the endpoints of Service %s/%s of %s: %w", namespace, name, c.name, err)
	}
	if !ready {
		return fmt.Sprintf("Service %s/%s, which has the node port %d, has no ready pod", namespace, name, nodePort), nil
	}
	return "", nil
}

// serviceAt is the Service that has a node port; an empty name is none.
func (c *Cluster) serviceAt(ctx context.Context, nodePort int) (namespace, name string, err error) {
	var list struct {
		Items []struct {
			Metadata struct{ Name, Namespace string } `json:"metadata"`
			Spec     struct {
				Ports []struct {
					NodePort int `json:"nodePort"`
				} `json:"ports"`
			} `json:"spec"`
		} `json:"items"`
	}
	if err := c.client.Get(ctx, "/api/v1/services", &list); err != nil {
		return "", "", err
	}
	for _, s := range list.Items {
		for _, p := range s.Spec.Ports {
			if p.NodePort == nodePort {
				return s.Metadata.Namespace, s.Metadata.Name, nil
			}
		}
	}
	return "", "", nil
}

// anyReady is whether a Service has an endpoint that is ready.
func (c *Cluster) anyReady(ctx context.Context, namespace, service string) (bool, error) {
	var list struct {
		Items []struct {
			Endpoints []struct {
				Conditions struct {
					Ready *bool `json:"ready"` // left out means ready
				} `json:"conditions"`
			} `json:"endpoints"`
		} `json:"items"`
	}
	path := at("apis", "discovery.k8s.io", "v1", "namespaces", namespace, "endpointslices") + "?labelSelector=" + url.QueryEscape("kubernetes.io/service-name="+service)
	if err := c.client.Get(ctx, path, &list); err != nil {
		return false, err
	}
	for _, slice := range list.Items {
		for _, e := range slice.Endpoints {
			if e.Conditions.Ready == nil || *e.Conditions.Ready {
				return true, nil
			}
		}
	}
	return false, nil
}
