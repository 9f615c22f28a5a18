package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// No platform reads a workflow below the top directory, and nothing would say so.
func TestAPipelineIsWrittenInTheTopDirectoryOnly(t *testing.T) {
	t.Parallel()
	outside := t.TempDir()
	top := filepath.Join(outside, "repository")
	below := filepath.Join(top, "clusters", "eu")
	for _, dir := range []string{filepath.Join(top, ".git"), below} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for dir, want := range map[string]string{outside: "", top: "", below: "run it in " + top} {
		err := inTop(dir)
		if (err == nil) != (want == "") || err != nil && !strings.HasSuffix(err.Error(), want) {
			t.Errorf("in %s: %v", dir, err)
		}
	}
}
