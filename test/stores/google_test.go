package stores

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"drover/orchestrator/store"
	"drover/orchestrator/store/blob/google"
	"drover/orchestrator/store/location"
	"drover/orchestrator/store/storetest"
)

func googleEnvironment(endpoint string) map[string]string {
	return map[string]string{"GOOGLE_STORAGE_CUSTOM_ENDPOINT": endpoint + "/storage/v1/b", "GOOGLE_OAUTH_ACCESS_TOKEN": "testing"}
}

func inFakeGCS(t testing.TB, endpoint, bucket, folder string) store.Objects {
	t.Helper()
	environment := googleEnvironment(endpoint)
	objects, err := google.OpenWith(t.Context(), func(name string) string { return environment[name] },
		location.Location{Kind: "gs", Bucket: bucket, Prefix: folder})
	if err != nil {
		t.Fatal(err)
	}
	return objects
}

// makeBucket makes a bucket with the state of a root in it, beside which the store is.
func makeBucket(t testing.TB, endpoint, name string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, endpoint+"/storage/v1/b?project=acme", strings.NewReader(`{"name":"`+name+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	if err := answer.Body.Close(); err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("making a bucket: %s, %v", answer.Status, err)
	}
	if err := inFakeGCS(t, endpoint, name, "shop/blue").Create(t.Context(), "default.tfstate", []byte("{}")); err != nil {
		t.Fatal(err)
	}
}

func TestGoogleCloudStorageIsAPlaceForAStore(t *testing.T) {
	t.Parallel()
	endpoint := fakeGCS(t)
	var buckets atomic.Int64
	storetest.Run(t, func(t *testing.T) func() store.Objects {
		name := fmt.Sprintf("state-%d", buckets.Add(1))
		makeBucket(t, endpoint, name)
		return func() store.Objects { return inFakeGCS(t, endpoint, name, "shop/.drover") }
	})

	t.Run("a bucket that is not there is not an empty store", func(t *testing.T) {
		t.Parallel()
		notEmpty(t, inFakeGCS(t, endpoint, "nowhere", "shop/.drover"), "spec.state.bucket")
	})
	t.Run("one of eight writers wins, in each of many rounds", func(t *testing.T) {
		t.Parallel()
		makeBucket(t, endpoint, "race")
		race(t, func() store.Objects { return inFakeGCS(t, endpoint, "race", "shop/.drover") })
	})
	t.Run("a command finds the store beside the state", func(t *testing.T) {
		t.Parallel()
		makeBucket(t, endpoint, "commands")
		commands(t, inFakeGCS(t, endpoint, "commands", "tiny/.drover"), "{backend: gcs, bucket: commands}", googleEnvironment(endpoint))
	})
}
