package generator

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// writePlan is what has to be done to a directory.
type writePlan struct {
	Changes
	old Files // what is there of the files that change or are removed
}

// names are the files that change, come or go.
func (p writePlan) names() []string { return slices.Concat(p.Created, p.Changed, p.Removed) }

// new gives those of f that are to be written.
func (p writePlan) new(f Files) Files {
	out := Files{}
	for _, name := range slices.Concat(p.Created, p.Changed) {
		out[name] = f[name]
	}
	return out
}

// planWrite compares f with the directory, and refuses what would be lost.
func planWrite(dir string, f Files, force bool) (writePlan, error) {
	p := writePlan{old: Files{}}
	conflict := &ConflictError{Dir: dir}
	for _, name := range f.names() {
		if err := p.compare(dir, name, f[name], force, conflict); err != nil {
			return writePlan{}, err
		}
	}
	for _, unit := range f.units() {
		if err := p.prune(dir, unit, f, force, conflict); err != nil {
			return writePlan{}, err
		}
	}
	if len(conflict.Edited)+len(conflict.Foreign) > 0 {
		slices.Sort(conflict.Edited)
		return writePlan{}, conflict
	}
	return p, nil
}

// compare decides what happens to one file. A file that differs in the version
// of its header only stays as it is: it says who wrote it.
func (p *writePlan) compare(dir, name string, content []byte, force bool, conflict *ConflictError) error {
	have, err := readPlain(filepath.Join(dir, filepath.FromSlash(name)))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		p.Created = append(p.Created, name)
		return nil
	case errors.Is(err, errNotPlain):
		conflict.Foreign = append(conflict.Foreign, name)
		return nil
	}
	if err != nil {
		return fmt.Errorf("reading what is there before writing: %w", err)
	}
	old, ours := parseHeader(name, have)
	next, _ := parseHeader(name, content)
	switch {
	case len(have) == 0: // there is nothing to lose; a loss of power leaves such files
		p.change(name, have)
	case !ours:
		conflict.Foreign = append(conflict.Foreign, name)
	case !old.edited && bytes.Equal(old.body, next.body):
	case old.edited && !force:
		conflict.Edited = append(conflict.Edited, name)
	default:
		p.change(name, have)
	}
	return nil
}

// errNotPlain is a device, a pipe or a file larger than any that drover writes, which could be read for ever.
var errNotPlain = errors.New("it is no regular file of a size that drover writes")

// largest is far above the size of the files that drover writes, in bytes.
const largest = 16 << 20

// readPlain reads what may be a file that drover wrote.
func readPlain(at string) ([]byte, error) {
	info, err := os.Stat(at)
	if err == nil && !info.IsDir() && (!info.Mode().IsRegular() || info.Size() > largest) {
		return nil, fmt.Errorf("reading %s: %w", at, errNotPlain)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return os.ReadFile(at)
}

func (p *writePlan) change(name string, have []byte) {
	p.Changed = append(p.Changed, name)
	p.old[name] = have
}

// Present reads the files of drover's that are in the directories that f decides
// about, so that a Write of f can be undone by a Write of them.
func Present(dir string, f Files) (Files, error) {
	present := Files{}
	for _, unit := range f.units() {
		err := filepath.WalkDir(filepath.Join(dir, filepath.FromSlash(unit)), func(at string, d fs.DirEntry, err error) error {
			switch {
			case errors.Is(err, fs.ErrNotExist):
				return nil
			case err != nil:
				return err
			case d.IsDir() && strings.HasPrefix(d.Name(), "."):
				return fs.SkipDir // .terraform
			case !d.Type().IsRegular():
				return nil
			}
			relative, err := filepath.Rel(dir, at)
			if err != nil {
				return err
			}
			content, err := readPlain(at)
			name := filepath.ToSlash(relative)
			if _, ours := parseHeader(name, content); ours {
				present[name] = content
			}
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("reading what is there before writing: %w", err)
		}
	}
	return present, nil
}

// local refuses names that lead out of the directory.
func (f Files) local(dir string) error {
	for name := range f {
		if !filepath.IsLocal(filepath.FromSlash(name)) {
			return fmt.Errorf("writing %q: the name leads out of %s", name, dir)
		}
	}
	return nil
}

// unlinked refuses directories that lead elsewhere: what is written there would
// not be found from there.
func (f Files) unlinked(dir string) error {
	seen := map[string]bool{}
	for _, name := range f.names() {
		for at := path.Dir(name); at != "." && !seen[at]; at = path.Dir(at) {
			seen[at] = true
			place := filepath.Join(dir, filepath.FromSlash(at))
			if info, err := os.Lstat(place); err == nil && info.Mode()&fs.ModeSymlink != 0 {
				return fmt.Errorf("writing to %s: it is a symbolic link; put a directory there, or write elsewhere with --out (which may be a link itself)", place)
			}
		}
	}
	return nil
}

// units are the directories that f decides about: roots and modules.
func (f Files) units() []string {
	names := f.names()
	units := make([]string, len(names))
	for i, name := range names {
		units[i] = unitOf(name)
	}
	slices.Sort(units)
	return slices.Compact(units)
}

// unitOf is the root or the module that a file belongs to.
func unitOf(name string) string {
	depth := 2 // <cluster>/<root>
	if strings.HasPrefix(name, modulesDir+"/") {
		depth = 3 // modules/<platform>/<module>
	}
	dir := path.Dir(name)
	for i := range len(dir) {
		if dir[i] == '/' {
			if depth--; depth == 0 {
				return dir[:i]
			}
		}
	}
	return dir
}

// prune finds generated files of a unit that are no longer rendered.
func (p *writePlan) prune(dir, unit string, f Files, force bool, conflict *ConflictError) error {
	return filepath.WalkDir(filepath.Join(dir, filepath.FromSlash(unit)), func(at string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil:
			return fmt.Errorf("looking for files that are no longer generated: %w", err)
		case d.IsDir() && strings.HasPrefix(d.Name(), "."):
			return fs.SkipDir // .terraform, which can be large
		case !d.Type().IsRegular():
			return nil
		}
		relative, err := filepath.Rel(dir, at)
		if err != nil {
			return err
		}
		name := filepath.ToSlash(relative)
		if _, kept := f[name]; kept {
			return nil
		}
		if _, _, ok := comment(name); !ok {
			return nil
		}
		content, err := readPlain(at)
		if errors.Is(err, errNotPlain) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("looking for files that are no longer generated: %w", err)
		}
		if h, ours := parseHeader(name, content); ours && h.edited && !force {
			conflict.Edited = append(conflict.Edited, name)
		} else if ours {
			p.Removed = append(p.Removed, name)
			p.old[name] = content
		}
		return nil
	})
}
