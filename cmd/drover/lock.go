package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"drover/generator"
	"drover/generator/spec"
	"drover/orchestrator/terraform"
)

const (
	lockFile      = ".terraform.lock.hcl"
	providersFile = "providers.tf" // of a root: the providers that it requires
)

// lockProviders writes lock files with the hashes of the usual platforms into the roots of every spec.
func lockProviders(ctx context.Context, out string, all []loaded, w io.Writer) error {
	for _, l := range all {
		asked := l.Cluster.Spec.Terraform
		binary, err := terraform.Find(ctx, terraform.Options{Flavor: asked.Flavor, Version: asked.Version})
		if err != nil {
			return fmt.Errorf("finding Terraform: %w", err)
		}
		if err := lockCluster(ctx, binary, out, l.Cluster, w); err != nil {
			return err
		}
	}
	return nil
}

// lockCluster locks one root, and gives the file to those that require the same providers: each would download them
// again for every platform.
func lockCluster(ctx context.Context, binary *terraform.Binary, out string, c spec.Cluster, w io.Writer) error {
	locks := map[string][]byte{} // by what the roots require
	for _, root := range generator.Roots() {
		dir := filepath.Join(out, c.Metadata.Name, string(root))
		requires, err := terraformBlock(filepath.Join(dir, providersFile))
		if errors.Is(err, fs.ErrNotExist) {
			continue // a color that is not there
		}
		if err != nil {
			return fmt.Errorf("reading the requirements of %s: %w", dir, err)
		}
		if err := unlinked(dir); err != nil {
			return err
		}
		path := filepath.Join(dir, lockFile)
		same := locks[string(requires)]
		if same == nil {
			if err := lockRoot(ctx, binary, dir, w); err != nil {
				return err
			}
			if same, err = os.ReadFile(path); err != nil {
				return fmt.Errorf("reading the lock file of %s: %w", dir, err)
			}
			locks[string(requires)] = same
		}
		if now, err := os.ReadFile(path); err == nil && bytes.Equal(now, same) {
			continue
		}
		if err := os.WriteFile(path, same, 0o644); err != nil { //nolint:gosec // to be committed, and read by all
			return fmt.Errorf("writing the lock file of %s: %w", dir, err)
		}
	}
	return nil
}

// unlinked refuses links where drover and Terraform write, because a checkout may bring links along that lead out of it.
func unlinked(dir string) error {
	for _, name := range []string{lockFile, ".terraform", ".terraform/drover", ".terraform/drover/cli.tfrc", ".terraform/modules", ".terraform/modules/modules.json"} {
		at := filepath.Join(dir, filepath.FromSlash(name))
		if info, err := os.Lstat(at); err == nil && info.Mode()&fs.ModeSymlink != 0 {
			return fmt.Errorf("writing the lock file of %s: %s is a symbolic link; remove it, and run this again", dir, at)
		}
	}
	return nil
}

// terraformBlock is what a root says of Terraform itself and its providers; the rest of the file is their settings.
func terraformBlock(path string) ([]byte, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	file, diagnostics := hclsyntax.ParseConfig(data, path, hcl.InitialPos)
	if diagnostics.HasErrors() {
		return nil, diagnostics
	}
	if body, ok := file.Body.(*hclsyntax.Body); ok {
		for _, block := range body.Blocks {
			if block.Type == "terraform" {
				return block.Range().SliceBytes(data), nil
			}
		}
	}
	return data, nil
}

func lockRoot(ctx context.Context, binary *terraform.Binary, dir string, w io.Writer) error {
	root, err := binary.Open(dir, terraform.RootOptions{})
	if err != nil {
		return err
	}
	absent, err := root.LockProviders(ctx, terraform.LockedPlatforms)
	if err != nil {
		return err
	}
	if len(absent) > 0 {
		_, _ = fmt.Fprintf(w, "%s: the mirror has no providers for %s; Terraform on that platform adds its own hash; commit it then\n",
			filepath.Join(dir, lockFile), strings.Join(absent, ", ")) // what was locked stays, also where nobody reads this
	}
	return nil
}
