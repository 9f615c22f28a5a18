package store

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Objects keeps values by name. Names are slash-separated paths (io/fs.ValidPath) of ASCII letters, digits, dots, dashes
// and underscores. A value that was created is changed only by Write.
//
// An error other than ErrExists and ErrNotFound leaves open whether the call had its effect.
type Objects interface {
	// Create stores a value whose name is free, whole or not at all, and durably when it returns; ErrExists if the name
	// is taken.
	Create(ctx context.Context, name string, data []byte) error
	// Read returns a value, or ErrNotFound. It sees every Create, Write and Delete that has returned.
	Read(ctx context.Context, name string) ([]byte, error)
	// Write stores a value, taken or not, whole or not at all. Only for names that a single process writes.
	Write(ctx context.Context, name string, data []byte) error
	// List returns the names that begin with prefix, which ends in a slash, and sort after after, in order.
	List(ctx context.Context, prefix, after string) ([]string, error)
	// Delete removes a value; one that is not there is no error.
	Delete(ctx context.Context, name string) error
}

// What is read of a store at most: a checkout may bring one along, and others than drover may write to a bucket.
const (
	MostBytes = 64 << 20 // of one value
	// A journal of a hundred thousand records is one of five hundred rotations, and most of it is in packs. Whoever lists
	// reads what is listed.
	MostNames  = 100_000   // that one list returns
	MostListed = 256 << 20 // bytes of what one list returns
)

// ErrTooMuch is returned by List beyond these limits.
var ErrTooMuch = fmt.Errorf("more than %d values or %d MiB: that is no store of drover's; look at what is in it", MostNames, MostListed>>20)

// Dated is an Objects with a clock of its own, as a bucket's service has one.
type Dated interface {
	// Modified is when a value was written last, by that clock, in whole seconds.
	Modified(ctx context.Context, name string) (time.Time, error)
}

var (
	// ErrExists is returned by Create if the name is taken.
	ErrExists = errors.New("it exists already")
	// ErrNotFound is returned by Read if there is no such value.
	ErrNotFound = errors.New("it does not exist")
)

// limited gives every request a deadline of its own.
type limited struct {
	objects Objects
	limit   time.Duration
}

func (o limited) Create(ctx context.Context, name string, data []byte) error {
	ctx, cancel := context.WithTimeout(ctx, o.limit)
	defer cancel()
	return o.objects.Create(ctx, name, data)
}

func (o limited) Read(ctx context.Context, name string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, o.limit)
	defer cancel()
	return o.objects.Read(ctx, name)
}

func (o limited) Write(ctx context.Context, name string, data []byte) error {
	ctx, cancel := context.WithTimeout(ctx, o.limit)
	defer cancel()
	return o.objects.Write(ctx, name, data)
}

func (o limited) List(ctx context.Context, prefix, after string) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, o.limit)
	defer cancel()
	return o.objects.List(ctx, prefix, after)
}

func (o limited) Delete(ctx context.Context, name string) error {
	ctx, cancel := context.WithTimeout(ctx, o.limit)
	defer cancel()
	return o.objects.Delete(ctx, name)
}
