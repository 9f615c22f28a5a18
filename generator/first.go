package generator

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// first makes a Terraform directory that is not there: beside its place, and
// then by one rename. It tells whether it did, as another process may have been
// first.
func (s site) first(f Files) (done bool, err error) {
	parent, begin := filepath.Dir(s.dir), "."+filepath.Base(s.dir)+stagingBegin
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return false, fmt.Errorf("making the directory of %s: %w", s.dir, err)
	}
	unlock, err := lock(parent)
	if err != nil {
		return false, err
	}
	defer unlock()
	if s.there() {
		return false, nil
	}
	if err := s.clear(parent, begin); err != nil {
		return false, err
	}
	s.step()
	staging, err := os.MkdirTemp(parent, begin)
	if err != nil {
		return false, fmt.Errorf("staging what is to be written: %w", err)
	}
	defer func() {
		if !done {
			err = errors.Join(err, os.RemoveAll(staging))
		}
	}()
	if err := os.Chmod(staging, 0o755); err != nil { // of the temporary one, only the owner reads
		return false, fmt.Errorf("staging what is to be written: %w", err)
	}
	s.step()
	if err := putAll(staging, f); err != nil {
		return false, err
	}
	s.step()
	if err := os.Rename(staging, s.dir); err != nil {
		return false, fmt.Errorf("moving what was staged to its place: %w", err)
	}
	return true, nil
}

// there tells whether anything has the name of the Terraform directory.
func (s site) there() bool {
	_, err := os.Lstat(s.dir)
	return !errors.Is(err, fs.ErrNotExist)
}
