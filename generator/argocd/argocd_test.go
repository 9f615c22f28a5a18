package argocd

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestManifestsOfTheReleaseAreFetchedOnceAndADamagedFileAgain(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), Version)
	data, err := cached(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(data), "argocd-application-controller") {
		t.Error("the manifests install no application controller")
	}
	path := filepath.Join(dir, file)
	if err := os.WriteFile(path, append(data, "# more\n"...), 0o600); err != nil {
		t.Fatal(err)
	}
	again, err := cached(t.Context(), dir)
	if err != nil || string(again) != string(data) {
		t.Errorf("after the file was damaged there are %d bytes of %d (%v)", len(again), len(data), err)
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if kept, err := cached(over, dir); err != nil || string(kept) != string(data) {
		t.Errorf("a file that is right is not used: %v", err)
	}
}

func TestNothingButTheReleaseIsTaken(t *testing.T) {
	t.Parallel()
	for _, data := range []string{"", "kind: Namespace\n"} {
		if err := check([]byte(data)); err == nil || !strings.Contains(err.Error(), Version) {
			t.Errorf("%q is taken: %v", data, err)
		}
	}
}

func TestWithoutAnyWayToTheManifestsAPersonReadsWhatToDo(t *testing.T) {
	t.Parallel()
	over, cancel := context.WithCancel(t.Context())
	cancel()
	dir := t.TempDir()
	_, err := cached(over, dir)
	if !errors.Is(err, ErrUnavailable) || !errors.Is(err, context.Canceled) {
		t.Fatalf("with no way to them: %v", err)
	}
	for _, want := range []string{"spec.gitops", "downloading them", "Go module", address, filepath.Join(dir, file)} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not name %s: %v", want, err)
		}
	}
}
