package programs

import (
	"context"
	"crypto/sha256"
	"crypto/sha512"
	_ "embed" // what may be downloaded
	"errors"
	"fmt"
	"hash"
	"io"
	"net/url"
	"os"
	"runtime"
	"slices"
	"strings"
)

//go:embed downloads.txt
var pinned string

// algorithms are those of digests.
var algorithms = map[string]func() hash.Hash{"sha256": sha256.New, "sha512": sha512.New}

// download is one file on the internet. Its digest is in the repository, so that neither its host nor whoever is between
// can give another one.
type download struct {
	platform string   // as linux/amd64
	files    []string // programs that it is, or that are in it if it is an archive
	source   source
}

const archiveSuffix = ".tar.gz"

// downloads reads the table.
func downloads(table string) (list []download, err error) {
	for line := range strings.Lines(table) {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		fields := strings.Fields(line)
		if len(fields) != 4 {
			return nil, fmt.Errorf("read the table of downloads: %q has not the four fields", line)
		}
		algorithm, digest, _ := strings.Cut(fields[2], ":")
		if algorithms[algorithm] == nil {
			return nil, fmt.Errorf("read the table of downloads: %q has the digest of an unknown kind", line)
		}
		list = append(list, download{platform: fields[0], files: strings.Split(fields[1], ","),
			source: source{url: fields[3], want: digest, hash: algorithms[algorithm]}})
	}
	return list, nil
}

// fetch downloads what is missing and published for this platform. What fails is told, and the rest is tried, but for what
// is on a host that did not answer.
func fetch(ctx context.Context, w web, list []download, dir string, missing []program, log io.Writer) error {
	var errs []error
	silent := map[string]bool{}
	for _, d := range list {
		var want []string
		for _, p := range missing {
			if slices.Contains(d.files, p.file) {
				want = append(want, p.file)
			}
		}
		if d.platform != runtime.GOOS+"/"+runtime.GOARCH || len(want) == 0 || silent[d.host()] {
			continue
		}
		err := d.fetch(ctx, w, dir, want, log)
		var unanswered *url.Error
		silent[d.host()] = errors.As(err, &unanswered)
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

func (d download) host() string {
	u, err := url.Parse(d.source.url)
	if err != nil {
		return ""
	}
	return u.Host
}

func (d download) fetch(ctx context.Context, w web, dir string, want []string, log io.Writer) error {
	file, err := w.save(ctx, dir, d.source, log)
	if err != nil {
		return err
	}
	if !strings.HasSuffix(d.source.url, archiveSuffix) {
		return install(file, dir, want[0])
	}
	defer func() { _ = os.Remove(file) }()
	if err := unpack(file, dir, want); err != nil {
		return fmt.Errorf("%s: %w", d.source.url, err)
	}
	return nil
}
