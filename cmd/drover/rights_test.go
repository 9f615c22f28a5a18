package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"drover/orchestrator/platform/aws/rights"
)

// A checkout may bring along the directory, or the files, as links to what is a person's own.
func TestPoliciesAreWrittenToTheDirectoryAlone(t *testing.T) {
	t.Parallel()
	for name, link := range map[string][2]string{"the directory": {"../own", "policies"}, "a file": {"../../own/apply.json", "policies/apply.json"}} {
		base := t.TempDir()
		own := filepath.Join(base, "own", "apply.json")
		checkout := filepath.Join(base, "checkout")
		at := filepath.Join(checkout, link[1])
		err := errors.Join(os.MkdirAll(filepath.Dir(own), 0o700), os.WriteFile(own, []byte("mine"), 0o600), os.MkdirAll(filepath.Join(checkout, ".git"), 0o700),
			os.MkdirAll(filepath.Dir(at), 0o700), os.Symlink(link[0], at))
		if err != nil {
			t.Fatal(err)
		}
		err = writePolicies(streams{out: io.Discard, err: io.Discard}, filepath.Join(checkout, "policies"), []rights.Document{{Name: "apply", JSON: []byte("{}")}})
		if data, _ := os.ReadFile(own); err == nil || string(data) != "mine" {
			t.Errorf("%s is a link: it holds %q now, %v", name, data, err)
		}
	}
}
