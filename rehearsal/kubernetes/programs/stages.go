package programs

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/renameio/v2"
)

// stagesFile tells kwok what nodes and pods do by themselves: become ready, renew leases, run, complete, go.
const stagesFile = "kwok-stages.yaml"

// stages are the parts of kwok's module that make it, as its own "fast" set joins them.
var stages = []string{"node/fast", "node/heartbeat-with-lease", "pod/fast"}

// makeStages joins what kwok's module has in kustomize/stage.
func (g golang) makeStages(ctx context.Context, to string) error {
	// The module need not be there yet if kwok itself was found elsewhere.
	if out, err := g.command(ctx, "mod", "download", "sigs.k8s.io/kwok").CombinedOutput(); err != nil {
		return fmt.Errorf("fetch kwok's module: %w\n%s", err, bytes.TrimSpace(out))
	}
	out, err := g.command(ctx, "list", "-m", "-f", "{{.Dir}}", "sigs.k8s.io/kwok").Output()
	dir := strings.TrimSpace(string(out))
	if err == nil && dir == "" {
		err = errNoModule
	}
	if err != nil {
		return fmt.Errorf("find kwok's module: %w", err)
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
