package harness

import (
	"context"
	"os"
	"path/filepath"

	"drover/generator/argocd"
)

// ArgoCD puts Argo CD's manifests where a drover with that home finds them: it has neither network nor Go.
func ArgoCD(ctx context.Context, home string) error {
	data, err := argocd.Manifests(ctx)
	if err != nil {
		return err
	}
	dir := filepath.Join(home, ".cache", "drover", "argocd-manifests", argocd.Version)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "install.yaml"), data, 0o600)
}
