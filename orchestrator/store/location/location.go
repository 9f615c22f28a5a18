// Package location says where the store of a cluster is, and opens it there. It must never hold a secret: those reach a
// platform's SDK by the environment.
package location

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"path"
	"slices"
	"strings"

	"drover/orchestrator/store"
)

// Location is where a store is. Its kind is that of the registry's opener.
type Location struct {
	Kind     string            // file, s3, azblob or gs
	Bucket   string            // the bucket or container; empty for files
	Prefix   string            // the folder in the bucket, or the directory, without a slash at its end
	Settings map[string]string // what else the opener has to know; see the constants
}

// The settings of a location.
const (
	Region    = "region"     // s3: of the bucket
	PathStyle = "path_style" // s3: "true" for endpoints that have no host name for each bucket
	Endpoint  = "endpoint"   // s3, gs: instead of Amazon's or Google's own
	Profile   = "profile"    // s3: of the configuration files of AWS
	KMSKey    = "kms_key"    // s3, gs: encrypts what is written
	Encrypt   = "encrypt"    // s3: "true" to ask for encryption with the bucket's own key
	Account   = "account"    // azblob: the storage account
)

// String is the location as a URL.
func (l Location) String() string {
	if l.Kind == "file" {
		return "file:" + l.Prefix
	}
	u := url.URL{Scheme: l.Kind, Host: l.Bucket, Path: "/" + l.Prefix}
	query := url.Values{}
	for name, value := range l.Settings {
		query.Set(name, value)
	}
	u.RawQuery = query.Encode()
	return u.String()
}

// Key is the name in the bucket of a value of the store.
func (l Location) Key(name string) string { return path.Join(l.Prefix, name) }

// Opener opens a store at a location of its kind.
type Opener func(ctx context.Context, at Location) (store.Objects, error)

// Registry has an opener for each kind of location.
type Registry map[string]Opener

// Open opens the store at a location.
func (r Registry) Open(ctx context.Context, at Location) (store.Objects, error) {
	open, ok := r[at.Kind]
	if !ok {
		return nil, fmt.Errorf("opening the store %s: this drover opens stores of the kinds %s only", at, strings.Join(slices.Sorted(maps.Keys(r)), ", "))
	}
	objects, err := open(ctx, at)
	if err != nil {
		return nil, fmt.Errorf("opening the store %s: %w", at, err)
	}
	return objects, nil
}
