// Package docs holds what the documentation says of files and tests against the repository. It must never judge style.
package docs

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"drover/test/harness"
)

var (
	file = regexp.MustCompile("`([^`]+)`")
	test = regexp.MustCompile("`([^`]+)` ([A-Za-z0-9_]+)")
)

// Every file and test that the table of CIS points names is there; each point has both.
func TestTableOfCISPointsNamesWhatIsThere(t *testing.T) {
	t.Parallel()
	repository := harness.Repository(t)
	seen := map[string]bool{}
	for _, row := range harness.TableRows(t, filepath.Join(repository, "docs", "cis-eks.md"), 4) {
		point := row[0]
		if seen[point] {
			t.Errorf("the point %s is there twice", point)
		}
		seen[point] = true
		files := file.FindAllStringSubmatch(row[2], -1)
		if len(files) == 0 {
			t.Errorf("the point %s names no file that meets it", point)
		}
		for _, match := range files {
			if _, err := os.Stat(filepath.Join(repository, match[1])); err != nil {
				t.Errorf("the point %s: %v", point, err)
			}
		}
		tests := test.FindAllStringSubmatch(row[3], -1)
		if len(tests) == 0 || len(tests) != len(file.FindAllString(row[3], -1)) {
			t.Errorf("the point %s names no test, or a file without one: %s", point, row[3])
		}
		for _, match := range tests {
			if err := hasTest(filepath.Join(repository, match[1]), match[2]); err != nil {
				t.Errorf("the point %s: %v", point, err)
			}
		}
	}
}

func TestATestThatIsNotThereIsMissed(t *testing.T) {
	t.Parallel()
	repository := harness.Repository(t)
	own := filepath.Join(repository, "test", "docs", "cis_test.go")
	module := filepath.Join(repository, "modules", "aws", "cluster", "tests", "cluster.tftest.hcl")
	if err := hasTest(own, "TestATestThatIsNotThereIsMissed"); err != nil {
		t.Error(err)
	}
	for path, name := range map[string]string{own: "TestATest", module: "api_is_private", module + ".gone": "api_is_private_by_default"} {
		if hasTest(path, name) == nil {
			t.Errorf("%s has the test %s, which it has not", path, name)
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
