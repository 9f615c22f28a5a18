package google_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"drover/orchestrator/store"
	"drover/orchestrator/store/blob/google"
	"drover/orchestrator/store/location"
)

// The suite runs in test/stores against fake-gcs-server. What is here holds the requests and the answers, whatever a
// server that plays Google does with them.

// bucket is a server that plays Cloud Storage, and keeps the requests it got.
type bucket struct {
	*httptest.Server
	lock     sync.Mutex
	requests []*http.Request
	sizes    []int64
}

func serve(t *testing.T, answer http.HandlerFunc) *bucket {
	t.Helper()
	b := &bucket{}
	b.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, err := io.Copy(io.Discard, r.Body)
		if err != nil {
			t.Errorf("reading a request: %v", err)
		}
		b.lock.Lock()
		b.requests, b.sizes = append(b.requests, r), append(b.sizes, n)
		b.lock.Unlock()
		answer(w, r)
	}))
	t.Cleanup(b.Close)
	return b
}

// refuse answers as Google does when it refuses.
func refuse(status int, message string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = fmt.Fprintf(w, `{"error":{"code":%d,"message":%q}}`, status, message)
	}
}

func open(t *testing.T, endpoint string, settings ...string) store.Objects {
	t.Helper()
	at := location.Location{Kind: "gs", Bucket: "state", Prefix: "shop/.drover", Settings: map[string]string{location.Endpoint: endpoint}}
	for i := 0; i < len(settings); i += 2 {
		at.Settings[settings[i]] = settings[i+1]
	}
	objects, err := google.OpenWith(t.Context(), func(name string) string {
		return map[string]string{"GOOGLE_OAUTH_ACCESS_TOKEN": "s3cr3t"}[name]
	}, at)
	if err != nil {
		t.Fatal(err)
	}
	return objects
}

func TestAValueIsCreatedByOneConditionalRequest(t *testing.T) {
	t.Parallel()
	b := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "{}") })
	o := open(t, b.URL, location.KMSKey, "projects/p/key")
	const large = 9 << 20
	for _, size := range []int{0, 1, large} {
		if err := o.Create(t.Context(), "journal/1", make([]byte, size)); err != nil {
			t.Fatal(err)
		}
	}
	if err := o.Write(t.Context(), "heartbeats/1", make([]byte, large)); err != nil {
		t.Fatal(err)
	}
	if len(b.requests) != 4 {
		t.Fatalf("%d requests stored four values", len(b.requests))
	}
	for i, r := range b.requests {
		want := url.Values{
			"uploadType": {"media"}, "name": {"shop/.drover/journal/1"}, "ifGenerationMatch": {"0"}, "fields": {"generation"}, "kmsKeyName": {"projects/p/key"},
		}
		if i == 3 {
			want.Set("name", "shop/.drover/heartbeats/1")
			want.Del("ifGenerationMatch")
		}
		if r.Method != http.MethodPost || r.URL.Path != "/upload/storage/v1/b/state/o" || r.URL.RawQuery != want.Encode() {
			t.Errorf("request %d is %s %s, not an upload with %s", i, r.Method, r.URL, want.Encode())
		}
		if r.Header.Get("Authorization") != "Bearer s3cr3t" || r.Header.Get("Content-Type") != "application/octet-stream" {
			t.Errorf("request %d has the headers %v", i, r.Header)
		}
		if size := []int64{0, 1, large, large}[i]; b.sizes[i] != size {
			t.Errorf("request %d has %d bytes, not %d", i, b.sizes[i], size)
		}
	}
}

func TestANameIsOnePartOfAPath(t *testing.T) {
	t.Parallel()
	b := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "{}") })
	o := open(t, b.URL)
	if _, err := o.Read(t.Context(), "journal/1"); err != nil {
		t.Fatal(err)
	}
	if _, err := o.List(t.Context(), "journal/", "journal/3"); err != nil {
		t.Fatal(err)
	}
	if got := b.requests[0].URL.RequestURI(); got != "/storage/v1/b/state/o/shop%2F.drover%2Fjournal%2F1?alt=media" {
		t.Errorf("reading asks for %s", got)
	}
	if after := b.requests[1].URL.Query().Get("startOffset"); after != "shop/.drover/journal/3" {
		t.Errorf("the list begins at %q", after)
	}
}

