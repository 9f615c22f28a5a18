// Package argocd gets what Argo CD's project publishes to install one release of it: the one part of a rendering that
// does not come with drover. It is fetched once, and kept in the user's cache directory. It must never return a byte that
// the release's checksum does not cover.
package argocd

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/google/renameio/v2"
)

// Version is the release of Argo CD that a new color gets.
const Version = "v3.2.11"

const (
	sum  = "6cdd269e07f27b50f9e481cc7e685443b26b79372001ff7868ff1543610417bd" // SHA-256 of manifests/install.yaml of the release
	file = "install.yaml"
	most = 8 << 20 // bytes; it has 1.5 MiB
)

// sources are where the manifests are, in the order in which they are asked.
var sources = []struct {
	name string
	get  func(context.Context) ([]byte, error)
}{
	{"downloading them", download},
	{"taking them from Argo CD's Go module", fromModule},
}

// ErrUnavailable says that the manifests could be had in no way: nothing is wrong with the spec.
var ErrUnavailable = errors.New("the manifests cannot be had")

var (
	lock sync.Mutex
	kept []byte
)

// Manifests are those that install Argo CD, as YAML documents. They come from the user's cache; where they are not in it,
// from the project's repository, or with the go command from its Go module; else the error is ErrUnavailable.
func Manifests(ctx context.Context) ([]byte, error) {
	lock.Lock()
	defer lock.Unlock()
	if kept != nil {
		return kept, nil
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return nil, fmt.Errorf("finding the user's cache directory for Argo CD's manifests: %w", err)
	}
	data, err := cached(ctx, filepath.Join(cache, "drover", "argocd-manifests", Version))
	if err == nil {
		kept = data
	}
	return data, err
}

// cached are the manifests in a directory. It is filled where they are not there, or not those of the release.
func cached(ctx context.Context, dir string) ([]byte, error) {
	path := filepath.Join(dir, file)
	if data, err := os.ReadFile(path); err == nil && check(data) == nil { //nolint:gosec // a file of drover's own, and its checksum is right
		return data, nil
	}
	data, err := fetch(ctx)
	if err != nil {
		return nil, fmt.Errorf("getting the manifests of Argo CD %s, which spec.gitops asks for: %w\nallow one of these ways, or save %s as %s", Version, err, address, path)
	}
	if err := errors.Join(os.MkdirAll(dir, 0o755), renameio.WriteFile(path, data, 0o644)); err != nil { //nolint:gosec // nobody's secret
		return nil, fmt.Errorf("keeping the manifests of Argo CD: %w", err)
	}
	return data, nil
}

// fetchTakes is above what a slow line takes for the Go module, of some 30 MiB.
const fetchTakes = 10 * time.Minute

func fetch(ctx context.Context) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, fetchTakes)
	defer cancel()
	var failed []error
	for _, s := range sources {
		data, err := s.get(ctx)
		if err == nil {
			err = check(data)
		}
		if err == nil {
			return data, nil
		}
		failed = append(failed, fmt.Errorf("%s: %w", s.name, err))
	}
	return nil, fmt.Errorf("%w: %w", ErrUnavailable, errors.Join(failed...))
}

// check is nil for the bytes that the release has, and for no others.
func check(data []byte) error {
	if is := sha256.Sum256(data); hex.EncodeToString(is[:]) != strings.ToLower(sum) {
		return fmt.Errorf("these are not the manifests of %s: their SHA-256 is %x, and drover was built for %s", Version, is, sum)
	}
	return nil
}
