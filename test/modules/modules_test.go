// Package modules runs the tests that the Terraform modules bring with them, on a copy of the modules, and checks
// their formatting. It must never write below the modules themselves.
package modules

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"drover/test/harness"
)

func TestModulesAreFormatted(t *testing.T) {
	t.Parallel()
	plain := harness.Terraform(t)
	plain.Run(t, filepath.Join(harness.Repository(t), "modules"), "fmt", "-check", "-recursive", "-diff")
}

var passed = regexp.MustCompile(`Success! ([1-9][0-9]*) passed, 0 failed`)

func TestModulesHoldTheirOwnTests(t *testing.T) {
	t.Parallel()
	holdTheirTests(t, harness.Terraform(t))
}

// holdTheirTests runs the tests of each module, side by side.
func holdTheirTests(t *testing.T, plain harness.Plain) {
	t.Helper()
	source := filepath.Join(harness.Repository(t), "modules")
	descriptions, err := filepath.Glob(filepath.Join(source, "*", "*", "versions.tf"))
	if err != nil || len(descriptions) == 0 {
		t.Fatalf("there are no modules (%v)", err)
	}
	work := filepath.Join(t.TempDir(), "modules")
	if err := os.CopyFS(work, os.DirFS(source)); err != nil {
		t.Fatal(err)
	}
	for _, description := range descriptions {
		module, err := filepath.Rel(source, filepath.Dir(description))
		if err != nil {
			t.Fatal(err)
		}
		t.Run(module, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(work, module)
			plain.Init(t, dir)
			result := plain.Run(t, dir, "test", "-no-color")
			if !passed.MatchString(result.Stdout) {
				t.Errorf("the module has no test that ran:\n%s", result.Stdout)
			}
		})
	}
}
