// Package docs holds what the documentation says of files and tests against the repository. It must never judge style.
package docs

import (
	"path/filepath"
	"testing"

	"drover/test/harness"
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
		filesAreThere(t, repository, "the point "+point, row[2])
		testsAreThere(t, repository, "the point "+point, row[3])
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
