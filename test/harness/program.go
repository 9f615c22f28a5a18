package harness

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Found is a program that the tests run: on PATH, or where `make setup` puts what PATH does not have.
func Found(t testing.TB, name string) string {
	t.Helper()
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	if cache, err := os.UserCacheDir(); err == nil {
		if path, err := exec.LookPath(filepath.Join(cache, "drover", "venv", "bin", name)); err == nil {
			return path
		}
	}
	root, err := repository()
	if err != nil {
		t.Fatal(err)
	}
	get := exec.CommandContext(t.Context(), "go", "run", "./rehearsal/kubernetes/programs/get") // prints a version and a directory
	get.Dir = root
	out, err := get.Output()
	if err != nil {
		t.Fatalf("looking for %s among the programs of a control plane: %v", name, err)
	}
	fields := strings.Fields(string(out))
	path, err := exec.LookPath(filepath.Join(fields[len(fields)-1], name))
	if err != nil {
		t.Fatalf("this test needs %s, which neither PATH nor make setup has: %v", name, err)
	}
	return path
}

// Tool builds one of the programs of tools/, or finds the one that was built before.
func Tool(t testing.TB, name string) string {
	t.Helper()
	build := exec.CommandContext(t.Context(), filepath.Join(Repository(t), "tools", "build.sh"), name)
	var stderr bytes.Buffer
	build.Stderr = &stderr
	path, err := build.Output()
	if err != nil {
		t.Fatalf("building %s: %v\n%s", name, err, stderr.String())
	}
	return strings.TrimSpace(string(path))
}

// program is the drover that Main has built.
var program string

// Main builds drover, runs a package's tests and returns the exit code; the package's TestMain calls it.
func Main(m *testing.M) int {
	dir, err := os.MkdirTemp("", "drover-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, "making a directory for the drover under test:", err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }()
	repository, err := repository()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	built := filepath.Join(dir, "drover")
	build := exec.CommandContext(context.Background(), "go", "build", "-tags", "urfave_cli_no_docs", "-o", built, "./cmd/drover")
	build.Dir = repository
	if output, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "building drover: %v\n%s", err, output)
		return 1
	}
	program = built
	return m.Run()
}

// Program is the path of the drover under test.
func Program(t testing.TB) string {
	t.Helper()
	if program == "" {
		t.Fatal("the package's TestMain does not call harness.Main")
	}
	return program
}

// Result is what a program answered.
type Result struct {
	Stdout, Stderr string
	Code           int
}

// Drover runs the drover under test in dir, with the test's own environment.
func Drover(t testing.TB, dir string, args ...string) Result {
	t.Helper()
	return DroverIn(t, dir, nil, args...)
}

// DroverIn runs the drover under test in dir, with the test's own environment and the variables on top.
func DroverIn(t testing.TB, dir string, variables map[string]string, args ...string) Result {
	t.Helper()
	return run(t, Command(t, dir, variables, args...))
}

// Command is a drover under test that was not started yet. It is killed when the test ends before it does.
func Command(t testing.TB, dir string, variables map[string]string, args ...string) *exec.Cmd {
	t.Helper()
	command := exec.CommandContext(t.Context(), Program(t), args...)
	command.Dir = dir
	command.Env = os.Environ()
	for name, value := range variables {
		command.Env = append(command.Env, name+"="+value)
	}
	return command
}

func run(t testing.TB, command *exec.Cmd) Result {
	t.Helper()
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	var exit *exec.ExitError
	if err := command.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatalf("starting %s: %v", command, err)
	}
	return Result{Stdout: stdout.String(), Stderr: stderr.String(), Code: command.ProcessState.ExitCode()}
}

// Repository is the root directory of the repository.
func Repository(t testing.TB) string {
	t.Helper()
	dir, err := repository()
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// Examples are the paths of every spec below examples/. There is at least one.
func Examples(t testing.TB) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(Repository(t), "examples", "*", "*.yaml"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("there are no example specs (%v)", err)
	}
	return paths
}

// repository looks upward from the test's directory for the product's module.
func repository() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("looking for the repository: %w", err)
	}
	for {
		data, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && bytes.Contains(data, []byte("module drover\n")) {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("the tests run outside drover's repository")
		}
		dir = parent
	}
}
