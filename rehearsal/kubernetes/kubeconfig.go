package kubernetes

import (
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

func config(cluster, user object) ([]byte, error) {
	data, err := json.MarshalIndent(object{
		"apiVersion": "v1", "kind": "Config", "current-context": "rehearsal",
		"clusters": []object{{"name": "rehearsal", "cluster": cluster}},
		"users":    []object{{"name": "rehearsal", "user": user}},
		"contexts": []object{{"name": "rehearsal", "context": object{"cluster": "rehearsal", "user": "rehearsal"}}},
	}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write a kubeconfig: %w", err)
	}
	return data, nil
}
