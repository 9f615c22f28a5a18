package bootstrap

import (
	"encoding/base64"
	"strings"

	"drover/generator/spec"
)

const (
	argoNamespace = "argocd"
	factsPrefix   = "drover.dev/"
	kindOfSecret  = "argocd.argoproj.io/secret-type"
)

// ClusterSecret is how Argo CD knows the cluster that it runs in: with the facts of the color as annotations, for the
// generator "clusters" of ApplicationSets. There is no secret in it.
func ClusterSecret(facts map[string]string) spec.Object {
	labels, annotations := map[string]any{kindOfSecret: "cluster"}, map[string]any{}
	for key, value := range facts {
		annotations[factsPrefix+key] = value
	}
	for _, key := range []string{"cluster", "color", "platform", "region"} { // what one selects by, and what never changes
		labels[factsPrefix+key] = facts[key]
	}
	return secret("drover", labels, annotations, map[string]string{
		"name": "in-cluster", "server": "https://kubernetes.default.svc", "config": `{"tlsClientConfig":{"insecure":false}}`})
}

// RepositorySecret is what Argo CD reads a private repository with: a key for an ssh address, or else a password.
func RepositorySecret(c spec.GitOps, value string) spec.Object {
	data := map[string]string{"type": "git", "url": c.Repository}
	if strings.HasPrefix(c.Repository, "https://") {
		data["username"], data["password"] = c.Credentials.Username, value
		if data["username"] == "" {
			data["username"] = "git"
		}
	} else {
		data["sshPrivateKey"] = strings.TrimRight(value, "\n") + "\n" // as ssh wants it
	}
	return secret("drover-repository", map[string]any{kindOfSecret: "repository"}, nil, data)
}

func secret(name string, labels, annotations map[string]any, data map[string]string) spec.Object {
	encoded := map[string]any{}
	for key, value := range data {
		encoded[key] = base64.StdEncoding.EncodeToString([]byte(value))
	}
	meta := map[string]any{"name": name, "namespace": argoNamespace, "labels": labels}
	if annotations != nil {
		meta["annotations"] = annotations
	}
	return spec.Object{APIVersion: "v1", Kind: "Secret", Namespace: argoNamespace, Name: name,
		Body: map[string]any{"apiVersion": "v1", "kind": "Secret", "metadata": meta, "type": "Opaque", "data": encoded}}
}
