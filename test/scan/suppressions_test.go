package scan

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"drover/test/harness"
)

var suppression = regexp.MustCompile(`(?m)^.*#\s*(trivy:ignore:|tflint-ignore:|kics-scan ).*$`)

// A suppression stands below the comment that says why.
func TestEverySuppressionHasItsReason(t *testing.T) {
	t.Parallel()
	modules := filepath.Join(harness.Repository(t), "modules")
	err := filepath.WalkDir(modules, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".tf" {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, line := range unexplained(string(data)) {
			t.Errorf("%s: %q has no comment above it that says why", path, line)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	const bare = "resource \"aws_lb\" \"this\" {\n  #trivy:ignore:avd-aws-0053\n  internal = false\n}\n"
	if len(unexplained(bare)) != 1 {
		t.Error("a suppression without a reason is not found")
	}
	if found := unexplained(strings.Replace(bare, "#trivy", "# The public asks for it.\n  #trivy", 1)); len(found) != 0 {
		t.Errorf("a suppression with a reason is refused: %q", found)
	}
}

// unexplained are the suppressions in a file without a comment of some words right above.
func unexplained(text string) (found []string) {
	const leastReason = 20
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if !suppression.MatchString(line) {
			continue
		}
		above := i - 1
		for above >= 0 && suppression.MatchString(lines[above]) {
			above--
		}
		if above < 0 || !strings.HasPrefix(strings.TrimSpace(lines[above]), "# ") || len(strings.TrimSpace(lines[above])) < leastReason {
			found = append(found, strings.TrimSpace(line))
		}
	}
	return found
}
