package scan

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"drover/test/harness"
)

// KICS' HIGH and CRITICAL findings are those that docs/kics.md answers, no more and no fewer.
func TestEveryHighFindingOfKICSIsAnswered(t *testing.T) {
	t.Parallel()
	kics, assets := harness.Tool(t, "kics"), kicsAssets(t)
	both := t.TempDir()
	var dirs []string
	for _, spec := range specs {
		tree, below := render(t, spec)
		if err := os.Rename(tree, filepath.Join(both, spec)); err != nil {
			t.Fatal(err)
		}
		for _, dir := range below {
			dirs = append(dirs, filepath.Join(both, spec, strings.TrimPrefix(dir, tree)))
		}
	}
	report := t.TempDir()
	scan(t, both, []int{0}, []string{"DISABLE_CRASH_REPORT=0"}, kics, "scan", "--path", ".", "--type", "terraform",
		"--queries-path", filepath.Join(assets, "queries", "terraform", "aws"), "--libraries-path", filepath.Join(assets, "libraries"),
		"--disable-full-descriptions", "--disable-secrets", "--ci", "--ignore-on-exit", "results", "--report-formats", "json", "--output-path", report)
	answered := map[string]bool{}
	for _, row := range harness.TableRows(t, filepath.Join(harness.Repository(t), "docs", "kics.md"), 3) {
		answered[row[0]+", "+row[1]] = false
	}
	for _, f := range judge(t, both, dirs, kicsFindings(t, filepath.Join(report, "results.json"))) {
		_, file, _ := strings.Cut(f.file, string(filepath.Separator)) // without the spec's own directory
		key := f.rule + ", `" + file + "` " + f.resource
		if _, known := answered[key]; !known {
			t.Errorf("docs/kics.md has no answer to: %s (%s)", key, f.says)
			continue
		}
		answered[key] = true
	}
	for key, found := range answered {
		if !found {
			t.Errorf("docs/kics.md answers what KICS no longer finds: %s", key)
		}
	}
}

// kicsAssets is where KICS' module has its queries, which the program does not bring along.
func kicsAssets(t *testing.T) string {
	t.Helper()
	output := scan(t, filepath.Join(harness.Repository(t), "tools", "kics"), []int{0}, nil, "go", "mod", "download", "-json", "github.com/Checkmarx/kics/v2")
	var module struct{ Dir string }
	if err := json.Unmarshal(output, &module); err != nil || module.Dir == "" {
		t.Fatalf("finding KICS' module: %v\n%s", err, output)
	}
	return filepath.Join(module.Dir, "assets")
}

// kicsFindings are those of the two gravest severities. Queries that failed, and files that were not read, fail the test.
func kicsFindings(t *testing.T, report string) (findings []finding) {
	t.Helper()
	data, err := os.ReadFile(report)
	if err != nil {
		t.Fatal(err)
	}
	var answer struct {
		Scanned int `json:"files_scanned"`
		Parsed  int `json:"files_parsed"`
		Queries int `json:"queries_total"`
		Failed  int `json:"queries_failed_to_execute"`
		Found   []struct {
			Name     string `json:"query_name"`
			Severity string `json:"severity"`
			Files    []struct {
				Name     string `json:"file_name"`
				Kind     string `json:"resource_type"`
				Resource string `json:"resource_name"`
				Says     string `json:"actual_value"`
			} `json:"files"`
		} `json:"queries"`
	}
	if err := json.Unmarshal(data, &answer); err != nil {
		t.Fatal(err)
	}
	const leastQueries, leastFiles = 300, 120
	if answer.Scanned < leastFiles || answer.Parsed != answer.Scanned || answer.Queries < leastQueries || answer.Failed != 0 {
		t.Errorf("KICS read %d of %d files and ran %d queries, of which %d failed; want %d files and %d queries at least",
			answer.Parsed, answer.Scanned, answer.Queries, answer.Failed, leastFiles, leastQueries)
	}
	for _, query := range answer.Found {
		if query.Severity != "HIGH" && query.Severity != "CRITICAL" {
			continue
		}
		for _, file := range query.Files {
			findings = append(findings, finding{file: filepath.Clean(file.Name), rule: query.Name, resource: file.Kind + "." + file.Resource, says: file.Says})
		}
	}
	return findings
}
