package blob_test

import (
	"errors"
	"fmt"
	"testing"

	"gocloud.dev/blob/memblob"

	"drover/orchestrator/store"
	"drover/orchestrator/store/blob"
	"drover/orchestrator/store/storetest"
)

// The drivers of the clouds differ from this one in what an error means and in how a list begins; their own tests show
// that. The driver for files has no place here: two writers can both create a value.
func TestABucketIsAPlaceForAStore(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) func() store.Objects {
		bucket := memblob.OpenBucket(nil)
		t.Cleanup(func() { _ = bucket.Close() })
		return func() store.Objects { return blob.New(bucket, "shop/.drover", blob.Platform{}) }
	})
}

// Others than drover may write to a bucket.
func TestNoMoreIsReadOfABucketThanAStoreHolds(t *testing.T) {
	t.Parallel()
	bucket := memblob.OpenBucket(nil)
	t.Cleanup(func() { _ = bucket.Close() })
	objects := blob.New(bucket, "", blob.Platform{})
	large := make([]byte, store.MostBytes+1)
	for i := range store.MostListed/store.MostBytes + 1 {
		if err := objects.Write(t.Context(), fmt.Sprint("journal/", i), large); err != nil {
			t.Fatal(err)
		}
	}
	if data, err := objects.Read(t.Context(), "journal/0"); err == nil || errors.Is(err, store.ErrNotFound) {
		t.Errorf("read %d bytes, %v", len(data), err)
	}
	if names, err := objects.List(t.Context(), "journal/", ""); !errors.Is(err, store.ErrTooMuch) {
		t.Errorf("listed %v, %v", names, err)
	}
	if names, err := objects.List(t.Context(), "packs/", ""); len(names) > 0 || err != nil {
		t.Errorf("listed %v, %v", names, err)
	}
}
