package docs

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	quoted = regexp.MustCompile("`([^`]+)`")
	test   = regexp.MustCompile("`([^`]+)` ([A-Za-z0-9_]+)")
)

// filesAreThere checks that a cell names files, and that each is there.
func filesAreThere(t *testing.T, repository, row, cell string) {
	t.Helper()
	files := quoted.FindAllStringSubmatch(cell, -1)
	if len(files) == 0 {
		t.Errorf("%s names no file that meets it", row)
	}
	for _, match := range files {
		if _, err := os.Stat(filepath.Join(repository, match[1])); err != nil {
			t.Errorf("%s: %v", row, err)
		}
	}
}

// testsAreThere checks that a cell names tests, each behind its file, and that each is there.
func testsAreThere(t *testing.T, repository, row, cell string) {
	t.Helper()
	tests := test.FindAllStringSubmatch(cell, -1)
	if len(tests) == 0 || len(tests) != len(quoted.FindAllString(cell, -1)) {
		t.Errorf("%s names no test, or a file without one: %s", row, cell)
	}
	for _, match := range tests {
		if err := hasTest(filepath.Join(repository, match[1]), match[2]); err != nil {
			t.Errorf("%s: %v", row, err)
		}
	}
}

// hasTest is an error unless a Go file or a Terraform test file has a test of exactly this name.
func hasTest(path, name string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read a test file: %w", err)
	}
	want := "run \"" + name + "\" {"
	if strings.HasSuffix(path, "_test.go") {
		want = "func " + name + "(t *testing.T)"
	}
	if !strings.Contains(string(data), want) {
		return fmt.Errorf("%s has no test %s", path, name)
	}
	return nil
}
