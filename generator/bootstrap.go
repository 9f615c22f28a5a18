package generator

import (
	"context"
	"fmt"
	"maps"
	"path"
	"strings"

	"drover/generator/spec"
)

// manifestPrefix is what the names of a color's manifests begin with; Terraform reads no such file. What follows is
// their order.
const manifestPrefix = "bootstrap-"

// insideFiles are all manifests that are applied to a color, beside its Terraform: its revision is theirs too.
func insideFiles(ctx context.Context, c spec.Cluster, r Root) (Files, error) {
	files := bootstrapFiles(c, r)
	gitOps, err := gitOpsFiles(ctx, c, r)
	if err != nil {
		return nil, err
	}
	facts, err := factsFiles(c, r)
	if err != nil {
		return nil, err
	}
	maps.Copy(files, gitOps)
	maps.Copy(files, facts)
	return files, nil
}

// bootstrapFiles are those that the spec names.
func bootstrapFiles(c spec.Cluster, r Root) Files {
	out := Files{}
	if c.Spec.Bootstrap == nil || r.color() == "" {
		return out
	}
	for i, m := range c.Spec.Bootstrap.Files {
		out[fmt.Sprintf("%s%03d-%s.yaml", manifestPrefix, i+1, fileWord(m.File))] = []byte(m.Text) // JSON is YAML
	}
	return out
}

// fileWord is what is left of a file's name in any file system and any list.
func fileWord(name string) string {
	word := strings.Map(func(r rune) rune {
		if strings.ContainsRune("abcdefghijklmnopqrstuvwxyz0123456789-", r) {
			return r
		}
		return -1
	}, strings.ToLower(strings.TrimSuffix(path.Base(name), path.Ext(name))))
	return word[:min(len(word), 40)]
}

// Manifests are what is applied to a color once it stands, in order.
func (f Files) Manifests(cluster string, r Root) []spec.Manifest {
	var all []spec.Manifest
	for _, name := range f.names() {
		base, inRoot := strings.CutPrefix(name, path.Join(cluster, string(r))+"/")
		if inRoot && strings.HasPrefix(base, manifestPrefix) && path.Ext(base) == ".yaml" {
			all = append(all, spec.Manifest{File: base, Text: string(f[name])})
		}
	}
	return all
}
