package scan

import (
	"encoding/json"
	"path/filepath"
	"testing"

	"drover/test/harness"
)

// tflint's bundled rules have nothing to say about any module or root, of whatever severity.
func TestTflintFindsNothing(t *testing.T) {
	t.Parallel()
	tflint := harness.Tool(t, "tflint")
	config := filepath.Join(harness.Repository(t), "tools", "tflint", "tflint.hcl")
	for _, spec := range specs {
		t.Run(spec, func(t *testing.T) {
			t.Parallel()
			tree, dirs := render(t, spec)
			var findings []finding
			for _, dir := range dirs {
				// It looks at one module at a time, and exits 2 when it finds something.
				output := scan(t, tree, []int{0, 2}, nil, tflint, "--chdir="+dir, "--config="+config, "--format=json")
				findings = append(findings, tflintFindings(t, tree, dir, output)...)
			}
			for _, f := range judge(t, tree, dirs, findings) {
				t.Error(f)
			}
		})
	}
}

func tflintFindings(t *testing.T, tree, dir string, output []byte) (findings []finding) {
	t.Helper()
	var answer struct {
		Issues []struct {
			Rule    struct{ Name, Severity string }
			Message string
			Range   struct{ Filename string }
		}
		Errors []struct{ Message string }
	}
	if err := json.Unmarshal(output, &answer); err != nil {
		t.Fatalf("reading what tflint says of %s: %v\n%s", dir, err, output)
	}
	for _, e := range answer.Errors {
		t.Errorf("tflint in %s: %s", dir, e.Message)
	}
	below, err := filepath.Rel(tree, dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, issue := range answer.Issues {
		findings = append(findings, finding{
			file: filepath.Join(below, filepath.Base(issue.Range.Filename)), rule: issue.Rule.Name, says: issue.Message,
		})
	}
	return findings
}
