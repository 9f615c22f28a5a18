package store

import (
	"fmt"
	"slices"
	"strings"
)

// Listing collects what a List of a bucket returns, and ends it beyond the limits.
type Listing struct {
	Folder string // of the store in the bucket, with a slash at its end; empty if it is the bucket
	Prefix string // as List has it
	After  string // as List has it

	names []string
	seen  int
	size  int64
}

// Add takes the key of an object with its size, which may sort before After.
func (l *Listing) Add(key string, size int64) error {
	if name := strings.TrimPrefix(key, l.Folder); name > l.After && name != l.Prefix {
		l.names = append(l.names, name)
		l.size += size
	}
	if l.seen++; l.seen > MostNames || l.size > MostListed {
		return fmt.Errorf("%s has %w", strings.TrimSuffix(l.Prefix, "/"), ErrTooMuch)
	}
	return nil
}

// Names are the names in order: not every service lists so.
func (l *Listing) Names() []string {
	slices.Sort(l.names)
	return l.names
}
