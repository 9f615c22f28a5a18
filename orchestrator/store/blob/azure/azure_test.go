package azure_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"drover/orchestrator/store"
	"drover/orchestrator/store/blob/azure"
	"drover/orchestrator/store/location"
)

// The suite runs in test/stores against Azurite. What is here holds the requests and the answers, whatever a server that
// plays Azure does with them.

// account is a server that plays a storage account, and keeps the requests it got.
type account struct {
	*httptest.Server
	lock     sync.Mutex
	requests []*http.Request
	sizes    []int64
}

func serve(t *testing.T, answer http.HandlerFunc) *account {
	t.Helper()
	a := &account{}
	a.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, err := io.Copy(io.Discard, r.Body)
		if err != nil {
			t.Errorf("reading a request: %v", err)
		}
		a.lock.Lock()
		a.requests, a.sizes = append(a.requests, r), append(a.sizes, n)
		a.lock.Unlock()
		answer(w, r)
	}))
	t.Cleanup(a.Close)
	return a
}

// code answers as Azure does when it refuses.
func code(status int, code string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Ms-Error-Code", code)
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(status)
		_, _ = fmt.Fprintf(w, "<?xml version=\"1.0\"?><Error><Code>%s</Code><Message>in\nmany\nlines</Message></Error>", code)
	}
}

func created(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusCreated) }

var here = location.Location{
	Kind: "azblob", Bucket: "state", Prefix: "shop/.drover", Settings: map[string]string{location.Account: "acme"},
}

func open(t *testing.T, endpoint string, environment map[string]string) store.Objects {
	t.Helper()
	objects, err := azure.OpenWith(func(name string) string {
		if name == "AZURE_STORAGE_SERVICE_ENDPOINT" {
			return endpoint
		}
		return environment[name]
	}, here)
	if err != nil {
		t.Fatal(err)
	}
	return objects
}

var withKey = map[string]string{"ARM_ACCESS_KEY": "c2VjcmV0LWtleQ=="}

func TestAValueIsCreatedByOneConditionalRequest(t *testing.T) {
	t.Parallel()
	a := serve(t, created)
	o := open(t, a.URL+"/acme", withKey)
	const large = 9 << 20 // more than the SDK's own uploads send at once
	for _, size := range []int{0, 1, large} {
		if err := o.Create(t.Context(), "journal/1", make([]byte, size)); err != nil {
			t.Fatal(err)
		}
	}
	if err := o.Write(t.Context(), "heartbeats/1", make([]byte, large)); err != nil {
		t.Fatal(err)
	}
	if len(a.requests) != 4 {
		t.Fatalf("%d requests stored four values", len(a.requests))
	}
	for i, r := range a.requests {
		condition, path := "*", "/acme/state/shop/.drover/journal/1"
		if i == 3 {
			condition, path = "", "/acme/state/shop/.drover/heartbeats/1"
		}
		if r.Method != http.MethodPut || r.URL.Path != path || r.URL.RawQuery != "" || r.Header.Get("X-Ms-Blob-Type") != "BlockBlob" {
			t.Errorf("request %d is %s %s of a %q, not one Put Blob", i, r.Method, r.URL, r.Header.Get("X-Ms-Blob-Type"))
		}
		if got := r.Header.Get("If-None-Match"); got != condition {
			t.Errorf("request %d has the condition %q, not %q", i, got, condition)
		}
		if want := []int64{0, 1, large, large}[i]; a.sizes[i] != want {
			t.Errorf("request %d has %d bytes, not %d", i, a.sizes[i], want)
		}
	}
}

func TestOnlyAValueThatIsThereExists(t *testing.T) {
	t.Parallel()
	for answer, want := range map[string]error{
		"409 BlobAlreadyExists": store.ErrExists, "412 ConditionNotMet": store.ErrExists,
		"409 ContainerBeingDeleted": nil, "412 LeaseIdMissing": nil, "404 ContainerNotFound": nil, "403 AuthorizationFailure": nil,
	} {
		t.Run(answer, func(t *testing.T) {
			t.Parallel()
			var status int
			var name string
			if _, err := fmt.Sscan(answer, &status, &name); err != nil {
				t.Fatal(err)
			}
			a := serve(t, code(status, name))
			err := open(t, a.URL+"/acme", withKey).Create(t.Context(), "journal/1", []byte("x"))
			if err == nil || errors.Is(err, store.ErrExists) != (want != nil) {
				t.Errorf("%v", err)
			}
		})
	}
}

// A store that is taken for an empty one is a cluster that is taken for one that was never built.
func TestNothingButAMissingBlobIsNotFound(t *testing.T) {
	t.Parallel()
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	for name, c := range map[string]struct {
		endpoint string
		answer   http.HandlerFunc
		missing  bool
	}{
		"no such blob":      {answer: code(http.StatusNotFound, "BlobNotFound"), missing: true},
		"no such container": {answer: code(http.StatusNotFound, "ContainerNotFound")},
		"a proxy's answer":  {answer: http.NotFound},
		"no such host":      {endpoint: "http://acme.blob.invalid"},
		"no server":         {endpoint: gone.URL},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if c.answer != nil {
				c.endpoint = serve(t, c.answer).URL
			}
			o := open(t, c.endpoint, withKey)
			if _, err := o.Read(t.Context(), "journal/1"); err == nil || errors.Is(err, store.ErrNotFound) != c.missing {
				t.Errorf("reading: %v", err)
			}
			if err := o.Delete(t.Context(), "journal/1"); (err == nil) != c.missing {
				t.Errorf("deleting: %v", err)
			}
		})
	}
}

func TestAnErrorIsOneLineWithoutSecrets(t *testing.T) {
	t.Parallel()
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	refusing := serve(t, code(http.StatusForbidden, "AuthorizationPermissionMismatch"))
	for name, c := range map[string]struct {
		endpoint    string
		environment map[string]string
		says        string
	}{
		"a SAS token, and no server": {gone.URL, map[string]string{"ARM_SAS_TOKEN": "?sv=2025&sig=s3cr3t"}, "connection refused"},
		"a SAS token, refused":       {refusing.URL, map[string]string{"ARM_SAS_TOKEN": "sv=2025&sig=s3cr3t"}, "Storage Blob Data Contributor"},
		"a key, refused":             {refusing.URL, map[string]string{"ARM_ACCESS_KEY": "s3cr3tca"}, "403 AuthorizationPermissionMismatch"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := open(t, c.endpoint, c.environment)
			_, listErr := o.List(t.Context(), "journal/", "")
			_, readErr := o.Read(t.Context(), "journal/1")
			for call, err := range map[string]error{
				"create": o.Create(t.Context(), "journal/1", nil), "list": listErr, "read": readErr, "delete": o.Delete(t.Context(), "journal/1"),
			} {
				if err == nil || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "\n") || strings.Contains(err.Error(), "s3cr3t") {
					t.Errorf("%s: %v", call, err)
				}
			}
		})
	}
}

func TestNoMoreIsReadOfABlobThanAStoreHolds(t *testing.T) {
	t.Parallel()
	a := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		chunk := make([]byte, 1<<20)
		for range store.MostBytes>>20 + 1 {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	})
	if data, err := open(t, a.URL, withKey).Read(t.Context(), "journal/1"); err == nil || errors.Is(err, store.ErrNotFound) {
		t.Errorf("read %d bytes, %v", len(data), err)
	}
}
