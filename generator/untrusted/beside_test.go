package untrusted_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"drover/generator/untrusted"
)

// checkout is a work tree with a spec in a directory, files beside and above it, and links that lead out.
func checkout(t *testing.T) (spec string) {
	t.Helper()
	top := t.TempDir()
	for name, text := range map[string]string{
		"repo/.git/config": "token", "repo/clusters/prod.yaml": "spec", "repo/shared/ns.yaml": "ns",
		"repo/clusters/apps/b.yaml": "b", "repo/clusters/apps/a.json": "a", "repo/clusters/apps/README.md": "-", "repo/clusters/apps/below/c.yaml": "c",
		"secret": "secret",
	} {
		at := filepath.Join(top, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(at), 0o700), os.WriteFile(at, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	for link, to := range map[string]string{"out": "../../secret", "fine": "../shared/ns.yaml"} {
		if err := os.Symlink(to, filepath.Join(top, "repo/clusters", link)); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(top, "repo/clusters/prod.yaml")
}

func TestAFileNamesOthersOfItsCheckout(t *testing.T) {
	t.Parallel()
	spec := checkout(t)
	for name, want := range map[string]string{"apps/b.yaml": "b", "../shared/ns.yaml": "ns", "apps": "ab", "fine": "ns"} {
		parts, err := untrusted.ReadBeside(spec, name, ".yaml", ".json")
		got := ""
		for _, p := range parts {
			got += string(p.Data)
		}
		if err != nil || got != want {
			t.Errorf("%s: %q, %v; want %q", name, got, err, want)
		}
	}
}

func TestAFileNamesNothingOutsideOfItsCheckout(t *testing.T) {
	t.Parallel()
	spec := checkout(t)
	for _, name := range []string{"out", "../../secret", "/etc/passwd", "../.git/config", "../.GIT/config", "../.git", "apps/../../../secret"} {
		if parts, err := untrusted.ReadBeside(spec, name, ".yaml"); !errors.Is(err, untrusted.ErrOutside) {
			t.Errorf("%s: %q, %v; want ErrOutside", name, parts, err)
		}
	}
}
