package supply

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"drover/test/harness"
)

func TestEveryNPMPackageIsPinnedByHash(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(filepath.Join(harness.Repository(t), "tools", "azurite", "package-lock.json"))
	if err != nil {
		t.Fatal(err)
	}
	var lock struct {
		Packages map[string]struct {
			Version   string `json:"version"`
			Integrity string `json:"integrity"`
			Resolved  string `json:"resolved"`
			Link      bool   `json:"link"`
		} `json:"packages"`
	}
	if err := json.Unmarshal(data, &lock); err != nil {
		t.Fatal(err)
	}
	hash := regexp.MustCompile(`^sha512-[A-Za-z0-9+/]{86}==$`)
	for path, p := range lock.Packages {
		if path != "" && (!hash.MatchString(p.Integrity) || p.Version == "" || p.Resolved != "" || p.Link) {
			t.Errorf("%s %s is not pinned by a hash alone: %q, from %q", path, p.Version, p.Integrity, p.Resolved)
		}
	}
	if len(lock.Packages) < 100 || lock.Packages["node_modules/azurite"].Version == "" {
		t.Errorf("the lock file has %d packages, and Azurite %q", len(lock.Packages), lock.Packages["node_modules/azurite"].Version)
	}
}
