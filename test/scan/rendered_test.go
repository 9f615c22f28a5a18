// Package scan runs other people's scanners (tflint, trivy, KICS) on what specs render to. Every directory gets a
// planted file with known faults, and a scanner that does not find them there has not looked. It must never reach
// the network: the scanners are built with their checks.
package scan

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"drover/test/harness"
)

func TestMain(m *testing.M) { os.Exit(harness.Main(m)) }

// specs are what is scanned: the least and the fullest.
var specs = []string{"minimal", "production"}

// planted is a file that each scanner has something to say about: an unused variable without a type or a
// description, and a topic without encryption.
const planted = `variable "planted" {}

resource "aws_sns_topic" "planted" {
  name = "planted"
}
`

const plantedFile = "planted.tf"

// finding is what a scanner found, in a file below what was rendered.
type finding struct{ file, rule, resource, says string }

func (f finding) String() string { return f.file + ": " + f.rule + " " + f.resource + ": " + f.says }

// render renders a spec, plants the faults in every directory, and returns the tree with its directories: three
// modules and four roots.
func render(t *testing.T, spec string) (tree string, dirs []string) {
	t.Helper()
	tree = filepath.Join(t.TempDir(), "infra")
	file := filepath.Join(harness.Repository(t), "examples", "aws", spec+".yaml")
	if r := harness.Drover(t, t.TempDir(), "generate", "-f", file, "-o", tree); r.Code != 0 {
		t.Fatalf("generating %s: exit %d\n%s", spec, r.Code, r.Stderr)
	}
	files := 0
	err := filepath.WalkDir(tree, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".tf" {
			return err
		}
		files++
		if dir := filepath.Dir(path); !slices.Contains(dirs, dir) {
			dirs = append(dirs, dir)
		}
		return nil
	})
	const leastFiles = 60
	if err != nil || len(dirs) != 7 || files < leastFiles {
		t.Fatalf("%s renders to %d files in %d directories (%v), want %d at least in 3 modules and 4 roots", spec, files, len(dirs), err, leastFiles)
	}
	for _, dir := range dirs {
		if err := os.WriteFile(filepath.Join(dir, plantedFile), []byte(planted), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return tree, dirs
}

// judge fails for every directory whose planted file was not found, and returns the findings in all other files.
func judge(t *testing.T, tree string, dirs []string, findings []finding) (rest []finding) {
	t.Helper()
	looked := map[string]bool{}
	for _, f := range findings {
		if filepath.Base(f.file) == plantedFile {
			looked[filepath.Join(tree, filepath.Dir(f.file))] = true
		} else {
			rest = append(rest, f)
		}
	}
	for _, dir := range dirs {
		if !looked[dir] {
			t.Errorf("the fault planted in %s was not found", dir)
		}
	}
	return rest
}

// scan runs a scanner, whose exit code must be one of those that mean that it looked.
func scan(t *testing.T, dir string, looked []int, env []string, name string, args ...string) []byte {
	t.Helper()
	command := exec.CommandContext(t.Context(), name, args...)
	command.Dir = dir
	command.Env = append(os.Environ(), env...)
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	err := command.Run()
	if command.ProcessState == nil || !slices.Contains(looked, command.ProcessState.ExitCode()) {
		t.Fatalf("%s: %v\n%s%s", command, err, stdout.String(), stderr.String())
	}
	return stdout.Bytes()
}
