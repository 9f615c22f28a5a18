package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"

	"drover/generator"
	"drover/orchestrator/cluster"
)

// workspace is a Terraform directory on this machine.
type workspace struct{ dir, cluster string }

var _ cluster.Workspace = (*workspace)(nil)

// openWorkspace finishes a write of the directory that was cut short.
func openWorkspace(dir, cluster string) (*workspace, error) {
	if err := generator.Recover(dir); err != nil {
		return nil, fmt.Errorf("finishing an interrupted write of %s: %w", dir, err)
	}
	return &workspace{dir, cluster}, nil
}

func (w *workspace) root(r generator.Root) string { return filepath.Join(w.dir, w.cluster, string(r)) }

// Write implements cluster.Workspace.
func (w *workspace) Write(files generator.Files, force bool) (bool, error) {
	changes, err := generator.Write(w.dir, files, generator.WriteOptions{Force: force})
	return !changes.Empty(), err
}

// Present implements cluster.Workspace.
func (w *workspace) Present(files generator.Files) (generator.Files, error) {
	return generator.Present(w.dir, files)
}

// Put implements cluster.Workspace. A state has secrets in it, so that only its owner may read it.
func (w *workspace) Put(r generator.Root, name string, data []byte) (bool, error) {
	path := filepath.Join(w.root(r), name)
	if data == nil {
		err := os.Remove(path)
		if errors.Is(err, fs.ErrNotExist) {
			return false, nil
		}
		return true, err
	}
	had, err := w.Get(r, name)
	if err != nil || bytes.Equal(had, data) {
		return false, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return false, err
	}
	mode := fs.FileMode(0o644)
	if filepath.Ext(name) == ".tfstate" {
		mode = 0o600
	}
	return true, renameio.WriteFile(path, data, mode)
}

// Get implements cluster.Workspace.
func (w *workspace) Get(r generator.Root, name string) ([]byte, error) {
	data, err := os.ReadFile(filepath.Join(w.root(r), name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return data, err
}