func TestOnlyAFailedConditionSaysThatAValueExists(t *testing.T) {
	t.Parallel()
	for status, exists := range map[int]bool{
		http.StatusPreconditionFailed: true, http.StatusConflict: false, http.StatusNotFound: false, http.StatusForbidden: false,
	} {
		err := open(t, serve(t, refuse(status, "no")).URL).Create(t.Context(), "journal/1", []byte("x"))
		if err == nil || errors.Is(err, store.ErrExists) != exists {
			t.Errorf("%d: %v", status, err)
		}
	}
}

// A store that is taken for an empty one is a cluster that is taken for one that was never built.
func TestNothingButAMissingObjectInABucketThatIsThereIsNotFound(t *testing.T) {
	t.Parallel()
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	for name, c := range map[string]struct {
		object, list http.HandlerFunc
		missing      bool
	}{
		"no such object": {
			object: refuse(http.StatusNotFound, "No such object: state/x"), list: func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "{}") }, missing: true,
		},
		"no such bucket":      {object: refuse(http.StatusNotFound, "no bucket"), list: refuse(http.StatusNotFound, "no bucket")},
		"a list that is none": {object: refuse(http.StatusNotFound, ""), list: func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>") }},
		"no right to list":    {object: refuse(http.StatusNotFound, ""), list: refuse(http.StatusForbidden, "no")},
		"no server":           {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			endpoint := gone.URL
			if c.object != nil {
				endpoint = serve(t, func(w http.ResponseWriter, r *http.Request) {
					if strings.HasSuffix(r.URL.Path, "/o") {
						c.list(w, r)
						return
					}
					c.object(w, r)
				}).URL
			}
			o := open(t, endpoint)
			if _, err := o.Read(t.Context(), "journal/1"); err == nil || errors.Is(err, store.ErrNotFound) != c.missing {
				t.Errorf("reading: %v", err)
			}
			if err := o.Delete(t.Context(), "journal/1"); (err == nil) != c.missing {
				t.Errorf("deleting: %v", err)
			}
		})
	}
}

func TestWhatMayPassIsTriedAgain(t *testing.T) {
	t.Parallel()
	for status, times := range map[int]int{
		http.StatusServiceUnavailable: 4, http.StatusTooManyRequests: 4, http.StatusRequestTimeout: 4, http.StatusInternalServerError: 4,
		http.StatusForbidden: 1, http.StatusPreconditionFailed: 1, http.StatusBadRequest: 1,
	} {
		b := serve(t, refuse(status, "no"))
		if err := open(t, b.URL).Create(t.Context(), "journal/1", []byte("x")); err == nil || len(b.requests) != times {
			t.Errorf("%d was answered to %d requests, not %d: %v", status, len(b.requests), times, err)
		}
	}
	fails := 3
	b := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if fails--; fails >= 0 {
			refuse(http.StatusServiceUnavailable, "later")(w, r)
			return
		}
		_, _ = io.WriteString(w, "value")
	})
	if data, err := open(t, b.URL).Read(t.Context(), "journal/1"); err != nil || string(data) != "value" {
		t.Errorf("%q, %v", data, err)
	}
}

func TestAnErrorIsOneLineWithAdvice(t *testing.T) {
	t.Parallel()
	b := serve(t, refuse(http.StatusForbidden, "drover@acme.iam.gserviceaccount.com does not\nhave storage.objects.list access"))
	_, err := open(t, b.URL).List(t.Context(), "journal/", "")
	if err == nil || !strings.Contains(err.Error(), "does not have storage.objects.list") || !strings.Contains(err.Error(), "roles/storage.objectUser") ||
		strings.Contains(err.Error(), "\n") || strings.Contains(err.Error(), "s3cr3t") {
		t.Errorf("%v", err)
	}
}

func TestNoMoreIsReadOfAnObjectThanAStoreHolds(t *testing.T) {
	t.Parallel()
	b := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		chunk := make([]byte, 1<<20)
		for range store.MostBytes>>20 + 1 {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	})
	if data, err := open(t, b.URL).Read(t.Context(), "journal/1"); err == nil || errors.Is(err, store.ErrNotFound) {
		t.Errorf("read %d bytes, %v", len(data), err)
	}
}
