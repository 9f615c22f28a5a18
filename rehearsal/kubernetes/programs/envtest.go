package programs

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"crypto/sha512"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
)

// envtest is the bundle that controller-runtime's tests use: etcd, kube-apiserver and kubectl. Its index names each archive
// with its checksum.
type envtest struct {
	web   web
	index string
}

// Fetch unpacks what is missing from the newest release of the same minor version.
func (e envtest) Fetch(ctx context.Context, dir string, missing []program, log io.Writer) error {
	var want []string
	for _, p := range missing {
		if slices.Contains([]string{"etcd", "kube-apiserver", "kubectl"}, p.file) {
			want = append(want, p.file)
		}
	}
	if len(want) == 0 {
		return nil
	}
	archive, err := e.newest(ctx)
	if err != nil {
		return fmt.Errorf("envtest's bundle: %w", err)
	}
	file, err := e.web.save(ctx, dir, archive, log)
	if err != nil {
		return fmt.Errorf("envtest's bundle: %w", err)
	}
	defer func() { _ = os.Remove(file) }()
	if err := unpack(file, dir, want); err != nil {
		return fmt.Errorf("envtest's bundle %s: %w", archive.url, err)
	}
	return nil
}

func (e envtest) newest(ctx context.Context) (source, error) {
	data, err := e.web.text(ctx, e.index)
	if err != nil {
		return source{}, err
	}
	var index struct {
		Releases map[string]map[string]struct {
			Hash string `yaml:"hash"`
			Link string `yaml:"selfLink"`
		} `yaml:"releases"`
	}
	if err := yaml.Unmarshal(data, &index); err != nil {
		return source{}, fmt.Errorf("read %s: %w", e.index, err)
	}
	best := -1
	var found source
	for release, archives := range index.Releases {
		patch, ok := strings.CutPrefix(release, minorOf(Version())+".")
		number, err := strconv.Atoi(patch)
		a, there := archives[fmt.Sprintf("envtest-%s-%s-%s.tar.gz", release, runtime.GOOS, runtime.GOARCH)]
		if ok && err == nil && there && number > best {
			best, found = number, source{url: a.Link, want: a.Hash, hash: sha512.New}
		}
	}
	if best < 0 {
		return source{}, fmt.Errorf("%s names none for Kubernetes %s on %s/%s: %w", e.index, minorOf(Version()), runtime.GOOS, runtime.GOARCH, errNotPublished)
	}
	return found, nil
}

// unpack takes files out of an archive by their base names, and nothing else.
func unpack(archive, dir string, want []string) error {
	file, err := os.Open(archive)
	if err != nil {
		return fmt.Errorf("open it: %w", err)
	}
	defer func() { _ = file.Close() }()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		return fmt.Errorf("unpack it: %w", err)
	}
	left := slices.Clone(want)
	for entries := tar.NewReader(unzipped); len(left) > 0; {
		entry, err := entries.Next()
		if errors.Is(err, io.EOF) {
			return fmt.Errorf("unpack it: it has no %s", strings.Join(left, ", "))
		}
		if err != nil {
			return fmt.Errorf("unpack it: %w", err)
		}
		at := slices.Index(left, path.Base(entry.Name))
		if at < 0 || entry.Typeflag != tar.TypeReg {
			continue
		}
		if err := unpackOne(entries, dir, left[at]); err != nil {
			return err
		}
		left = slices.Delete(left, at, at+1)
	}
	return nil
}

func unpackOne(from io.Reader, dir, name string) (err error) {
	part, err := os.CreateTemp(dir, "download-")
	if err != nil {
		return fmt.Errorf("make a file for %s: %w", name, err)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(part.Name()) // the first error is the one to tell
		}
	}()
	_, err = io.Copy(part, io.LimitReader(from, longestProgram))
	if err = errors.Join(err, part.Close()); err != nil {
		return fmt.Errorf("unpack %s: %w", name, err)
	}
	return install(part.Name(), dir, name)
}
