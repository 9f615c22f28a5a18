// Package azure opens stores in containers of Azure Blob Storage. It must never show a key, a token or the query of an
// address, and never take a container that is not there for an empty one.
package azure

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/streaming"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/bloberror"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blockblob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/container"

	"drover/orchestrator/store"
	"drover/orchestrator/store/location"
)

// Objects are the values in a folder of a container.
type Objects struct {
	container *container.Client
	prefix    string
}

var (
	_ store.Objects = (*Objects)(nil)
	_ store.Dated   = (*Objects)(nil)
)

// Open is the opener of the kind azblob. It makes no request.
func Open(_ context.Context, at location.Location) (store.Objects, error) {
	return OpenWith(os.Getenv, at)
}

// OpenWith opens the store with what an environment says instead of the process's.
func OpenWith(getenv func(string) string, at location.Location) (*Objects, error) {
	client, err := connect(getenv, at)
	if err != nil {
		return nil, err
	}
	folder := at.Prefix
	if folder != "" {
		folder = strings.TrimSuffix(folder, "/") + "/"
	}
	return &Objects{client, folder}, nil
}

// Create implements store.Objects, by one conditional request.
func (o *Objects) Create(ctx context.Context, name string, data []byte) error {
	err := o.put(ctx, name, data, &blob.AccessConditions{
		ModifiedAccessConditions: &blob.ModifiedAccessConditions{IfNoneMatch: to.Ptr(azcore.ETagAny)},
	})
	if bloberror.HasCode(err, bloberror.BlobAlreadyExists, bloberror.ConditionNotMet) {
		return store.ErrExists
	}
	return err
}

// Write implements store.Objects.
func (o *Objects) Write(ctx context.Context, name string, data []byte) error {
	return o.put(ctx, name, data, nil)
}

// put stores a value by a single Put Blob, which is whole or not at all whatever its size.
func (o *Objects) put(ctx context.Context, name string, data []byte, conditions *blob.AccessConditions) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	_, err := o.container.NewBlockBlobClient(o.prefix+name).Upload(ctx, streaming.NopCloser(bytes.NewReader(data)), &blockblob.UploadOptions{
		HTTPHeaders:      &blob.HTTPHeaders{BlobContentType: to.Ptr("application/octet-stream")},
		AccessConditions: conditions,
	})
	return plain(err)
}

// Read implements store.Objects.
func (o *Objects) Read(ctx context.Context, name string) ([]byte, error) {
	answer, err := o.container.NewBlobClient(o.prefix+name).DownloadStream(ctx, nil)
	if missing(err) {
		return nil, store.ErrNotFound
	}
	if err != nil {
		return nil, plain(err)
	}
	body := answer.NewRetryReader(ctx, nil)
	data, err := io.ReadAll(io.LimitReader(body, store.MostBytes+1))
	if err = errors.Join(err, body.Close()); err != nil {
		return nil, plain(err)
	}
	if len(data) > store.MostBytes {
		return nil, fmt.Errorf("it has more than the %d bytes that are read", store.MostBytes)
	}
	return data, nil
}

// Modified implements store.Dated: the service stamps each blob.
func (o *Objects) Modified(ctx context.Context, name string) (time.Time, error) {
	answer, err := o.container.NewBlobClient(o.prefix+name).GetProperties(ctx, nil)
	if err != nil {
		return time.Time{}, plain(err)
	}
	if answer.LastModified == nil {
		return time.Time{}, errors.New("the answer has no Last-Modified")
	}
	return *answer.LastModified, nil
}

// directory is what an account with a hierarchical namespace lists beside blobs: it makes directories of their names, and
// keeps those whose last blob was deleted.
const directory = "directory"

// List implements store.Objects. It lists everything below the prefix: a list that begins after a name is not to be had
// with every account.
func (o *Objects) List(ctx context.Context, prefix, after string) ([]string, error) {
	listing := store.Listing{Folder: o.prefix, Prefix: prefix, After: after}
	pages := o.container.NewListBlobsFlatPager(&container.ListBlobsFlatOptions{Prefix: to.Ptr(o.prefix + prefix)})
	for pages.More() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, plain(err)
		}
		if page.Segment == nil { // the answer of something that is not Azure
			return nil, errors.New("the answer of Azure has no list")
		}
		for _, item := range page.Segment.BlobItems {
			properties := item.Properties
			if item.Name == nil || properties == nil {
				return nil, errors.New("the list of Azure has a blob without a name or properties")
			}
			if value(properties.ResourceType) == directory {
				continue
			}
			if err := listing.Add(*item.Name, value(properties.ContentLength)); err != nil {
				return nil, err
			}
		}
	}
	return listing.Names(), nil
}

// value is what a pointer leads to, or nothing.
func value[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

// Delete implements store.Objects.
func (o *Objects) Delete(ctx context.Context, name string) error {
	_, err := o.container.NewBlobClient(o.prefix+name).Delete(ctx, nil)
	if missing(err) {
		return nil
	}
	return plain(err)
}

// missing is true only of the service's own word that there is no such blob, not of a container, an account or a host
// that is not there, or of a proxy's 404.
func missing(err error) bool { return bloberror.HasCode(err, bloberror.BlobNotFound) }
