package generator

import (
	"context"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"sigs.k8s.io/yaml"

	"drover/generator/spec"
)

// The files of a color with gitops. Their names put them into the order in which they are applied: the agent, what a color
// knows of itself (factsFile), what the spec names (001 and on), and the application that brings all others.
const (
	agentFile = manifestPrefix + "000-argocd.yaml"
	rootFile  = manifestPrefix + "999-root.yaml"
)

// agentNamespace is where Argo CD runs: its own manifests name it.
const agentNamespace = "argocd"

// gitOpsFiles install the agent in a color, and give it its first application.
func gitOpsFiles(ctx context.Context, c spec.Cluster, r Root) (Files, error) {
	if c.Spec.GitOps == nil || r.color() == "" {
		return nil, nil
	}
	agent, err := agentManifest(ctx, c)
	if err != nil {
		return nil, err
	}
	root, err := documents(rootApplication(c, r))
	if err != nil {
		return nil, err
	}
	return Files{agentFile: agent, rootFile: root}, nil
}

type fields = map[string]any

// rootApplication brings what is in the repository. Argo CD keeps it so.
func rootApplication(c spec.Cluster, r Root) fields {
	g := c.Spec.GitOps
	return fields{
		"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": fields{"name": "root", "namespace": agentNamespace},
		"spec": fields{
			"project":     "default",
			"source":      fields{"repoURL": g.Repository, "targetRevision": ofColor(g.Revision, r), "path": ofColor(g.Path, r)},
			"destination": fields{"server": "https://kubernetes.default.svc", "namespace": agentNamespace},
			"syncPolicy": fields{
				"automated": fields{"prune": true, "selfHeal": true},
				"retry":     fields{"limit": 5, "backoff": fields{"duration": "5s", "factor": 2, "maxDuration": "1m"}},
			},
		},
	}
}

// ofColor fills in what a path or a revision may leave to the color.
func ofColor(text string, r Root) string { return strings.ReplaceAll(text, spec.ColorMark, r.color()) }

// cacheOf is where images of a registry are pulled through a cache of the cluster's own; empty where that is not known. It
// is the output pull_through_caches of the foundation.
func cacheOf(c spec.Cluster, upstream string) string {
	s := c.Spec
	if !c.Caches(upstream) {
		return ""
	}
	suffix := "amazonaws.com"
	if strings.HasPrefix(s.Region, "cn-") {
		suffix += ".cn"
	}
	return fmt.Sprintf("%s.dkr.ecr.%s.%s/%s/%s", s.Account, s.Region, suffix, cacheName(c.Metadata.Name), upstream)
}

// cacheName is what the foundation calls a cluster's caches: see modules/aws/foundation/registry.tf.
func cacheName(cluster string) string {
	const most = 19
	if len(cluster) <= most {
		return cluster
	}
	sum := sha1.Sum([]byte(cluster)) //nolint:gosec // a part of a name, as Terraform's function sha1 makes it
	return strings.TrimSuffix(cluster[:12], "-") + "-" + hex.EncodeToString(sum[:])[:6]
}

// documents are objects as the documents of one file.
func documents(objects ...fields) ([]byte, error) {
	var all []byte
	for i, o := range objects {
		data, err := yaml.Marshal(o)
		if err != nil { // it writes no control characters
			data, err = json.MarshalIndent(o, "", "  ") // which is YAML
		}
		if err != nil {
			return nil, fmt.Errorf("writing the %v: %w", o["kind"], err)
		}
		if i > 0 {
			all = append(all, "---\n"...)
		}
		all = append(all, data...)
	}
	return all, nil
}
