package generator

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A write is staged in a directory beside what it replaces, together with its
// plan. Renaming that directory to pendingDir is the point of no return, and
// one step of the file system. What follows only moves the staged files to
// their places and can be done again from any state that a kill leaves.
const (
	pendingDir   = ".drover-pending"
	stagingBegin = ".drover-staging-"
	planFile     = "plan.json"
	stagedDir    = "files"
)

// site is a Terraform directory that is written to. step is called before each
// change to the file system; tests end the write there, as a kill would.
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
	for _, name := range slices.Concat(p.Create, p.Change) {
		s.step()
		if err := put(filepath.Join(staging, stagedDir, filepath.FromSlash(name)), f[name]); err != nil {
			return fmt.Errorf("staging %s: %w", name, err)
		}
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
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return fmt.Errorf("looking for what was staged: %w", err)
	}
	for _, e := range entries {
		if e.IsDir() && strings.HasPrefix(e.Name(), stagingBegin) {
			s.step()
			if err := os.RemoveAll(filepath.Join(s.dir, e.Name())); err != nil {
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
	for _, name := range slices.Concat(p.Create, p.Change) {
		local := filepath.FromSlash(name)
		if err := s.place(filepath.Join(pending, stagedDir, local), filepath.Join(s.dir, local)); err != nil {
			return err
		}
	}
	for _, name := range p.Remove {
		s.step()
		at := filepath.Join(s.dir, filepath.FromSlash(name))
		if err := os.Remove(at); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		_ = os.Remove(filepath.Dir(at)) // goes only if it is empty now, as it should
	}
	s.step()
	if err := os.Remove(filepath.Join(pending, planFile)); err != nil {
		return err
	}
	s.step()
	return os.RemoveAll(pending)
}

// place moves one staged file. One that is not there was moved before a kill.
func (s site) place(from, to string) error {
	s.step()
	if err := os.Rename(from, to); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if _, err := os.Lstat(from); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	s.step()
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	s.step()
	return os.Rename(from, to)
}
