package gobuild

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Patch replaces text in a file of a dependency. The module is built from a copy that has the change; Go refuses to build from
// changed files in its own cache.
type Patch struct {
	Module   string // its path; one patch for each module
	File     string // within the module, slash-separated
	Old, New string // Old must occur exactly once
}

// apply copies the patched modules beside the one that is built, and has that use them.
func (b *Builder) apply(ctx context.Context, patches []Patch) error {
	for _, p := range patches {
		if err := b.patch(ctx, p); err != nil {
			return fmt.Errorf("patching %s of %s: %w", p.File, p.Module, err)
		}
	}
	return nil
}

func (b *Builder) patch(ctx context.Context, p Patch) error {
	original, err := b.ModuleDir(ctx, p.Module)
	if err != nil {
		return err
	}
	name := filepath.ToSlash(filepath.Join("patched", filepath.FromSlash(p.Module)))
	dir := filepath.Join(b.dir, filepath.FromSlash(name))
	if err := os.CopyFS(dir, os.DirFS(original)); err != nil {
		return fmt.Errorf("copying the module: %w", err)
	}
	path := filepath.Join(dir, filepath.FromSlash(p.File))
	source, err := os.ReadFile(path) //nolint:gosec // a file of a module that go.sum pins
	if err != nil {
		return fmt.Errorf("reading it: %w", err)
	}
	if n := strings.Count(string(source), p.Old); n != 1 {
		return fmt.Errorf("%q occurs %d times in it, and must occur once", p.Old, n)
	}
	if err := os.WriteFile(path, []byte(strings.Replace(string(source), p.Old, p.New, 1)), 0o600); err != nil {
		return fmt.Errorf("writing it: %w", err)
	}
	if out, err := b.command(ctx, "mod", "edit", "-replace", p.Module+"=./"+name).CombinedOutput(); err != nil {
		return fmt.Errorf("using the copy: %w\n%s", err, strings.TrimSpace(string(out)))
	}
	return nil
}
