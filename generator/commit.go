package generator

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// A write is staged in a directory beside what it replaces, together with its
// plan. Renaming that directory to pendingDir is the point of no return, and
// one step of the file system. What follows only moves the staged files to
// their places and can be done again from any state that a kill leaves. While
// they move, every unit that changes holds markerFile, which Terraform refuses:
// it reads the old files, or the new ones, or nothing.
//
// Nothing here calls fsync. A kill takes nothing from what a process gave to
// the kernel, and renames are seen in the order in which they were made. A loss
// of power can take both: then files are old, or lack their content, and what
// drover writes can always be made again from the spec. An fsync for each of
// thousands of files would cost more than all the rest; cp and git do none
// either.
const (
	pendingDir   = ".drover-pending"
	stagingBegin = ".drover-staging-"
	planFile     = "plan.json"
	stagedDir    = "files"
)

// site is a Terraform directory that is written to. step is called before each
// change to the file system that another process can see; tests end the write
// there, as a kill would.
type site struct {
	dir  string
	step func()
}

// stage writes the new files beside the old ones, and then decides for them.
func (s site) stage(f Files, p writePlan) (err error) {
	s.step()
	staging, err := os.MkdirTemp(s.dir, stagingBegin)
	if err != nil {
		return fmt.Errorf("staging what is to be written: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(staging))
		}
	}()
	mark, err := marker()
	if err != nil {
		return err
	}
	staged := Files{}
	for _, name := range slices.Concat(p.Create, p.Change) {
		staged[name] = f[name]
	}
	for _, unit := range p.units() {
		staged[path.Join(unit, markerFile)] = mark
	}
	s.step()
	if err := putAll(filepath.Join(staging, stagedDir), staged); err != nil {
		return err
	}
	plan, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("staging the list of files: %w", err)
	}
	s.step()
	if err := put(filepath.Join(staging, planFile), plan); err != nil {
		return fmt.Errorf("staging the list of files: %w", err)
	}
	s.step()
	if err := os.Rename(staging, filepath.Join(s.dir, pendingDir)); err != nil {
		return fmt.Errorf("deciding for what was staged: %w", err)
	}
	return nil
}

// putAll writes files below a directory, as many at once as there are
// processors.
func putAll(dir string, f Files) error {
	names := f.names()
	errs := make([]error, len(names))
	var next atomic.Int64
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(names)) {
		workers.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(names); i = int(next.Add(1)) - 1 {
				if err := put(filepath.Join(dir, filepath.FromSlash(names[i])), f[names[i]]); err != nil {
					errs[i] = fmt.Errorf("staging %s: %w", names[i], err)
					next.Store(int64(len(names))) // a full disk is said once, not for every file
				}
			}
		})
	}
	workers.Wait()
	return errors.Join(errs...)
}

// put writes a file, and makes its directory if it is the first there: of
// thousands of files, most are not.
func put(at string, content []byte) error {
	err := os.WriteFile(at, content, 0o644)
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
		return err
	}
	return os.WriteFile(at, content, 0o644)
}

// finish does what a pending write decided, if there is one, and clears away
// what was staged and never decided for. The directory is locked.
func (s site) finish() error {
	if err := s.settle(filepath.Join(s.dir, pendingDir)); err != nil {
		return fmt.Errorf("moving generated files to their places in %s (run the same command again to go on): %w", s.dir, err)
	}
	return s.clear(s.dir, stagingBegin)
}

// clear removes what was staged in a directory that this process has locked:
// whoever began it is dead.
func (s site) clear(dir, begin string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("looking for what was staged: %w", err)
	}
	for _, e := range entries {
		if e.IsDir() && strings.HasPrefix(e.Name(), begin) {
			s.step()
			if err := os.RemoveAll(filepath.Join(dir, e.Name())); err != nil {
				return fmt.Errorf("clearing what was staged: %w", err)
			}
		}
	}
	return nil
}

// settle moves staged files to their places. The plan is removed before the
// directory that holds it, so that one without a plan is one that is done.
func (s site) settle(pending string) error {
	data, err := os.ReadFile(filepath.Join(pending, planFile))
	if errors.Is(err, fs.ErrNotExist) {
		s.step()
		return os.RemoveAll(pending)
	}
	if err != nil {
		return err
	}
	var p writePlan
	if err := json.Unmarshal(data, &p); err != nil {
		return fmt.Errorf("reading what was decided: %w", err)
	}
	staged := filepath.Join(pending, stagedDir)
	if err := s.mark(staged, p.units()); err != nil {
		return err
	}
	if err := s.move(staged, s.dir); err != nil {
		return err
	}
	if err := s.remove(p.Remove); err != nil {
		return err
	}
	if err := s.unmark(p.units()); err != nil {
		return err
	}
	s.step()
	if err := os.Remove(filepath.Join(pending, planFile)); err != nil {
		return err
	}
	s.step()
	return os.RemoveAll(pending)
}

// move moves what is below from to the same places below to. A directory that
// is not there yet is moved whole; what was moved before a kill is not below
// from any more.
func (s site) move(from, to string) error {
	entries, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	for _, e := range entries {
		have, want := filepath.Join(from, e.Name()), filepath.Join(to, e.Name())
		if e.IsDir() {
			if _, err := os.Lstat(want); err == nil {
				if err := s.move(have, want); err != nil {
					return err
				}
				continue
			}
		}
		s.step()
		if err := os.Rename(have, want); err != nil {
			return err
		}
	}
	return nil
}

// remove removes files that are no longer rendered, and directories that have
// nothing else.
func (s site) remove(names []string) error {
	for _, name := range names {
		s.step()
		at := filepath.Join(s.dir, filepath.FromSlash(name))
		if err := os.Remove(at); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		_ = os.Remove(filepath.Dir(at)) // goes only if it is empty now, as it should
	}
	return nil
}
