package store

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"sync"
)

const (
	bundles = "bundles/"
	// bundleLimit bounds what is unpacked of a bundle, in bytes. What drover renders is far below a megabyte.
	bundleLimit = 256 << 20
)

var isDigest = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[0-9a-f]{64}$`) })

// SaveBundle keeps files by their slash-separated names, and returns the digest by which they are read again: the same
// files have the same digest. Saving them twice is no error.
func (s *Store) SaveBundle(ctx context.Context, files map[string][]byte) (digest string, err error) {
	for name := range files {
		if !fs.ValidPath(name) || name == "." {
			return "", fmt.Errorf("saving a bundle: %q is not a file name within a directory", name)
		}
	}
	digest = digestFiles(files)
	data, err := zip(files)
	if err != nil {
		return "", fmt.Errorf("packing bundle %s: %w", digest, err)
	}
	err = s.objects.Create(ctx, bundles+digest, data)
	if err == nil {
		return digest, nil
	}
	// Where it is there already, or may be, what is there has to be those files.
	if _, readErr := s.Bundle(ctx, digest); readErr != nil {
		if errors.Is(err, ErrExists) {
			return "", fmt.Errorf("saving bundle %s, which exists: %w", digest, readErr)
		}
		return "", fmt.Errorf("saving bundle %s: %w", digest, err)
	}
	return digest, nil
}

// Bundle returns the files of a digest, or a MissingError, or a DamageError where they are not what was saved.
func (s *Store) Bundle(ctx context.Context, digest string) (map[string][]byte, error) {
	if !isDigest().MatchString(digest) {
		return nil, fmt.Errorf("reading bundle %q: that is not the digest of a bundle", digest)
	}
	data, err := s.objects.Read(ctx, bundles+digest)
	if errors.Is(err, ErrNotFound) {
		return nil, &MissingError{"bundle " + digest}
	}
	if err != nil {
		return nil, fmt.Errorf("reading bundle %s: %w", digest, err)
	}
	const again = "Restore the object from a copy; without one, delete it and run `drover recover`, which makes it anew of the files that are there"
	files, err := unzip(data)
	if err != nil {
		return nil, &DamageError{bundles + digest, fmt.Sprintf("cannot be unpacked (%v)", err), again}
	}
	if digestFiles(files) != digest {
		return nil, &DamageError{bundles + digest, "does not hold the files that it is named for", again}
	}
	return files, nil
}

// digestFiles does not depend on how files are packed, which may differ between versions of Go.
func digestFiles(files map[string][]byte) string {
	parts := []string{"bundle"}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		parts = append(parts, name, string(files[name]))
	}
	return digest(parts...)
}

func zip(files map[string][]byte) ([]byte, error) {
	var data bytes.Buffer
	compressed, err := gzip.NewWriterLevel(&data, gzip.BestSpeed) // a bundle is small, and packed at every step that keeps one
	if err != nil {
		return nil, err
	}
	out := tar.NewWriter(compressed)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		header := &tar.Header{Name: name, Mode: 0o600, Size: int64(len(files[name])), Typeflag: tar.TypeReg}
		if err := out.WriteHeader(header); err != nil {
			return nil, err
		}
		if _, err := out.Write(files[name]); err != nil {
			return nil, err
		}
	}
	if err := errors.Join(out.Close(), compressed.Close()); err != nil {
		return nil, err
	}
	return data.Bytes(), nil
}

func unzip(data []byte) (map[string][]byte, error) {
	compressed, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	limited := &io.LimitedReader{R: compressed, N: bundleLimit}
	in := tar.NewReader(limited)
	files, left := map[string][]byte{}, int64(bundleLimit) // what is read of a hole is in no archive
	for {
		header, err := in.Next()
		if errors.Is(err, io.EOF) {
			_, err := io.Copy(io.Discard, limited) // to the checksum at the end
			return files, err
		}
		if err == nil && !fs.ValidPath(header.Name) {
			err = fmt.Errorf("%q is not a file name within a directory", header.Name)
		}
		if err == nil {
			left -= header.Size
		}
		if err == nil && left > 0 {
			files[header.Name], err = io.ReadAll(in)
		}
		if limited.N <= 0 || left <= 0 {
			return nil, fmt.Errorf("it unpacks to more than %d bytes", bundleLimit)
		}
		if err != nil {
			return nil, err
		}
	}
}
