package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"drover/orchestrator/cluster"
)

// inScratch has something planned in a copy of the Terraform directory, so that it leaves no file.
func inScratch[T any](ctx context.Context, o cluster.Options, plan func(context.Context, cluster.Options) (T, error)) (planned T, err error) {
	scratch, err := os.MkdirTemp("", "drover-plan-")
	if err != nil {
		return planned, fmt.Errorf("creating a directory for the plan: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(scratch)) }()
	for _, part := range []string{"modules", o.Spec.Metadata.Name} {
		if err := copyForPlan(filepath.Join(o.Out, part), filepath.Join(scratch, part)); err != nil {
			return planned, fmt.Errorf("copying %s for the plan: %w", filepath.Join(o.Out, part), err)
		}
	}
	o.Connect = connectIn(scratch)
	return plan(ctx, o)
}

// left is what Terraform keeps for a process or failed to upload, and drover's store, which is read where it is.
var left = []string{".terraform", "errored.tfstate", ".terraform.tfstate.lock.info", ".drover"}

// copyForPlan copies what a plan reads: the modules, and roots with their local state. What is not there is not copied.
func copyForPlan(from, to string) error {
	err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if slices.Contains(left, d.Name()) {
			if d.IsDir() {
				return filepath.SkipDir
			}
			return nil
		}
		inside, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, inside)
		if d.IsDir() {
			return os.MkdirAll(target, 0o700)
		}
		if !d.Type().IsRegular() {
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(target, data, 0o600)
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
