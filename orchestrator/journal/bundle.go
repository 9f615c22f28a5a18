package journal

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/renameio/v2"
)

// SaveBundle keeps the files that a revision was rendered to. A bundle is
// written once: the same revision always holds the same files.
func (s *Store) SaveBundle(revision string, files map[string][]byte) error {
	path := s.bundlePath(revision)
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	data, err := pack(files)
	if err != nil {
		return fmt.Errorf("packing bundle %s: %w", revision, err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("keeping bundle %s: %w", revision, err)
	}
	if err := renameio.WriteFile(path, data, 0o644); err != nil {
		return fmt.Errorf("keeping bundle %s: %w", revision, err)
	}
	return nil
}

// Bundle gives the files of a revision.
func (s *Store) Bundle(revision string) (map[string][]byte, error) {
	data, err := os.ReadFile(s.bundlePath(revision))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("the store in %s has no bundle of revision %s: %w", s.dir, revision, err)
	}
	if err != nil {
		return nil, fmt.Errorf("reading bundle %s: %w", revision, err)
	}
	files, err := unpack(data)
	if err != nil {
		return nil, fmt.Errorf("unpacking bundle %s: %w", revision, err)
	}
	return files, nil
}

func (s *Store) bundlePath(revision string) string {
	return filepath.Join(s.dir, "bundles", strings.ReplaceAll(revision, string(filepath.Separator), "_")+".tar.gz")
}

// pack writes files in the order of their names, without times, so that equal
// files make equal bundles.
func pack(files map[string][]byte) ([]byte, error) {
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	var buf bytes.Buffer
	zip := gzip.NewWriter(&buf)
	out := tar.NewWriter(zip)
	for _, name := range names {
		header := &tar.Header{Name: name, Mode: 0o644, Size: int64(len(files[name])), Typeflag: tar.TypeReg}
		if err := out.WriteHeader(header); err != nil {
			return nil, err
		}
		if _, err := out.Write(files[name]); err != nil {
			return nil, err
		}
	}
	if err := errors.Join(out.Close(), zip.Close()); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}

func unpack(data []byte) (map[string][]byte, error) {
	zip, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	in := tar.NewReader(zip)
	files := map[string][]byte{}
	for {
		header, err := in.Next()
		if errors.Is(err, io.EOF) {
			return files, nil
		}
		if err != nil {
			return nil, err
		}
		content, err := io.ReadAll(in)
		if err != nil {
			return nil, err
		}
		files[header.Name] = content
	}
}
