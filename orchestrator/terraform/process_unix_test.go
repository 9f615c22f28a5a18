//go:build unix

package terraform

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// groupAlive is true if a process of the group is left.
func groupAlive(pid int) bool {
	return !errors.Is(syscall.Kill(-pid, 0), syscall.ESRCH)
}

// A state holds secrets, and others may use the machine.
func TestWhatTerraformWritesIsItsOwnersAlone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	program := filepath.Join(t.TempDir(), "terraform")
	if err := os.WriteFile(program, []byte("#!/bin/sh\necho secret > terraform.tfstate\n"), 0o700); err != nil { //nolint:gosec // it is run
		t.Fatal(err)
	}
	root, err := (&Binary{Path: program, Version: "1.13.3", Flavor: Terraform}).Open(dir, RootOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := root.run(t.Context(), "apply", nil); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(dir, "terraform.tfstate"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the state is there with %v, %v", info, err)
	}
}
