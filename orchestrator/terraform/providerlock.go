package terraform

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/hashicorp/terraform-exec/tfexec"
)

// LockedPlatforms are those whose hashes LockProviders writes: where people and pipelines run Terraform.
var LockedPlatforms = []string{"linux_amd64", "linux_arm64", "darwin_arm64", "darwin_amd64"}

// LockProviders writes the hashes of the root's providers into its lock file, for as many of the platforms as there is
// something to hash of. absent are the others: a mirror has only those that it was made for. Without a mirror the
// registry has all, and each is downloaded.
func (r *Root) LockProviders(ctx context.Context, platforms []string) (absent []string, err error) {
	inherited := split(os.Environ())
	maps.Copy(inherited, r.options.Env)
	found, err := findMirror(r.binary.Flavor, inherited, impliedMirrors(inherited), optional)
	if err != nil {
		return nil, err
	}
	var options []tfexec.ProvidersLockOption
	if found != nil {
		options = append(options, tfexec.FSMirror(found.dir))
		platforms, absent = found.platforms(platforms)
		if len(platforms) == 0 {
			return absent, fmt.Errorf("locking the providers of %s: the mirror %s has none for %v", filepath.Base(r.dir), found.dir, absent)
		}
	}
	for _, platform := range platforms {
		options = append(options, tfexec.Platform(platform))
	}
	if err := r.explain(ctx, "get", r.cli.Get(ctx)); err != nil {
		return nil, err
	}
	err = r.explain(ctx, "providers lock", r.cli.ProvidersLock(ctx, options...))
	if err != nil && found == nil {
		err = errors.Join(err, errors.New("`providers lock` asks the registry and no mirror of Terraform's own configuration: "+
			"without a network, name a directory that holds providers in DROVER_PLUGIN_MIRROR"))
	}
	return absent, err
}

// platforms says which of the wanted ones the mirror has every provider for, packed or not.
func (m *mirror) platforms(wanted []string) (there, absent []string) {
	for _, platform := range wanted {
		has := !slices.ContainsFunc(m.providers, func(provider string) bool {
			in := filepath.Join(escapeGlob(m.dir), filepath.FromSlash(provider))
			unpacked, err := filepath.Glob(filepath.Join(in, "*", platform))
			packed, err2 := filepath.Glob(filepath.Join(in, "*_"+platform+".zip"))
			return errors.Join(err, err2) != nil || len(unpacked)+len(packed) == 0
		})
		if has {
			there = append(there, platform)
		} else {
			absent = append(absent, platform)
		}
	}
	return there, absent
}
