package rehearsal

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestARunThatCannotApplySaysWhyAndLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", dir) // where temporary ones are kept, on Linux
	t.Setenv(modeVariable, "refuse")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "cluster.yaml")
	if err := os.WriteFile(file, []byte(production), 0o600); err != nil {
		t.Fatal(err)
	}
	var progress strings.Builder
	_, err = Run(t.Context(), RunOptions{Binary: self, SpecFile: file, Spec: parsed(t, production), Progress: &progress})
	if err == nil || !strings.Contains(err.Error(), "drover apply exited 1: error: "+refusal) {
		t.Errorf("the error is %v, want drover's own", err)
	}
	if !strings.Contains(progress.String(), "planning") {
		t.Errorf("drover's progress was not shown:\n%s", progress.String())
	}
	left, err := os.ReadDir(filepath.Join(dir, "drover", "rehearsals"))
	if err != nil {
		t.Fatal(err)
	}
	if len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestOnlyAWSIsRehearsed(t *testing.T) {
	t.Parallel()
	c := parsed(t, production)
	c.Spec.Platform = "azure"
	if _, err := Run(t.Context(), RunOptions{Spec: c}); err == nil || !strings.Contains(err.Error(), "azure") {
		t.Errorf("the error is %v, want one that names the platform", err)
	}
}
