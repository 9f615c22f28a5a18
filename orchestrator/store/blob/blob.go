// Package blob keeps a store in a bucket of a cloud, through gocloud.dev/blob. It must never import a platform's driver:
// each has a package of its own below this one, so that a program is as heavy as the platforms that it names.
package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"gocloud.dev/blob"
	"gocloud.dev/gcerrors"

	"drover/orchestrator/store"
)

// Platform is what a platform's buckets do in their own way.
type Platform struct {
	// After tells a list, through the driver's own type, to begin after a key. Nil: it lists everything below a prefix.
	After func(as func(any) bool, key string)
	// NoBucket reports whether an error says that there is no such bucket, which is not an empty bucket.
	NoBucket func(error) bool
}

// Objects are the values in a folder of a bucket.
type Objects struct {
	bucket   *blob.Bucket
	prefix   string
	platform Platform
}

var (
	_ store.Objects = (*Objects)(nil)
	_ store.Dated   = (*Objects)(nil)
)

// New returns the values below a folder of a bucket.
func New(bucket *blob.Bucket, folder string, platform Platform) *Objects {
	if folder != "" {
		folder = strings.TrimSuffix(folder, "/") + "/"
	}
	return &Objects{bucket, folder, platform}
}

// Create implements store.Objects, by a conditional write.
func (o *Objects) Create(ctx context.Context, name string, data []byte) error {
	err := o.write(ctx, name, data, true)
	if code := gcerrors.Code(err); code == gcerrors.FailedPrecondition || code == gcerrors.AlreadyExists {
		return store.ErrExists
	}
	return err
}

// Write implements store.Objects.
func (o *Objects) Write(ctx context.Context, name string, data []byte) error {
	return o.write(ctx, name, data, false)
}

func (o *Objects) write(ctx context.Context, name string, data []byte, ifNotExist bool) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	w, err := o.bucket.NewWriter(ctx, o.prefix+name, &blob.WriterOptions{
		ContentType: "application/octet-stream", IfNotExist: ifNotExist,
	})
	if err != nil {
		return err
	}
	if _, err := w.Write(data); err != nil {
		cancel() // so that Close stores nothing
		return errors.Join(err, w.Close())
	}
	return w.Close()
}

// Read implements store.Objects.
func (o *Objects) Read(ctx context.Context, name string) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err // not every driver looks
	}
	data, err := o.readAll(ctx, o.prefix+name)
	if gcerrors.Code(err) == gcerrors.NotFound {
		if o.platform.NoBucket != nil && o.platform.NoBucket(err) {
			return nil, fmt.Errorf("the bucket does not exist: %w", err)
		}
		return nil, store.ErrNotFound
	}
	return data, err
}

func (o *Objects) readAll(ctx context.Context, key string) (data []byte, err error) {
	reader, err := o.bucket.NewReader(ctx, key, nil)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, reader.Close()) }()
	if reader.Size() > store.MostBytes {
		return nil, fmt.Errorf("it has %d bytes, more than the %d that are read", reader.Size(), store.MostBytes)
	}
	return io.ReadAll(reader)
}

// Modified implements store.Dated: the service stamps each object.
func (o *Objects) Modified(ctx context.Context, name string) (time.Time, error) {
	attributes, err := o.bucket.Attributes(ctx, o.prefix+name)
	if err != nil {
		return time.Time{}, err
	}
	return attributes.ModTime, nil
}

// List implements store.Objects.
func (o *Objects) List(ctx context.Context, prefix, after string) ([]string, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	options := &blob.ListOptions{Prefix: o.prefix + prefix}
	if after != "" && o.platform.After != nil {
		options.BeforeList = func(as func(any) bool) error {
			o.platform.After(as, o.prefix+after)
			return nil
		}
	}
	listing := store.Listing{Folder: o.prefix, Prefix: prefix, After: after}
	for each := o.bucket.List(options); ; {
		object, err := each.Next(ctx)
		if errors.Is(err, io.EOF) {
			return listing.Names(), nil // S3's directory buckets and some that are compatible list in no order
		}
		if err != nil {
			return nil, err
		}
		if object.IsDir {
			continue
		}
		if err := listing.Add(object.Key, object.Size); err != nil {
			return nil, err
		}
	}
}

// Delete implements store.Objects.
func (o *Objects) Delete(ctx context.Context, name string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	err := o.bucket.Delete(ctx, o.prefix+name)
	if gcerrors.Code(err) == gcerrors.NotFound && (o.platform.NoBucket == nil || !o.platform.NoBucket(err)) {
		return nil
	}
	return err
}
