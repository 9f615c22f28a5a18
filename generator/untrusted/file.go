package untrusted

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// MostBytes is the size of the largest file that is read.
const MostBytes = 1 << 20

// Why a file is not read. The errors that ReadFile and ReadDir return wrap one of these, or one of package fs.
var (
	ErrOutside    = errors.New("it is a symbolic link that leads out of the checkout")
	ErrNotRegular = errors.New("it is not a regular file")
	ErrDirectory  = errors.New("it is a directory")
	ErrTooLarge   = errors.New("it is larger than any that drover reads")
)

// ReadFile reads a regular file of at most MostBytes, and does not wait for one that is something else. Symbolic links
// may lead to where the checkout has the file: the git work tree that holds path or, without one, the working directory
// or the directory of the file. Standard input, which only a person can name, may be a pipe.
func ReadFile(path string) ([]byte, error) {
	if isStandardInput(path) {
		f, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		return readAll(f, MostBytes)
	}
	f, err := open(path)
	if err != nil {
		return nil, err
	}
	return readRegular(f, MostBytes)
}

// ReadIn reads a regular file of at most so many bytes in a directory, and does not wait for one that is something else.
// Symbolic links may lead to where the directory has the file; the directory itself may be a link.
func ReadIn(dir, name string, most int64) ([]byte, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer func() { _ = root.Close() }() // the file stays open without it
	f, err := openIn(root, name, filepath.Join(dir, name))
	if err != nil {
		return nil, err
	}
	return readRegular(f, most)
}

// Stays returns ErrOutside if a directory of a checkout is reached by a symbolic link that leads out of it. One that is
// not there stays, and so does one that is in no checkout.
func Stays(dir string) error {
	at, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	if _, found, err := checkoutOf(at); err != nil || !found {
		return err
	}
	f, err := open(dir)
	if errors.Is(err, ErrOutside) {
		return err
	}
	if err != nil {
		return nil //nolint:nilerr // who uses the directory says what is wrong with it
	}
	return f.Close()
}

// readRegular reads a file that was opened, if it is a regular one, and closes it.
func readRegular(f *os.File, most int64) ([]byte, error) {
	info, err := f.Stat()
	switch {
	case err != nil:
	case info.IsDir():
		err = ErrDirectory
	case !info.Mode().IsRegular():
		err = ErrNotRegular
	case info.Size() > most:
		err = tooLarge(most)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return readAll(f, most)
}

func tooLarge(most int64) error {
	return fmt.Errorf("%w: it has more than %d bytes", ErrTooLarge, most)
}

// readAll reads through the limit: a size is only what a file says of itself.
func readAll(f *os.File, most int64) (_ []byte, err error) {
	defer func() { err = errors.Join(err, f.Close()) }()
	data, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(data)) > most {
		err = tooLarge(most)
	}
	if err != nil {
		return nil, err
	}
	return data, nil
}

// ReadDir lists a directory that ReadFile would read the files of, sorted by name.
func ReadDir(path string) (_ []fs.DirEntry, err error) {
	f, err := open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	entries, err := f.ReadDir(-1)
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return cmp.Compare(a.Name(), b.Name()) })
	return entries, err
}

// open opens a file of a checkout at once, whatever it is: a FIFO without a writer too.
func open(path string) (*os.File, error) {
	at, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	base, _, err := checkoutOf(at)
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(base)
	if err != nil {
		return nil, err
	}
	defer func() { _ = root.Close() }() // the file stays open without it
	name, err := filepath.Rel(base, at)
	if err != nil {
		return nil, err
	}
	return openIn(root, name, path)
}

// openIn opens what path names by its name in a directory that links must not lead out of.
func openIn(root *os.Root, name, path string) (*os.File, error) {
	f, err := root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil && strings.Contains(err.Error(), "path escapes from parent") { // package os has no name for this error
		return nil, fmt.Errorf("opening %s: %w", path, ErrOutside)
	}
	return f, err
}

// checkoutOf is the directory that no link in a path may lead out of. Who names a file elsewhere means it, so that a
// file outside of the working directory has a directory of its own; found is false then.
func checkoutOf(at string) (base string, found bool, err error) {
	for dir := filepath.Dir(at); ; dir = filepath.Dir(dir) {
		if _, err := os.Lstat(filepath.Join(dir, ".git")); err == nil {
			return dir, true, nil
		}
		if dir == filepath.Dir(dir) {
			break
		}
	}
	here, err := os.Getwd()
	if err != nil {
		return "", false, err
	}
	if name, err := filepath.Rel(here, at); err == nil && filepath.IsLocal(name) {
		return here, true, nil
	}
	return filepath.Dir(at), false, nil
}

// isStandardInput tells whether a path is one of those by which a shell hands in what another program writes.
func isStandardInput(path string) bool {
	dir := filepath.Dir(path)
	return path == "/dev/stdin" || dir == "/dev/fd" || dir == "/proc/self/fd"
}
