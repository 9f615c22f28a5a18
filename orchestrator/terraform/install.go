package terraform

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/gofrs/flock"
	"github.com/hashicorp/go-version"
	"github.com/hashicorp/hc-install/product"
	"github.com/hashicorp/hc-install/releases"
)

// downloadLimit bounds the download of one binary (30 MB).
const downloadLimit = 5 * time.Minute

// install downloads the newest version that fits into a directory below o.Install, with its checksum and signature
// checked by hc-install. Two drovers that do so at once wait for one another.
func install(ctx context.Context, o Options, c version.Constraints) (string, error) {
	if o.Flavor != Terraform {
		return "", errNoTofuDownload
	}
	if o.Install == "" {
		return "", fmt.Errorf("there is no directory to download %s to: set HOME", o.Flavor)
	}
	dir := filepath.Join(o.Install, o.Flavor)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("making the directory that %s is downloaded to: %w", o.Flavor, err)
	}
	lock := flock.New(dir + ".lock")
	if _, err := lock.TryLockContext(ctx, lockPoll); err != nil {
		return "", fmt.Errorf("waiting for another drover that downloads %s: %w", o.Flavor, err)
	}
	defer func() { _ = lock.Close() }() // released with the process at the latest
	if o.Log != nil {
		_, _ = fmt.Fprintf(o.Log, "downloading %s %s to %s\n", o.Flavor, c, dir)
	}
	if err := reachable(ctx, releasesURL); err != nil {
		return "", err
	}
	source := &releases.LatestVersion{
		ApiBaseURL:  releasesURL,
		Product:     product.Terraform,
		Constraints: c,
		InstallDir:  dir,
		Timeout:     downloadLimit,
	}
	path, err := source.Install(ctx)
	if err != nil {
		return "", fmt.Errorf("downloading %s: %w", o.Flavor, err)
	}
	return path, nil
}

// releasesURL is where Terraform is downloaded from.
const releasesURL = "https://releases.hashicorp.com"

// answerLimit is how long that place may take to answer at all.
const answerLimit = 5 * time.Second

// reachable asks once whether anything answers, through the proxy that the environment names. The download by itself
// would ask again and again for half a minute on a machine without a network.
func reachable(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, answerLimit)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodHead, url, nil)
	if err != nil {
		return fmt.Errorf("asking %s: %w", url, err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("it cannot be downloaded, as %s does not answer: %w", url, err)
	}
	return response.Body.Close()
}

// binaryName is the file name of a flavor's binary.
func binaryName(flavor string) string {
	if runtime.GOOS == "windows" {
		return flavor + ".exe"
	}
	return flavor
}

// cacheDir is a directory below the user's cache directory, or empty if there is none.
func cacheDir(name string) string {
	base, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(base, "drover", name)
}
