package kubernetes

import (
	"context"
	"encoding/json"
	"fmt"
)

// object is what the API and its configuration files are made of.
type object = map[string]any

// kubeconfig is a file for one client of the cluster. JSON is YAML.
func kubeconfig(endpoint string, ca []byte, client pair) ([]byte, error) {
	return config(object{"server": endpoint, "certificate-authority-data": ca},
		object{"client-certificate-data": client.certificate, "client-key-data": client.key})
}

// webhookConfig is how the API server is told whom to ask.
func webhookConfig(url string) ([]byte, error) { return config(object{"server": url}, object{}) }

func config(cluster, user object) ([]byte, error) { return configIn(cluster, user, "default") }

func configIn(cluster, user object, namespace string) ([]byte, error) {
	data, err := json.MarshalIndent(object{
		"apiVersion": "v1", "kind": "Config", "current-context": "rehearsal",
		"clusters": []object{{"name": "rehearsal", "cluster": cluster}},
		"users":    []object{{"name": "rehearsal", "user": user}},
		"contexts": []object{{"name": "rehearsal", "context": object{"cluster": "rehearsal", "user": "rehearsal", "namespace": namespace}}},
	}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write a kubeconfig: %w", err)
	}
	return data, nil
}

// Kubeconfig is a file for a program that runs beside the cluster with the token of a service account, as a pod runs in it:
// nothing of what breaks the way to the API for its users from outside concerns it. Its context is of the namespace.
func (c *Cluster) Kubeconfig(ctx context.Context, namespace, account string) ([]byte, error) {
	token, err := c.client.token(ctx, namespace, account)
	if err != nil {
		return nil, fmt.Errorf("getting a token of the service account %s/%s: %w", namespace, account, err)
	}
	return configIn(object{"server": c.client.base, "certificate-authority-data": c.ca}, object{"token": token}, namespace)
}
