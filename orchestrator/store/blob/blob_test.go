package blob_test

import (
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
