// Package file keeps a store in a directory of one machine: files that only their owner may read or write. It must never
// show a value that was not stored whole, and never leave the directory.
package file

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"time"

	"drover/generator/untrusted"
	"drover/orchestrator/store"
)

const (
	dirMode  = 0o700
	fileMode = 0o600
	// temporary begins the names of files that are being written. What is older than staleAfter was left by a crash.
	temporary  = ".tmp-"
	staleAfter = time.Hour
)

// Objects are the files of a directory.
type Objects struct {
	dir string
}

var _ store.Objects = (*Objects)(nil)

// Open returns the values in dir, which need not exist: it is made with the first one.
func Open(dir string) *Objects { return &Objects{dir} }

// Create implements store.Objects. The value is written to a file of another name and linked to its own: a link fails
// where the name is taken.
func (o *Objects) Create(ctx context.Context, name string, data []byte) error {
	return o.put(ctx, name, data, func(root *os.Root, from string) error {
		err := root.Link(from, name)
		if errors.Is(err, fs.ErrExist) {
			return store.ErrExists
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%w; the file system has to have hard links", err)
		}
		return err
	})
}

// Write implements store.Objects.
func (o *Objects) Write(ctx context.Context, name string, data []byte) error {
	return o.put(ctx, name, data, func(root *os.Root, from string) error { return root.Rename(from, name) })
}

// put writes data to a temporary file, and has it placed under its name. Both the data and the name are on disk when put
// returns.
func (o *Objects) put(ctx context.Context, name string, data []byte, place func(root *os.Root, from string) error) (err error) {
	if err := check(ctx, name); err != nil {
		return err
	}
	if err := os.MkdirAll(o.dir, dirMode); err != nil {
		return err
	}
	root, err := os.OpenRoot(o.dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	folder := path.Dir(name)
	if err := makeFolders(root, folder); err != nil {
		return err
	}
	from := path.Join(folder, temporary+rand.Text())
	defer func() {
		if removeErr := root.Remove(from); removeErr != nil && !errors.Is(removeErr, fs.ErrNotExist) {
			err = errors.Join(err, removeErr)
		}
	}()
	if err := writeFile(root, from, data); err != nil {
		return err
	}
	if err := place(root, from); err != nil {
		return err
	}
	return syncFolder(root, folder)
}

func writeFile(root *os.Root, name string, data []byte) (err error) {
	f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, fileMode)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err := f.Write(data); err != nil {
		return err
	}
	return f.Sync()
}

// makeFolders makes a folder and those above it, and puts their names on disk.
func makeFolders(root *os.Root, folder string) error {
	if _, err := root.Stat(folder); err == nil {
		return nil
	}
	if err := root.MkdirAll(folder, dirMode); err != nil {
		return err
	}
	for at := folder; at != "."; at = path.Dir(at) {
		if err := syncFolder(root, path.Dir(at)); err != nil {
			return err
		}
	}
	return nil
}

func syncFolder(root *os.Root, folder string) (err error) {
	f, err := root.Open(folder)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return f.Sync()
}

// Read implements store.Objects.
func (o *Objects) Read(ctx context.Context, name string) (data []byte, err error) {
	if err := check(ctx, name); err != nil {
		return nil, err
	}
	data, err = untrusted.ReadIn(o.dir, name, store.MostBytes)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, store.ErrNotFound
	}
	return data, err
}

// removeStale removes a temporary file that nobody can be writing any more. It stays where this process may not remove
// it: nobody reads it.
func removeStale(root *os.Root, name string, entry fs.DirEntry) {
	if info, err := entry.Info(); err == nil && time.Since(info.ModTime()) > staleAfter {
		_ = root.Remove(name)
	}
}

// Delete implements store.Objects.
func (o *Objects) Delete(ctx context.Context, name string) (err error) {
	if err := check(ctx, name); err != nil {
		return err
	}
	root, err := os.OpenRoot(o.dir)
	if err == nil {
		defer func() { err = errors.Join(err, root.Close()) }()
		err = root.Remove(name)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func check(ctx context.Context, name string) error {
	if !fs.ValidPath(name) || name == "." {
		return fmt.Errorf("%q is no name of a value", name)
	}
	return ctx.Err()
}
