package generator

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gofrs/flock"
)

// WriteOptions say how files are written.
type WriteOptions struct {
	Force bool // overwrite generated files that were edited
	Check bool // write nothing, only say what would change
}

// Changes are what Write did, or with Check would do; paths are relative to
// the Terraform directory and sorted.
type Changes struct {
	Created, Changed, Removed []string
}

// Empty tells whether nothing changes.
func (c Changes) Empty() bool { return len(c.Created)+len(c.Changed)+len(c.Removed) == 0 }

// mostLines is how many files a summary names.
const mostLines = 20

// Summary writes a line for each file, for a person to read.
func (c Changes) Summary(w io.Writer) {
	var lines []string
	for _, group := range []struct {
		what  string
		files []string
	}{{"created", c.Created}, {"changed", c.Changed}, {"removed", c.Removed}} {
		for _, name := range group.files {
			lines = append(lines, fmt.Sprintf("%s %s", group.what, name))
		}
	}
	if len(lines) == 0 {
		lines = []string{"nothing to change"}
	}
	if more := len(lines) - mostLines; more > 0 {
		lines = append(lines[:mostLines], fmt.Sprintf("and %d more", more))
	}
	// A summary that cannot be written is no reason to fail: the files are.
	_, _ = io.WriteString(w, strings.Join(lines, "\n")+"\n")
}

// ConflictError is what keeps Write from writing: files that a person edited
// or made, where generated ones belong.
type ConflictError struct {
	Dir     string
	Edited  []string // generated, and edited since
	Foreign []string // not drover's
}

func (e *ConflictError) Error() string {
	var b strings.Builder
	if len(e.Edited) > 0 {
		fmt.Fprintf(&b, "these generated files in %s were edited: %s; put the change into the spec, or into a file of your own beside them "+
			"(such as main_override.tf or custom_alarms.tf), or give the edits up with --force", e.Dir, strings.Join(e.Edited, ", "))
	}
	if len(e.Foreign) > 0 {
		if b.Len() > 0 {
			b.WriteString("; ")
		}
		fmt.Fprintf(&b, "these files in %s are where generated ones belong, and do not carry drover's header: %s; give them other names", e.Dir, strings.Join(e.Foreign, ", "))
	}
	return b.String()
}

// Write brings the Terraform directory to what f says: for the roots and the
// modules that f has files of, and for nothing else. Files without drover's
// header are kept. It writes all or nothing: when it refuses or fails before
// everything is staged, the directory is as it was; from then on it will be as f
// says, also if the process is killed at any instant, because the next Write
// or Recover finishes what was decided. Until then, a reader may see some
// files of each. A loss of power can undo a Write, and then it is run again.
func Write(dir string, f Files, o WriteOptions) (Changes, error) {
	return site{dir: dir, step: func() {}}.write(f, o)
}

func (s site) write(f Files, o WriteOptions) (Changes, error) {
	dir := s.dir
	if o.Check {
		p, err := planWrite(dir, f, true)
		return p.changes(), err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return Changes{}, fmt.Errorf("making the Terraform directory: %w", err)
	}
	unlock, err := lock(dir)
	if err != nil {
		return Changes{}, err
	}
	defer unlock()
	if err := s.finish(); err != nil {
		return Changes{}, err
	}
	p, err := planWrite(dir, f, o.Force)
	if err != nil || p.changes().Empty() {
		return Changes{}, err
	}
	if err := s.stage(f, p); err != nil {
		return Changes{}, err
	}
	return p.changes(), s.finish()
}

// Recover finishes a Write that was killed in the middle, if there is one.
func Recover(dir string) error {
	if _, err := os.Lstat(filepath.Join(dir, pendingDir)); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	unlock, err := lock(dir)
	if err != nil {
		return err
	}
	defer unlock()
	return site{dir: dir, step: func() {}}.finish()
}

// lock keeps two processes from writing one directory at once.
func lock(dir string) (unlock func(), err error) {
	l := flock.New(dir, flock.SetFlag(os.O_RDONLY))
	if err := l.Lock(); err != nil {
		return nil, fmt.Errorf("locking %s: %w", dir, err)
	}
	return func() { _ = l.Close() }, nil // closing gives the lock back; there is no more to do about an error
}

// writePlan is what has to be done to a directory.
type writePlan struct {
	Create []string `json:"create"`
	Change []string `json:"change"`
	Remove []string `json:"remove"`
}

func (p writePlan) changes() Changes {
	return Changes{Created: p.Create, Changed: p.Change, Removed: p.Remove}
}

// planWrite compares f with the directory, and refuses what would be lost.
func planWrite(dir string, f Files, force bool) (writePlan, error) {
	var p writePlan
	conflict := &ConflictError{Dir: dir}
	for _, name := range f.names() {
		if !filepath.IsLocal(filepath.FromSlash(name)) {
			return writePlan{}, fmt.Errorf("writing %q: the name leads out of %s", name, dir)
		}
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
	have, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
	if errors.Is(err, fs.ErrNotExist) {
		p.Create = append(p.Create, name)
		return nil
	}
	if err != nil {
		return fmt.Errorf("reading what is there before writing: %w", err)
	}
	old, ours := parseHeader(name, have)
	next, _ := parseHeader(name, content)
	switch {
	case !ours:
		conflict.Foreign = append(conflict.Foreign, name)
	case !old.edited && bytes.Equal(old.body, next.body):
	case old.edited && !force:
		conflict.Edited = append(conflict.Edited, name)
	default:
		p.Change = append(p.Change, name)
	}
	return nil
}

// units are the directories that f decides about: roots and modules.
func (f Files) units() []string {
	var units []string
	for name := range f {
		parts := strings.Split(path.Dir(name), "/")
		depth := 2 // <cluster>/<root>
		if parts[0] == modulesDir {
			depth = 3 // modules/<platform>/<module>
		}
		units = append(units, path.Join(parts[:min(depth, len(parts))]...))
	}
	slices.Sort(units)
	return slices.Compact(units)
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
		content, err := os.ReadFile(at)
		if err != nil {
			return fmt.Errorf("looking for files that are no longer generated: %w", err)
		}
		if h, ours := parseHeader(name, content); ours && h.edited && !force {
			conflict.Edited = append(conflict.Edited, name)
		} else if ours {
			p.Remove = append(p.Remove, name)
		}
		return nil
	})
}
