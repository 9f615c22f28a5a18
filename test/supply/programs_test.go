package supply

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"drover/test/harness"
)

// starts are the packages of the product that start programs, with why no argument of theirs is a secret: everybody on a
// machine can list the arguments of its programs.
var starts = map[string]string{
	"generator/argocd":              "go mod download, with a module and its version",
	"orchestrator/terraform":        "settings of a backend are in a file, variables in the environment; -var has weights and switches only",
	"orchestrator/verify":           "a check's arguments are the spec's, which holds no secret",
	"rehearsal":                     "drover itself, with its files and flags",
	"rehearsal/aws/apimodel":        "asks Python where botocore is",
	"rehearsal/aws/moto":            "an address and a port",
	"rehearsal/child":               "passes on what the rehearsal's other packages start",
	"rehearsal/argocd":              "ports and addresses; a service account's token is in a file of the agent's own directory",
	"rehearsal/gitserver":           "git, with revisions and paths of a repository",
	"rehearsal/gobuild":             "go, with packages and versions",
	"rehearsal/kubernetes":          "keys and tokens are in files of the cluster's own directory",
	"rehearsal/kubernetes/programs": "a program's --version",
}

// A package that starts programs has to be looked at before it is added to the list.
func TestEveryPackageThatStartsProgramsIsKnown(t *testing.T) {
	t.Parallel()
	root := harness.Repository(t)
	found := map[string]bool{}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		switch relative = filepath.ToSlash(relative); {
		case entry.IsDir() && (relative == "test" || relative == "tools" || relative == "orchestrator/internal" || strings.HasPrefix(entry.Name(), ".") && relative != "."):
			return fs.SkipDir
		case strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go"):
			if startsPrograms(t, path) {
				found[filepath.ToSlash(filepath.Dir(relative))] = true
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for dir := range found {
		if starts[dir] == "" {
			t.Errorf("%s starts a program: see that no argument is a secret, and add it to the list", dir)
		}
	}
	for dir := range starts {
		if !found[dir] {
			t.Errorf("%s starts no program any more: take it from the list", dir)
		}
	}
}

// startsPrograms is true for a file that makes a command.
func startsPrograms(t *testing.T, path string) (found bool) {
	t.Helper()
	source, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	file, err := parser.ParseFile(token.NewFileSet(), path, source, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		selector, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		name, ok := selector.X.(*ast.Ident)
		if ok {
			switch name.Name + "." + selector.Sel.Name {
			case "exec.Command", "exec.CommandContext", "os.StartProcess", "syscall.Exec", "child.Command", "tfexec.NewTerraform":
				found = true
			}
		}
		return true
	})
	return found
}
