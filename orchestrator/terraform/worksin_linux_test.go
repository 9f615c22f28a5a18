package terraform

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

func TestAProcessIsFoundByItsDirectoryAlsoOnceThatIsDeleted(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "shop-of-this-test", "traffic")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	suffix := filepath.Join("shop-of-this-test", "traffic")
	works := func(want bool, when string) {
		t.Helper()
		if got, err := WorksIn(suffix); err != nil || got != want {
			t.Errorf("%s, something works there: %t, %v", when, got, err)
		}
	}
	works(false, "before")
	command := exec.CommandContext(t.Context(), "cat")
	command.Dir = dir
	stdin, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	works(true, "while it runs")
	if err := os.RemoveAll(filepath.Dir(dir)); err != nil {
		t.Fatal(err)
	}
	works(true, "once its directory is gone")
	if err := stdin.Close(); err != nil {
		t.Fatal(err)
	}
	if err := command.Wait(); err != nil {
		t.Fatal(err)
	}
	works(false, "once it has ended")
}
