package file

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"drover/orchestrator/store"
)

const batch = 1024 // names that are read at once

// List implements store.Objects. It removes what a crash left behind.
func (o *Objects) List(ctx context.Context, prefix, after string) (names []string, err error) {
	if err := check(ctx, strings.TrimSuffix(prefix, "/")); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(o.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	l := &listing{ctx: ctx, root: root, after: after}
	if err := l.folder(strings.TrimSuffix(prefix, "/")); err != nil {
		return nil, err
	}
	slices.Sort(l.names)
	return l.names, nil
}

// listing is one list in the making.
type listing struct {
	ctx   context.Context //nolint:containedctx // it lives for one call
	root  *os.Root
	after string
	names []string
	seen  int   // entries, folders included
	bytes int64 // of the values
}

func (l *listing) folder(folder string) (err error) {
	f, err := l.root.Open(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	for {
		entries, err := f.ReadDir(batch)
		for _, entry := range entries {
			if err := l.entry(path.Join(folder, entry.Name()), entry); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return l.ctx.Err()
		}
		if err != nil {
			return err
		}
	}
}

func (l *listing) entry(name string, entry fs.DirEntry) error {
	switch {
	case strings.HasPrefix(entry.Name(), temporary) && !entry.IsDir():
		removeStale(l.root, name, entry)
		return nil
	case !entry.IsDir() && name <= l.after:
		return nil
	}
	info, err := l.root.Stat(name) // of what a link leads to
	if err == nil && !info.IsDir() {
		l.bytes += info.Size()
	}
	if l.seen++; l.seen > store.MostNames || l.bytes > store.MostListed {
		return fmt.Errorf("%s has %w", path.Dir(name), store.ErrTooMuch)
	}
	if entry.IsDir() {
		return l.folder(name)
	}
	l.names = append(l.names, name)
	return nil
}
