package docs

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"drover/generator/spec"
	"drover/test/harness"
)

// Every field, file and test that the table of what production needs names is there; each need has all three.
func TestTableOfWhatProductionNeedsNamesWhatIsThere(t *testing.T) {
	t.Parallel()
	repository := harness.Repository(t)
	seen := map[string]bool{}
	for _, row := range harness.TableRows(t, filepath.Join(repository, "docs", "requirements.md"), 5) {
		need := row[0]
		if seen[need] {
			t.Errorf("%s is there twice", need)
		}
		seen[need] = true
		fields := quoted.FindAllStringSubmatch(row[1], -1)
		if len(fields) == 0 {
			t.Errorf("%s: no field of the spec says it", need)
		}
		for _, match := range fields {
			if !isField("spec." + match[1]) {
				t.Errorf("%s: the spec has no field %s", need, match[1])
			}
		}
		filesAreThere(t, repository, need, row[2])
		testsAreThere(t, repository, need, row[3])
	}
	if len(seen) < 15 {
		t.Errorf("production needs only %d things", len(seen))
	}
}

// Whoever installs a controller reads here what its service account has to be called.
func TestServiceAccountOfEveryControllerIsNamed(t *testing.T) {
	t.Parallel()
	repository := harness.Repository(t)
	page, err := os.ReadFile(filepath.Join(repository, "docs", "requirements.md"))
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]bool{}
	for _, file := range []string{"examples/aws/production.yaml", "generator/spec/testdata/good/shop-prod.yaml"} {
		c, diags := spec.Load(filepath.Join(repository, file))
		if diags.HasErrors() {
			t.Fatal(diags.Error())
		}
		for _, controller := range c.Controllers() {
			named[controller.Name] = true
			if at := "(`" + controller.Namespace + "/" + controller.ServiceAccount + "`)"; !strings.Contains(string(page), at) {
				t.Errorf("%s is not said to be %s", controller.Name, at)
			}
		}
	}
	if len(named) != 4 {
		t.Errorf("the specs ask for %v, want all four controllers", named)
	}
}

func TestAFieldThatIsNotThereIsMissed(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]bool{
		"spec.network.cidr": true, "spec.nodePools[].min": true, "spec.gitops.components": true,
		"spec.network.cidrs": false, "spec.nodePools.min": false, "spec.network[].cidr": false, "network.cidr": false, "spec.": false,
	} {
		if got := isField(path); got != want {
			t.Errorf("%s is a field: %t, want %t", path, got, want)
		}
	}
}

// isField is whether the schema has a field at a path such as spec.nodePools[].min.
func isField(path string) bool {
	schema := spec.Schema()
	for _, step := range strings.Split(path, ".") {
		name, list := strings.CutSuffix(step, "[]")
		below, found := schema.Properties[name]
		if !found || list && below.Items == nil {
			return false
		}
		schema = below
		if list {
			schema = below.Items
		}
	}
	return true
}
