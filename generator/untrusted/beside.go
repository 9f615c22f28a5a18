package untrusted

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Part is a file that another one names.
type Part struct {
	Name string // as it was named, from the directory of the file that names it
	Data []byte
}

// The limits of what one file names.
const (
	MostParts = 100
	MostTotal = 4 << 20 // bytes
)

// ReadBeside reads what a file names by a path from its own directory: a file of at most MostBytes, or a directory, of
// which it reads the files with one of the endings, in the order of their names, and none below. Neither the path nor a
// symbolic link may lead out of the checkout that holds the file, or into git's own directory, where credentials are.
func ReadBeside(file, name string, endings ...string) ([]Part, error) {
	at, err := filepath.Abs(file)
	if err != nil {
		return nil, err
	}
	base, _, err := checkoutOf(at)
	if err != nil {
		return nil, err
	}
	from, err := filepath.Rel(base, filepath.Join(filepath.Dir(at), filepath.FromSlash(name)))
	if err != nil {
		return nil, err
	}
	if filepath.IsAbs(name) || !filepath.IsLocal(from) || slices.ContainsFunc(strings.Split(from, string(filepath.Separator)), gits) {
		return nil, fmt.Errorf("opening %s: %w", name, ErrOutside)
	}
	root, err := os.OpenRoot(base)
	if err != nil {
		return nil, err
	}
	defer func() { _ = root.Close() }() // only read from
	return readParts(root, from, name, endings)
}

// gits is true of the name of git's own directory, also where names have no case.
func gits(name string) bool { return strings.EqualFold(name, ".git") }

func readParts(root *os.Root, from, name string, endings []string) ([]Part, error) {
	f, err := openIn(root, from, name)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil || !info.IsDir() {
		if err != nil {
			_ = f.Close() // only read from
			return nil, err
		}
		data, err := readRegular(f, MostBytes)
		return []Part{{name, data}}, err
	}
	names, err := withEnding(f, endings)
	_ = f.Close() // only read from
	if err != nil {
		return nil, err
	}
	var parts []Part
	for _, entry := range names {
		f, err := openIn(root, filepath.Join(from, entry), filepath.Join(name, entry))
		if err != nil {
			return nil, err
		}
		data, err := readRegular(f, MostBytes)
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", filepath.Join(name, entry), err)
		}
		parts = append(parts, Part{filepath.ToSlash(filepath.Join(name, entry)), data})
	}
	return parts, nil
}

// withEnding are the files of a directory with one of the endings, sorted; hidden ones are left out.
func withEnding(dir *os.File, endings []string) ([]string, error) {
	entries, err := dir.ReadDir(-1)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if !e.IsDir() && !strings.HasPrefix(e.Name(), ".") && slices.Contains(endings, filepath.Ext(e.Name())) {
			names = append(names, e.Name())
		}
	}
	if len(names) > MostParts {
		return nil, fmt.Errorf("%w: it has %d files, and at most %d are read", ErrTooLarge, len(names), MostParts)
	}
	slices.Sort(names)
	return names, nil
}
