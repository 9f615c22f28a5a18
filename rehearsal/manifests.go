package rehearsal

import (
	"fmt"
	"os"
	"path/filepath"
)

// manifestsDir is where, beside its copy of the spec, a rehearsal keeps what the spec names beside it.
const manifestsDir = "manifests"

// manifests copies what the spec has drover apply, and says where. Without control planes there is nothing to apply it to.
func (r *run) manifests() ([]edit, error) {
	b := r.Spec.Spec.Bootstrap
	switch {
	case b == nil:
		return nil, nil
	case !r.Kubernetes:
		return []edit{{"bootstrap", nil, "no bootstrap: a cluster without a control plane takes no objects"}}, nil
	}
	dir := filepath.Join(r.dir, manifestsDir)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("copy the spec's manifests: %w", err)
	}
	var names []string
	for i, m := range b.Files {
		name := fmt.Sprintf("%03d-%s", i+1, filepath.Base(m.File))
		if err := os.WriteFile(filepath.Join(dir, name), []byte(m.Text), 0o600); err != nil {
			return nil, fmt.Errorf("copy the spec's manifests: %w", err)
		}
		names = append(names, manifestsDir+"/"+name)
	}
	return []edit{{path: "bootstrap.manifests", value: names}}, nil
}
