// Package generated holds what drover writes against Terraform itself: its formatting, its validity, and that
// writing it twice changes nothing. It must never need a cloud or credentials.
package generated

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"drover/test/harness"
)

func TestMain(m *testing.M) { os.Exit(harness.Main(m)) }

func TestEveryExampleValidates(t *testing.T) {
	t.Parallel()
	for _, spec := range harness.Examples(t) {
		t.Run(name(spec), func(t *testing.T) {
			t.Parallel()
			if r := harness.Drover(t, t.TempDir(), "validate", "-f", spec); r.Code != 0 {
				t.Errorf("exit %d\n%s%s", r.Code, r.Stdout, r.Stderr)
			}
		})
	}
}

func TestGeneratingTwiceChangesNoByte(t *testing.T) {
	t.Parallel()
	for _, spec := range harness.Examples(t) {
		t.Run(name(spec), func(t *testing.T) {
			t.Parallel()
			out := generate(t, spec)
			first := files(t, out)
			if r := harness.Drover(t, t.TempDir(), "generate", "-f", spec, "-o", out); r.Code != 0 {
				t.Fatalf("generating again: exit %d\n%s", r.Code, r.Stderr)
			}
			second := files(t, out)
			if len(first) != len(second) {
				t.Errorf("there were %d files, and are %d", len(first), len(second))
			}
			for path, content := range first {
				if second[path] != content {
					t.Errorf("%s has changed", path)
				}
			}
			if r := harness.Drover(t, t.TempDir(), "generate", "--check", "-f", spec, "-o", out); r.Code != 0 {
				t.Errorf("generate --check finds a difference right after generate: exit %d\n%s%s", r.Code, r.Stdout, r.Stderr)
			}
		})
	}
}

// Each root is initialized without its backend, so that no credentials are needed, and validated by Terraform with
// the real provider's schema.
func TestEveryGeneratedRootIsFormattedAndValid(t *testing.T) {
	t.Parallel()
	plain := harness.Terraform(t)
	for _, spec := range harness.Examples(t) {
		t.Run(name(spec), func(t *testing.T) {
			t.Parallel()
			out := generate(t, spec)
			plain.Run(t, out, "fmt", "-check", "-recursive", "-diff")
			roots, err := filepath.Glob(filepath.Join(out, "*", "*", "main.tf"))
			if err != nil {
				t.Fatal(err)
			}
			validated := 0
			for _, main := range roots {
				root := filepath.Dir(main)
				if strings.HasPrefix(root, filepath.Join(out, "modules")) {
					continue
				}
				plain.Init(t, root)
				plain.Run(t, root, "validate", "-no-color")
				validated++
			}
			if validated != 4 {
				t.Errorf("%d roots were validated, want foundation, blue, green and traffic", validated)
			}
		})
	}
}

func generate(t *testing.T, spec string) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "infra")
	if r := harness.Drover(t, t.TempDir(), "generate", "-f", spec, "-o", out); r.Code != 0 {
		t.Fatalf("generating %s: exit %d\n%s", spec, r.Code, r.Stderr)
	}
	return out
}

// files are all files below dir with their content. There is at least one.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		found[path] = string(data)
		return err
	})
	if err != nil || len(found) == 0 {
		t.Fatalf("reading what was generated: %d files, %v", len(found), err)
	}
	return found
}

func name(spec string) string {
	return filepath.Base(filepath.Dir(spec)) + "/" + strings.TrimSuffix(filepath.Base(spec), ".yaml")
}
