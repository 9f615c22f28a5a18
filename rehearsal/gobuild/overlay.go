package gobuild

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// overlay writes the patched files and the list of them that go build takes; empty: nothing is patched.
func (b *Builder) overlay(ctx context.Context) (string, error) {
	if len(b.patches) == 0 {
		return "", nil
	}
	replace := map[string]string{}
	for i, p := range b.patches {
		dir, err := b.ModuleDir(ctx, p.Module)
		if err != nil {
			return "", err
		}
		path := filepath.Join(dir, filepath.FromSlash(p.File))
		source, err := os.ReadFile(path) //nolint:gosec // a file of a module that go.sum pins
		if err != nil {
			return "", fmt.Errorf("reading what to patch: %w", err)
		}
		if n := strings.Count(string(source), p.Old); n != 1 {
			return "", fmt.Errorf("patching %s of %s: %q occurs %d times in it, and must occur once", p.File, p.Module, p.Old, n)
		}
		patched := filepath.Join(b.dir, "patched-"+strconv.Itoa(i)+".txt")
		if err := os.WriteFile(patched, []byte(strings.Replace(string(source), p.Old, p.New, 1)), 0o600); err != nil {
			return "", fmt.Errorf("writing the patched %s: %w", p.File, err)
		}
		replace[path] = patched
	}
	data, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", fmt.Errorf("writing the list of patched files: %w", err)
	}
	list := filepath.Join(b.dir, "overlay.json")
	if err := os.WriteFile(list, data, 0o600); err != nil {
		return "", fmt.Errorf("writing the list of patched files: %w", err)
	}
	return list, nil
}
