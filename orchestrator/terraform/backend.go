package terraform

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// backendType is the kind of the backend that a root's files name, or empty if they name none.
func backendType(dir string) (string, error) {
	paths, err := filepath.Glob(filepath.Join(escapeGlob(dir), "*.tf"))
	if err != nil {
		return "", fmt.Errorf("listing the files of %s: %w", dir, err)
	}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			return "", fmt.Errorf("looking for the backend of %s: %w", dir, err)
		}
		file, diagnostics := hclsyntax.ParseConfig(data, path, hcl.InitialPos)
		if diagnostics.HasErrors() {
			continue // Terraform tells it better
		}
		body, ok := file.Body.(*hclsyntax.Body)
		if !ok {
			continue
		}
		if kind := backendOf(body); kind != "" {
			return kind, nil
		}
	}
	return "", nil
}

func backendOf(body *hclsyntax.Body) string {
	for _, block := range body.Blocks {
		if block.Type != "terraform" {
			continue
		}
		for _, inner := range block.Body.Blocks {
			if inner.Type == "backend" && len(inner.Labels) == 1 {
				return inner.Labels[0]
			}
		}
	}
	return ""
}
