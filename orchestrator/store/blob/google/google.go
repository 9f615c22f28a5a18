// Package google opens stores in buckets of Google Cloud Storage. It speaks the few requests of the JSON API itself, as
// Google's client would make drover half as large again. It must never show a token, and never take a bucket that is not
// there for an empty one.
package google

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"drover/orchestrator/store"
	"drover/orchestrator/store/location"
)

// Objects are the values in a folder of a bucket.
type Objects struct {
	service *service
	bucket  string
	folder  string // with a slash at its end
	kmsKey  string // encrypts what is written; empty for the bucket's own
}

var (
	_ store.Objects = (*Objects)(nil)
	_ store.Dated   = (*Objects)(nil)
)

// Open is the opener of the kind gs. It makes no request.
func Open(ctx context.Context, at location.Location) (store.Objects, error) {
	return OpenWith(ctx, os.Getenv, at)
}

// OpenWith opens the store with what an environment says instead of the process's.
func OpenWith(ctx context.Context, getenv func(string) string, at location.Location) (*Objects, error) {
	e := environment(getenv)
	if e("GOOGLE_ENCRYPTION_KEY") != "" {
		return nil, errors.New("GOOGLE_ENCRYPTION_KEY is set, and drover encrypts its store with no key of your own: use a key of Cloud KMS (kms_encryption_key)")
	}
	server, err := origin(e.or(at.Settings[location.Endpoint], "GOOGLE_BACKEND_STORAGE_CUSTOM_ENDPOINT", "GOOGLE_STORAGE_CUSTOM_ENDPOINT"))
	if err != nil {
		return nil, err
	}
	folder := at.Prefix
	if folder != "" {
		folder = strings.TrimSuffix(folder, "/") + "/"
	}
	return &Objects{
		service: &service{client: client(), origin: server, token: signIn(context.WithoutCancel(ctx), e)},
		bucket:  at.Bucket, folder: folder, kmsKey: e.or(at.Settings[location.KMSKey], "GOOGLE_KMS_ENCRYPTION_KEY"),
	}, nil
}

// Create implements store.Objects, by one conditional request: the generation 0 is that of an object that is not there.
func (o *Objects) Create(ctx context.Context, name string, data []byte) error {
	err := o.upload(ctx, name, data, url.Values{"ifGenerationMatch": {"0"}})
	if answered(err, http.StatusPreconditionFailed) {
		return store.ErrExists
	}
	return err
}

// Write implements store.Objects.
func (o *Objects) Write(ctx context.Context, name string, data []byte) error {
	return o.upload(ctx, name, data, url.Values{})
}

func (o *Objects) upload(ctx context.Context, name string, data []byte, query url.Values) error {
	query.Set("uploadType", "media")
	query.Set("name", o.folder+name)
	query.Set("fields", "generation")
	if o.kmsKey != "" {
		query.Set("kmsKeyName", o.kmsKey)
	}
	_, err := o.service.do(ctx, call{http.MethodPost, "/upload/storage/v1/b/" + url.PathEscape(o.bucket) + "/o", query, data})
	return err
}

// Read implements store.Objects.
func (o *Objects) Read(ctx context.Context, name string) ([]byte, error) {
	data, err := o.service.do(ctx, call{http.MethodGet, o.object(name), url.Values{"alt": {"media"}}, nil})
	if answered(err, http.StatusNotFound) {
		if err := o.exists(ctx); err != nil {
			return nil, err
		}
		return nil, store.ErrNotFound
	}
	return data, err
}

// Modified implements store.Dated: the service stamps each object.
func (o *Objects) Modified(ctx context.Context, name string) (time.Time, error) {
	data, err := o.service.do(ctx, call{http.MethodGet, o.object(name), url.Values{"fields": {"updated"}}, nil})
	if err != nil {
		return time.Time{}, err
	}
	var object struct {
		Updated time.Time `json:"updated"`
	}
	if err := json.Unmarshal(data, &object); err != nil || object.Updated.IsZero() {
		return time.Time{}, errors.New("the answer does not say when the object was written")
	}
	return object.Updated.Truncate(time.Second), nil
}

// page is a part of a list.
type page struct {
	Items []struct {
		Name string `json:"name"`
		Size string `json:"size"`
	} `json:"items"`
	Next string `json:"nextPageToken"`
}

// List implements store.Objects. The server begins with the name after which the list is to begin.
func (o *Objects) List(ctx context.Context, prefix, after string) ([]string, error) {
	listing := store.Listing{Folder: o.folder, Prefix: prefix, After: after}
	query := url.Values{"prefix": {o.folder + prefix}, "fields": {"items(name,size),nextPageToken"}}
	if after != "" {
		query.Set("startOffset", o.folder+after)
	}
	for {
		found, err := o.page(ctx, query)
		if err != nil {
			return nil, err
		}
		for _, item := range found.Items {
			size, err := strconv.ParseInt(item.Size, 10, 64)
			if err != nil {
				return nil, fmt.Errorf("the size of %s is %q", item.Name, item.Size)
			}
			if err := listing.Add(item.Name, size); err != nil {
				return nil, err
			}
		}
		if found.Next == "" {
			return listing.Names(), nil
		}
		query.Set("pageToken", found.Next)
	}
}

func (o *Objects) page(ctx context.Context, query url.Values) (page, error) {
	data, err := o.service.do(ctx, call{http.MethodGet, "/storage/v1/b/" + url.PathEscape(o.bucket) + "/o", query, nil})
	if answered(err, http.StatusNotFound) {
		return page{}, fmt.Errorf("the bucket %s does not exist: create it, or name another in spec.state.bucket: %w", o.bucket, err)
	}
	if err != nil {
		return page{}, err
	}
	var found page
	if err := json.Unmarshal(data, &found); err != nil {
		return page{}, fmt.Errorf("decoding a list of objects: %w", err)
	}
	return found, nil
}

// exists is nil if the bucket is there: the service answers 404 alike for an object and for a bucket that is not.
func (o *Objects) exists(ctx context.Context) error {
	_, err := o.page(ctx, url.Values{"maxResults": {"1"}, "prefix": {o.folder}, "fields": {"nextPageToken"}})
	return err
}

// Delete implements store.Objects.
func (o *Objects) Delete(ctx context.Context, name string) error {
	_, err := o.service.do(ctx, call{http.MethodDelete, o.object(name), nil, nil})
	if answered(err, http.StatusNotFound) {
		return o.exists(ctx)
	}
	return err
}

// object is the path of an object, whose name is one part of it.
func (o *Objects) object(name string) string {
	return "/storage/v1/b/" + url.PathEscape(o.bucket) + "/o/" + url.PathEscape(o.folder+name)
}
