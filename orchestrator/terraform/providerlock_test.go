package terraform

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestAMirrorHasTheProvidersOfSomePlatforms(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "registry.terraform.io", "hashicorp", "aws", "5.100.0", "linux_amd64", "terraform-provider-aws_v5.100.0_x5"), "")
	write(t, filepath.Join(dir, "registry.terraform.io", "hashicorp", "aws", "terraform-provider-aws_5.100.0_darwin_arm64.zip"), "")
	there, absent := readMirror(dir, "registry.terraform.io").platforms(LockedPlatforms)
	if !slices.Equal(there, []string{"linux_amd64", "darwin_arm64"}) || !slices.Equal(absent, []string{"linux_arm64", "darwin_amd64"}) {
		t.Errorf("there %v, absent %v", there, absent)
	}
}

// A package of a mirror need not be a provider that runs: it is only hashed.
func TestProvidersAreLockedForThePlatformsOfAMirror(t *testing.T) {
	t.Parallel()
	mirror := t.TempDir()
	for _, platform := range []string{"linux_amd64", "darwin_arm64"} {
		write(t, filepath.Join(mirror, "registry.terraform.io", "drover", "none", "1.0.0", platform, "terraform-provider-none_v1.0.0"), platform)
	}
	root, _ := open(t, terraformBinary(t), t.TempDir(), "terraform {\n  required_providers {\n    none = {\n      source  = \"drover/none\"\n      version = \"1.0.0\"\n    }\n  }\n}\n",
		RootOptions{Env: map[string]string{"DROVER_PLUGIN_MIRROR": mirror}})
	absent, err := root.LockProviders(t.Context(), LockedPlatforms)
	must(t, err)
	if !slices.Equal(absent, []string{"linux_arm64", "darwin_amd64"}) {
		t.Errorf("absent are %v", absent)
	}
	if lock := read(t, filepath.Join(root.dir, lockFile)); strings.Count(lock, `"h1:`) != 2 {
		t.Errorf("the lock file is\n%s", lock)
	}
	if absent, err := root.LockProviders(t.Context(), []string{"linux_arm64"}); err == nil || len(absent) != 1 {
		t.Errorf("with nothing to hash: %v, %v", absent, err)
	}
}
