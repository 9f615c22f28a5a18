package harness

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gofrs/flock"

	"drover/orchestrator/terraform"
)

// Plain is a Terraform as a person runs it by hand: no driver, no drover.
type Plain struct {
	Path string   // of the program
	Env  []string // where it finds providers, and the shared cache of them
}

// Terraform finds the Terraform that drover would use.
func Terraform(t testing.TB) Plain {
	t.Helper()
	binary, err := terraform.Find(t.Context(), terraform.Options{})
	if err != nil {
		t.Fatal(err)
	}
	env, err := binary.Environment(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	// The tests throw their lock files away; so the cache may serve a root that has none, instead of another download.
	env = append(env, "TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE=true")
	return Plain{Path: binary.Path, Env: env}
}

// Init initializes dir without its backend, so that no credentials are needed.
func (p Plain) Init(t testing.TB, dir string) {
	t.Helper()
	release := p.HoldCache(t)
	defer release()
	p.Run(t, dir, "init", "-backend=false", "-input=false", "-no-color")
}

// HoldCache keeps tests, in this process and in others, and drover itself, from installing providers into the shared
// cache at the same time: Terraform does not guard it.
func (p Plain) HoldCache(t testing.TB) (release func()) {
	t.Helper()
	cache := p.Variables()["TF_PLUGIN_CACHE_DIR"]
	if cache == "" {
		return func() {}
	}
	lock := flock.New(filepath.Clean(cache) + ".lock")
	if _, err := lock.TryLockContext(t.Context(), 100*time.Millisecond); err != nil {
		t.Fatalf("waiting for the cache of Terraform's providers: %v", err)
	}
	return func() { _ = lock.Close() }
}

// Run runs one Terraform command in dir; a failure of it fails the test with what it said.
func (p Plain) Run(t testing.TB, dir string, args ...string) Result {
	t.Helper()
	result := p.Try(t, dir, args...)
	if result.Code != 0 {
		t.Fatalf("terraform %s in %s: exit %d\n%s%s", strings.Join(args, " "), dir, result.Code, result.Stdout, result.Stderr)
	}
	return result
}

// Try runs one Terraform command in dir that may fail.
func (p Plain) Try(t testing.TB, dir string, args ...string) Result {
	t.Helper()
	command := exec.CommandContext(t.Context(), p.Path, args...)
	command.Dir = dir
	command.Env = p.Env
	return run(t, command)
}

// Variables is the environment as a map, for those that want it so.
func (p Plain) Variables() map[string]string {
	variables := make(map[string]string, len(p.Env))
	for _, pair := range p.Env {
		name, value, _ := strings.Cut(pair, "=")
		variables[name] = value
	}
	return variables
}
