package generator

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"drover/generator/parallel"
)

// putAll writes files below a directory.
func putAll(dir string, f Files) error {
	return forAll(f.names(), func(name string) error {
		return put(filepath.Join(dir, filepath.FromSlash(name)), f[name])
	})
}

// linkAll makes the links of a write below a directory; where they are, they
// lead nowhere.
func linkAll(dir string, names []string) error {
	return forAll(names, func(name string) error {
		return symlink(linkTo(name), filepath.Join(dir, filepath.FromSlash(name)))
	})
}

// linkTo is where the link in the place of a file leads.
func linkTo(name string) string {
	up := strings.Repeat("../", strings.Count(name, "/"))
	return up + path.Join(pendingDir, nowLink, name)
}

// put writes a file.
func put(at string, content []byte) error {
	return below(at, func() error { return os.WriteFile(at, content, 0o644) })
}

// symlink makes a symbolic link.
func symlink(to, at string) error {
	err := below(at, func() error { return os.Symlink(to, at) })
	if errors.Is(err, errors.ErrUnsupported) || errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("%w (drover changes many files in one step by symbolic links, and this file system may have none: "+
			"write to a directory of another one with --out)", err)
	}
	return err
}

// below does something that needs the directory of a place, and makes that if
// it is the first there: of thousands of files, most are not.
func below(at string, do func() error) error {
	err := do()
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
		return err
	}
	return do()
}

// forAll does something for every name; a full disk is said once, not for every file.
func forAll(names []string, do func(name string) error) error {
	return parallel.Each(len(names), func(i int) error {
		if err := do(names[i]); err != nil {
			return fmt.Errorf("%s: %w", names[i], err)
		}
		return nil
	})
}
