package generator

import (
	"context"
	"slices"
	"strings"

	"drover/generator/argocd"
	"drover/generator/spec"
)

// agentManifest is what installs Argo CD in a cluster: what is published, in the namespace argocd, with images from the
// cluster's own caches as far as it has them.
func agentManifest(ctx context.Context, c spec.Cluster) ([]byte, error) {
	published, err := argocd.Manifests(ctx)
	if err != nil {
		return nil, err
	}
	return []byte(cached(c, placed(string(published)))), nil
}

// placed is what is published, with the namespace that kubectl apply -n would give it.
func placed(published string) string {
	docs := strings.Split(published, "\n---\n")
	for i, doc := range docs {
		docs[i] = inNamespace(doc)
	}
	return strings.Join(docs, "\n---\n")
}

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
