package scan

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"drover/test/harness"
)

// result is one decision of one of trivy's checks.
type result struct {
	Rule     string `json:"rule_id"`
	Says     string `json:"rule_description"`
	Severity string `json:"severity"`
	Resource string `json:"resource"`
	Location struct {
		File string `json:"filename"`
	} `json:"location"`
}

// trivy's checks, those that its module embeds, find nothing HIGH or CRITICAL that is not answered in the code.
func TestTrivyFindsNothingHigh(t *testing.T) {
	t.Parallel()
	trivy := harness.Tool(t, "trivy")
	for _, spec := range specs {
		t.Run(spec, func(t *testing.T) {
			t.Parallel()
			tree, dirs := render(t, spec)
			output := scan(t, tree, []int{0}, nil, trivy)
			var answer struct {
				Failed, Ignored []result
				Passed          int
			}
			if err := json.Unmarshal(output, &answer); err != nil {
				t.Fatalf("reading what trivy says: %v\n%s", err, output)
			}
			const leastPassed = 150
			if answer.Passed < leastPassed {
				t.Errorf("%d checks passed, want %d at least", answer.Passed, leastPassed)
			}
			var findings []finding
			for _, r := range answer.Failed {
				if r.Severity == "HIGH" || r.Severity == "CRITICAL" {
					findings = append(findings, finding{file: r.Location.File, rule: r.Rule, resource: r.Resource, says: r.Says})
				}
			}
			for _, f := range judge(t, tree, dirs, findings) {
				t.Error(f)
			}
			for _, id := range suppressed(t, tree) {
				if !slices.ContainsFunc(answer.Ignored, func(r result) bool { return r.Rule == id }) {
					t.Errorf("the code answers %s, which trivy does not find", id)
				}
			}
		})
	}
}

var ignores = regexp.MustCompile(`#trivy:ignore:(\S+)`)

// suppressed are the checks that a comment in the modules answers.
func suppressed(t *testing.T, tree string) (ids []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(tree, "modules", "*", "*", "*.tf"))
	if err != nil || len(files) == 0 {
		t.Fatalf("there are no modules in %s (%v)", tree, err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range ignores.FindAllStringSubmatch(string(data), -1) {
			ids = append(ids, match[1])
		}
	}
	return ids
}
