package generator

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"drover/generator/untrusted"
)

// A write changes many files at once, though a file system changes one name at
// a time. It does so by a detour that no reader notices:
//
//  1. pendingDir is made in the Terraform directory, with the old files that
//     change or go, the new files, and nowLink, a symbolic link to the old ones.
//  2. Each file that changes, comes or goes is replaced by a symbolic link to
//     the file of its name below nowLink. Whoever opens it reads what was there
//     before; where nothing was, the link leads nowhere.
//  3. nowLink is made to lead to the new files. That is one rename, and the
//     moment at which all of them change.
//  4. The new files move to their places, over the links; links that lead
//     nowhere are removed.
//
// So a kill leaves a directory that reads as the old one or as the new one, and
// the next write, or Recover, replaces the links that it left: by what they lead
// to, whichever that is. Kubernetes switches the files of a ConfigMap's volume
// by such a link too, and keeps it; here the directory has plain files again
// when a write is done, as people and git expect.
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

	// In pendingDir:
	namesFile = "names.json" // every file that changes, comes or goes
	oldDir    = "old"
	newDir    = "new"
	linksDir  = "links" // the links, until they are at the places of the files
	nowLink   = "now"   // leads to oldDir, and from the switch on to newDir; without it, all is done
	nextLink  = "next"  // becomes nowLink
)

// What is in the directory may be a stranger's, pendingDir too. So nothing is moved or removed through a link that leads
// out of the directory, names lead nowhere else, and nowLink leads to one of the two that it can.

// site is a Terraform directory that is written to. step is called before each
// change to the file system that another process can see; tests end the write
// there, as a kill would.
type site struct {
	dir  string
	root *os.Root // of dir, while it is locked
	step func()
}

// pending is the name of a place in pendingDir.
func pending(parts ...string) string {
	return filepath.Join(pendingDir, filepath.FromSlash(filepath.Join(parts...)))
}

// locked does something in the directory while no other process writes to it.
func (s site) locked(do func(site) error) (err error) {
	unlock, err := lock(s.dir)
	if err != nil {
		return err
	}
	defer unlock()
	if s.root, err = os.OpenRoot(s.dir); err != nil {
		return fmt.Errorf("opening %s: %w", s.dir, err)
	}
	defer func() { err = errors.Join(err, s.root.Close()) }()
	return do(s)
}

// commit makes the directory what f says, where p found it to differ.
func (s site) commit(f Files, p writePlan) error {
	if err := s.stage(f, p); err != nil {
		return err
	}
	if err := s.exchange(); err != nil {
		return errors.Join(fmt.Errorf("writing generated files to %s: %w", s.dir, err), s.finish())
	}
	return s.finish()
}

// stage makes pendingDir: all that a write needs, while nothing is changed yet.
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
	s.step()
	if err := stageAll(staging, f, p); err != nil {
		return fmt.Errorf("staging what is to be written to %s: %w", s.dir, err)
	}
	s.step()
	if err := s.root.Rename(filepath.Base(staging), pendingDir); err != nil {
		return fmt.Errorf("staging what is to be written: %w", err)
	}
	return nil
}

// stageAll fills a directory that becomes pendingDir.
func stageAll(staging string, f Files, p writePlan) error {
	names := p.names()
	data, err := json.Marshal(names)
	if err != nil {
		return err
	}
	if err := put(filepath.Join(staging, namesFile), data); err != nil {
		return err
	}
	if err := putAll(filepath.Join(staging, oldDir), p.old); err != nil {
		return err
	}
	if err := putAll(filepath.Join(staging, newDir), p.new(f)); err != nil {
		return err
	}
	if err := linkAll(filepath.Join(staging, linksDir), names); err != nil {
		return err
	}
	for link, to := range map[string]string{nowLink: oldDir, nextLink: newDir} {
		if err := symlink(to, filepath.Join(staging, link)); err != nil {
			return err
		}
	}
	return nil
}

// exchange puts the links in the places of the files, and then makes all of
// them lead to the new ones.
func (s site) exchange() error {
	if err := s.move(pending(linksDir), "."); err != nil {
		return err
	}
	s.step()
	return s.root.Rename(pending(nextLink), pending(nowLink))
}

// move moves what is below from to the same places below to. A directory that
// is not there yet is moved whole.
func (s site) move(from, to string) error {
	entries, err := fs.ReadDir(s.root.FS(), filepath.ToSlash(from))
	if err != nil {
		return err
	}
	for _, e := range entries {
		have, want := filepath.Join(from, e.Name()), filepath.Join(to, e.Name())
		if e.IsDir() {
			if _, err := s.root.Lstat(want); err == nil {
				if err := s.move(have, want); err != nil {
					return err
				}
				continue
			}
		}
		s.step()
		if err := s.root.Rename(have, want); err != nil {
			return err
		}
	}
	return nil
}

// finish replaces the links of a write by what they lead to, if there is one,
// and clears away what was staged and never used. The directory is locked.
func (s site) finish() error {
	names, err := s.unsettled()
	if err != nil {
		return fmt.Errorf("looking for a write of %s that was killed: %w", s.dir, err)
	}
	if err := s.settle(names); err != nil {
		return fmt.Errorf("moving generated files to their places in %s (run the same command again to go on): %w", s.dir, err)
	}
	return s.clear(s.dir, stagingBegin)
}

// settle does so for pendingDir. Each file can be done again, and so can all.
func (s site) settle(names []string) error {
	for _, name := range names {
		if err := s.replace(name); err != nil {
			return err
		}
	}
	s.step()
	if err := s.root.Remove(pending(nowLink)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	s.step()
	return s.root.RemoveAll(pendingDir)
}

// unsettled are the files that a write was about which did not end, after a look at whether a write left this.
func (s site) unsettled() ([]string, error) {
	info, err := s.root.Lstat(pendingDir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return nil, notOurs("it is no directory")
	}
	to, err := s.root.Readlink(pending(nowLink))
	if errors.Is(err, fs.ErrNotExist) { // all is done
		return nil, nil
	}
	if err != nil || to != oldDir && to != newDir {
		return nil, notOurs(nowLink + " is no link to " + oldDir + " or " + newDir)
	}
	data, err := untrusted.ReadIn(s.dir, pending(namesFile), largest)
	if err != nil {
		return nil, err
	}
	var names []string
	if err := json.Unmarshal(data, &names); err != nil {
		return nil, fmt.Errorf("reading which files a write was about: %w", err)
	}
	for _, name := range names {
		if !filepath.IsLocal(filepath.FromSlash(name)) {
			return nil, notOurs(fmt.Sprintf("%q in %s leads out of the directory", name, namesFile))
		}
	}
	return names, nil
}

// notOurs is why a pendingDir is left alone, and with it all else.
func notOurs(why string) error {
	return fmt.Errorf("%s is not what drover leaves: %s; nothing was changed: see where it is from, and remove it", pendingDir, why)
}

// replace puts what a link leads to into its place. Whatever else has that
// name is left alone: a file that was replaced already, or a person's.
func (s site) replace(name string) error {
	at := filepath.FromSlash(name)
	if to, _ := s.root.Readlink(at); to != linkTo(name) { // nowhere, if it is no link
		return nil
	}
	s.step()
	err := s.root.Rename(pending(nowLink, name), at)
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := s.root.Remove(at); err != nil {
		return err
	}
	for dir := filepath.Dir(at); dir != "." && s.root.Remove(dir) == nil; { // one that is not empty stays
		dir = filepath.Dir(dir)
	}
	return nil
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
