package kubernetes_test

import (
	"context"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"drover/orchestrator/kubernetes"
)

// hostile is a client of a server that answers as it likes: an API server hands on what runs in its cluster says, too.
func hostile(t *testing.T, answer http.HandlerFunc) *kubernetes.Client {
	t.Helper()
	server := httptest.NewTLSServer(answer)
	t.Cleanup(server.Close)
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	return client(t, kubernetes.Access{Server: server.URL, CA: ca, Token: token})
}

// An aggregated API can answer with a redirect, and so have drover ask what only the machine that runs it reaches.
func TestARedirectIsNotFollowed(t *testing.T) {
	t.Parallel()
	var asked atomic.Pointer[http.Request]
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Store(r)
		_, _ = fmt.Fprint(w, `{"kind":"NodeList","items":[]}`)
	}))
	t.Cleanup(elsewhere.Close)
	for _, code := range []int{http.StatusMovedPermanently, http.StatusFound, http.StatusTemporaryRedirect, http.StatusPermanentRedirect} {
		c := hostile(t, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL+"/latest/meta-data", code)
		})
		_, err := kubernetes.List[kubernetes.Node](t.Context(), c, "/api/v1/nodes")
		if err == nil || !strings.Contains(err.Error(), fmt.Sprint(code)) {
			t.Errorf("%d: listing ended with %v", code, err)
		}
		if _, err := c.Apply(t.Context(), "/api/v1/namespaces/a", "drover", []byte("{}")); err == nil {
			t.Errorf("%d: the object counts as applied", code)
		}
		if r := asked.Swap(nil); r != nil {
			t.Errorf("%d: %s %s was asked for, with the token: %t", code, r.Method, r.URL, r.Header.Get("Authorization") != "")
		}
	}
}

func TestAServersWordsAreQuotedInPart(t *testing.T) {
	t.Parallel()
	c := hostile(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusUnprocessableEntity)
		_, _ = fmt.Fprintf(w, `{"kind":"Status","message":"field is wrong: %s"}`, strings.Repeat("é", 1<<20))
	})
	_, err := c.Apply(t.Context(), "/api/v1/namespaces/a", "drover", []byte("{}"))
	if !kubernetes.Invalid(err) || !strings.Contains(err.Error(), "field is wrong") || len(err.Error()) > 10_000 {
		t.Errorf("got %.200v", err)
	}
}

func TestAListWithoutEndIsAnError(t *testing.T) {
	t.Parallel()
	asked := 0
	c := hostile(t, func(w http.ResponseWriter, _ *http.Request) {
		if asked++; asked > 5000 {
			http.Error(w, "the test is over", http.StatusTeapot)
			return
		}
		_, _ = fmt.Fprint(w, `{"kind":"NodeList","metadata":{"continue":"more"},"items":[{},{}]}`)
	})
	nodes, err := kubernetes.List[kubernetes.Node](t.Context(), c, "/api/v1/nodes")
	if err == nil || asked > 5000 {
		t.Errorf("%d nodes after %d pages, %v", len(nodes), asked, err)
	}
}

// An empty object has two bytes in an answer, and hundreds in memory.
func TestAPageOfTooManyItemsIsNotReadToItsEnd(t *testing.T) { //nolint:paralleltest // it measures what the process allocates
	page := []byte(`{"kind":"PodList","items":[{}` + strings.Repeat(`,{}`, 1<<20) + `]}`)
	c := hostile(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(page) })
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	pods, err := kubernetes.List[kubernetes.Pod](t.Context(), c, "/api/v1/pods")
	runtime.ReadMemStats(&after)
	if err == nil {
		t.Errorf("got %d pods", len(pods))
	}
	if used := (after.TotalAlloc - before.TotalAlloc) >> 20; used > 100 {
		t.Errorf("a page of %d MiB took %d MiB", len(page)>>20, used)
	}
}

func token(context.Context) (string, error) { return "a-token", nil }
