package terraform

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// fakeBinary is a program that only knows its version. The warning is what Terraform says about a configuration file
// that is missing.
func fakeBinary(t *testing.T, name, version string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	path := filepath.Join(dir, name)
	write(t, path, fmt.Sprintf("#!/bin/sh\necho 'Warning: Unable to open CLI configuration file' >&2\necho '{\"terraform_version\":\"%s\"}'\n", version))
	must(t, os.Chmod(path, 0o755))
	return dir
}

// These tests change PATH, so they do not run beside others.

func TestFindTakesTheFirstBinaryThatFits(t *testing.T) {
	old, good, newer := fakeBinary(t, "terraform", "1.5.7"), fakeBinary(t, "terraform", "1.10.3"), fakeBinary(t, "terraform", "1.12.0")
	t.Setenv("PATH", strings.Join([]string{old, good, newer, os.Getenv("PATH")}, string(filepath.ListSeparator)))
	binary, err := Find(t.Context(), Options{Version: ">= 1.10"})
	must(t, err)
	if binary.Path != filepath.Join(good, "terraform") || binary.Version != "1.10.3" || binary.Flavor != Terraform {
		t.Errorf("binary = %+v", binary)
	}
}

func TestFindTakesWhatWasDownloadedBefore(t *testing.T) {
	old, downloads := fakeBinary(t, "tofu", "1.6.0"), t.TempDir()
	must(t, os.Rename(fakeBinary(t, "tofu", "1.10.0"), filepath.Join(downloads, "tofu")))
	t.Setenv("PATH", old+string(filepath.ListSeparator)+os.Getenv("PATH"))
	binary, err := Find(t.Context(), Options{Flavor: OpenTofu, Version: "~> 1.10", Install: downloads})
	must(t, err)
	if binary.Path != filepath.Join(downloads, "tofu", "tofu") || binary.Version != "1.10.0" {
		t.Errorf("binary = %+v", binary)
	}
}

func TestFindWithoutABinarySaysWhatIsThereAndWhatToDo(t *testing.T) {
	old := fakeBinary(t, "tofu", "1.6.0")
	t.Setenv("PATH", old+string(filepath.ListSeparator)+"/bin")
	_, err := Find(t.Context(), Options{Flavor: OpenTofu, Version: ">= 99", Install: t.TempDir()})
	if err == nil {
		t.Fatal("a version that does not exist was found")
	}
	for _, want := range []string{"tofu", ">= 99", filepath.Join(old, "tofu") + " (1.6.0)", "opentofu.org/docs/intro/install", "on PATH"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not say %q: %v", want, err)
		}
	}
	if _, err := Find(t.Context(), Options{Flavor: "pulumi"}); err == nil || !strings.Contains(err.Error(), `"terraform" or "tofu"`) {
		t.Errorf("an unknown flavor: %v", err)
	}
}

func TestConstraintsSayNothingTwice(t *testing.T) {
	t.Parallel()
	for asked, want := range map[string]string{
		"": ">= 1.9.5", ">= 1.9.5": ">= 1.9.5", ">= 1.9.5, < 2.0": ">= 1.9.5, < 2.0", "~> 1.10": ">= 1.9.5,~> 1.10",
	} {
		if got, err := constraints(asked); err != nil || got.String() != want {
			t.Errorf("asked for %q, it is %q (%v), want %q", asked, got, err, want)
		}
	}
}

func TestADownloadFromWhereNothingAnswersIsNotTried(t *testing.T) {
	t.Parallel()
	gone := httptest.NewServer(http.NotFoundHandler())
	if err := reachable(t.Context(), gone.URL); err != nil {
		t.Errorf("a server that answers is not reachable: %v", err)
	}
	gone.Close()
	if err := reachable(t.Context(), gone.URL); err == nil || !strings.Contains(err.Error(), "does not answer") {
		t.Errorf("a server that is gone: %v", err)
	}
}

func TestLookDownloadsNothing(t *testing.T) {
	good := fakeBinary(t, "terraform", "1.10.3")
	t.Setenv("PATH", good+string(filepath.ListSeparator)+"/bin")
	binary, err := Look(t.Context(), Options{})
	must(t, err)
	if binary == nil || binary.Path != filepath.Join(good, "terraform") || binary.Version != "1.10.3" {
		t.Errorf("binary = %+v", binary)
	}
	t.Setenv("HTTPS_PROXY", "http://127.0.0.1:1") // nothing listens there
	downloads := t.TempDir()
	if _, err := Look(t.Context(), Options{Version: ">= 99", Install: downloads}); err == nil || !strings.Contains(err.Error(), "does not answer") {
		t.Errorf("without a network: %v", err)
	}
	if left, err := os.ReadDir(downloads); err != nil || len(left) > 0 {
		t.Errorf("it left %v (%v)", left, err)
	}
}

func TestProvidersComeFromTheMirrorThatIsNamed(t *testing.T) {
	mirror := t.TempDir()
	must(t, os.MkdirAll(filepath.Join(mirror, registryHost(Terraform), "hashicorp", "aws"), 0o755))
	t.Setenv("DROVER_PLUGIN_MIRROR", mirror)
	says, err := Providers(t.Context(), Terraform)
	must(t, err)
	if !strings.Contains(says, mirror) || !strings.Contains(says, "hashicorp/aws") {
		t.Errorf("providers come from %s", says)
	}
	t.Setenv("DROVER_PLUGIN_MIRROR", t.TempDir())
	if _, err := Providers(t.Context(), Terraform); err == nil || !strings.Contains(err.Error(), "holds no provider") {
		t.Errorf("an empty mirror: %v", err)
	}
}
