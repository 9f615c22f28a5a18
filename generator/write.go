package generator

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"

	"drover/generator/untrusted"
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

// ErrUnfinished is why Write with Check says nothing about a directory: a
// write of it was killed.
var ErrUnfinished = errors.New("generated files are links to " + pendingDir + " now: drover generate was ended before it was done; " +
	"run it again, which finishes that first")

// Write brings the Terraform directory to what f says: for the roots and the
// modules that f has files of, and for nothing else. Files without drover's
// header are kept. It writes all or nothing: when it refuses or fails, the
// directory is as it was, and whoever reads files there at any instant, also
// after the process was killed, finds the old ones or the new ones. What a kill
// leaves of how that is done (see commit), the next Write or Recover clears away.
// A loss of power can undo a Write, and then it is run again.
func Write(dir string, f Files, o WriteOptions) (Changes, error) {
	return site{dir: filepath.Clean(dir), step: func() {}}.write(f, o)
}

func (s site) write(f Files, o WriteOptions) (Changes, error) {
	if err := untrusted.Stays(s.dir); err != nil { // a checkout may bring the link along
		return Changes{}, fmt.Errorf("writing to %s: %w; name the directory that it leads to with --out", s.dir, err)
	}
	if o.Check {
		return s.check(f)
	}
	if err := f.local(s.dir); err != nil {
		return Changes{}, err
	}
	if !s.there() {
		if done, err := s.first(f); done || err != nil {
			return Changes{Created: f.names()}, err
		}
	}
	var done Changes
	err := s.locked(func(s site) error {
		if err := s.finish(); err != nil {
			return err
		}
		if err := f.unlinked(s.dir); err != nil {
			return err
		}
		p, err := planWrite(s.dir, f, o.Force)
		if err != nil || p.Empty() {
			return err
		}
		done = p.Changes
		return s.commit(f, p)
	})
	return done, err
}

// check says what would change, and touches nothing.
func (s site) check(f Files) (Changes, error) {
	if _, err := os.Lstat(filepath.Join(s.dir, pendingDir)); err == nil {
		return Changes{}, fmt.Errorf("looking at %s: %w", s.dir, ErrUnfinished)
	}
	if err := f.local(s.dir); err != nil {
		return Changes{}, err
	}
	p, err := planWrite(s.dir, f, true)
	return p.Changes, err
}

// Recover clears away what a Write left that was killed in the middle, if there
// is one; the files stay what they read as.
func Recover(dir string) error {
	if _, err := os.Lstat(filepath.Join(dir, pendingDir)); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return site{dir: filepath.Clean(dir), step: func() {}}.locked(site.finish)
}

// lock keeps two processes from writing one directory at once.
func lock(dir string) (unlock func(), err error) {
	l := flock.New(dir, flock.SetFlag(os.O_RDONLY))
	if err := l.Lock(); err != nil {
		return nil, fmt.Errorf("locking %s: %w", dir, err)
	}
	return func() { _ = l.Close() }, nil // closing gives the lock back; there is no more to do about an error
}
