package generator

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"drover/generator/spec"
	"drover/templates"
)

// ArgoCD is the release of Argo CD that a new color gets.
const ArgoCD = "v3.2.11"

// argoCDSum is the SHA-256 of what Argo CD publishes as manifests/install.yaml of that release.
const argoCDSum = "6cdd269e07f27b50f9e481cc7e685443b26b79372001ff7868ff1543610417bd"

// published is install.yaml as Argo CD publishes it.
func published() (string, error) {
	packed, err := templates.FS.ReadFile("argocd/install.yaml.gz")
	if err != nil {
		return "", fmt.Errorf("reading Argo CD's manifests: %w", err)
	}
	unpacked, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return "", fmt.Errorf("unpacking Argo CD's manifests: %w", err)
	}
	data, err := io.ReadAll(unpacked)
	if err != nil {
		return "", fmt.Errorf("unpacking Argo CD's manifests: %w", err)
	}
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != argoCDSum {
		return "", fmt.Errorf("reading Argo CD's manifests: they are not those of %s, as their SHA-256 is %x", ArgoCD, sum)
	}
	return string(data), nil
}

// agentManifest is what installs Argo CD in a cluster: what is published, in the namespace argocd, with images from the
// cluster's own caches as far as it has them.
func agentManifest(c spec.Cluster) ([]byte, error) {
	text, err := placed()
	if err != nil {
		return nil, err
	}
	return []byte(cached(c, text)), nil
}

// placed is what is published, with the namespace that kubectl apply -n would give it.
var placed = sync.OnceValues(func() (string, error) {
	text, err := published()
	if err != nil {
		return "", err
	}
	docs := strings.Split(text, "\n---\n")
	for i, doc := range docs {
		docs[i] = inNamespace(doc)
	}
	return strings.Join(docs, "\n---\n"), nil
})

// clusterKinds are those of Argo CD's objects that are in no namespace.
var clusterKinds = []string{"CustomResourceDefinition", "ClusterRole", "ClusterRoleBinding"}

func inNamespace(doc string) string {
	for line := range strings.Lines(doc) {
		kind, is := strings.CutPrefix(strings.TrimSpace(line), "kind: ")
		if is && line[0] == 'k' && slices.Contains(clusterKinds, kind) {
			return doc
		}
	}
	return strings.Replace(doc, "\nmetadata:\n", "\nmetadata:\n  namespace: "+agentNamespace+"\n", 1)
}

// upstreams are the registries of Argo CD's images, by the cache that has them.
var upstreams = []struct{ cache, host string }{{"quay", "quay.io"}, {"github", "ghcr.io"}, {"ecr-public", "public.ecr.aws"}}

// cached has images pulled through the caches that the spec asks for.
func cached(c spec.Cluster, text string) string {
	for _, u := range upstreams {
		if to := cacheOf(c, u.cache); to != "" {
			text = strings.ReplaceAll(text, " image: "+u.host+"/", " image: "+to+"/")
		}
	}
	return text
}
