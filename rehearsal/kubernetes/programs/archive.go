package programs

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"strings"
)

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
