package kubernetes

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

const (
	prefix   = "kubernetes-" // of a cluster's directory
	firstLog = nameEtcd + ".log"
)

// Sweep removes the directories of clusters that were killed with their owner, below the directory of a fleet. Whoever
// calls it has ended their programs. A directory that only has such a name, and neither is empty nor has what a cluster
// writes first, is left alone.
func Sweep(dir string) error {
	found, err := filepath.Glob(filepath.Join(dir, prefix+"*"))
	if err != nil {
		return fmt.Errorf("look for what control planes have left in %s: %w", dir, err)
	}
	for _, path := range found {
		if _, err := os.Lstat(filepath.Join(path, firstLog)); errors.Is(err, fs.ErrNotExist) {
			_ = os.Remove(path) // only goes if it is empty
			continue
		}
		if err := os.RemoveAll(path); err != nil {
			return fmt.Errorf("remove what a control plane has left: %w", err)
		}
	}
	return nil
}
