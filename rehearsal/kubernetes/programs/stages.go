package programs

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"

	"drover/rehearsal/gobuild"
)

// stagesFile tells kwok what nodes and pods do by themselves: become ready, renew leases, run, complete, go.
const stagesFile = "kwok-stages.yaml"

// stages are the parts of kwok's module that make it, as its own "fast" set joins them.
var stages = []string{"node/fast", "node/heartbeat-with-lease", "pod/fast"}

// makeStages joins what kwok's module has in kustomize/stage.
func makeStages(ctx context.Context, builder *gobuild.Builder, to string) error {
	dir, err := builder.ModuleDir(ctx, kwokModule)
	if err != nil {
		return err
	}
	joined, err := joinStages(filepath.Join(dir, "kustomize", "stage"))
	if err != nil {
		return err
	}
	if err := renameio.WriteFile(to, joined, 0o644); err != nil { //nolint:gosec // nobody's secret
		return fmt.Errorf("write kwok's stages: %w", err)
	}
	return nil
}

func joinStages(dir string) ([]byte, error) {
	var joined bytes.Buffer
	for _, part := range stages {
		files, err := filepath.Glob(filepath.Join(dir, filepath.FromSlash(part), "*.yaml"))
		if err != nil {
			return nil, fmt.Errorf("look for kwok's stages: %w", err)
		}
		before := joined.Len()
		for _, file := range files {
			if filepath.Base(file) == "kustomization.yaml" {
				continue
			}
			data, err := os.ReadFile(file)
			if err != nil {
				return nil, fmt.Errorf("read kwok's stages: %w", err)
			}
			fmt.Fprintf(&joined, "---\n%s\n", bytes.TrimSpace(data))
		}
		if joined.Len() == before {
			return nil, fmt.Errorf("read kwok's stages: %s has none in %s", dir, part)
		}
	}
	return joined.Bytes(), nil
}
