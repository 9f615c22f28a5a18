// Package apitest is a Kubernetes API server of a test: objects in memory behind TLS, listed page by page, applied, and
// deleted as the real one does. It knows nothing of what objects mean, and must never be imported by anything but tests.
package apitest

import (
	"context"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"drover/orchestrator/kubernetes"
)

// Token is what requests have to carry.
const Token = "k8s-test-token"

// Server holds collections by path, such as "/api/v1/nodes". A collection that is not there answers 404.
type Server struct {
	http *httptest.Server
	page int

	mu       sync.Mutex
	objects  map[string][]Object
	pages    map[string]string // what is no collection, by path
	statuses map[string]int    // what a path answers instead
	asked    []string
	deleted  func(path string, o Object) bool
	applied  func(o Object)
	merged   func(o Object)
	heard    func(method, path string)
	version  int // of the object that was changed last
}

// Object is one object as JSON has it.
type Object = map[string]any

// Start starts an empty server that ends with the test. Lists have two objects a page, so that pages are turned.
func Start(t *testing.T) *Server {
	t.Helper()
	s := &Server{page: 2, objects: map[string][]Object{}, pages: map[string]string{}, statuses: map[string]int{}}
	s.http = httptest.NewTLSServer(http.HandlerFunc(s.serve))
	t.Cleanup(s.http.Close)
	return s
}

// Access lets a client in.
func (s *Server) Access() kubernetes.Access {
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.http.Certificate().Raw})
	return kubernetes.Access{Server: s.http.URL, CA: ca, Token: staticToken}
}

// Close ends the server before the test does.
func (s *Server) Close() { s.http.Close() }

// Have puts objects, as JSON, into a collection, which exists from then on. Names are given by metadata.name.
func (s *Server) Have(t *testing.T, collection string, objects ...string) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, text := range objects {
		var o Object
		if err := json.Unmarshal([]byte(text), &o); err != nil {
			t.Fatalf("object %d of %s: %v", i, collection, err)
		}
		meta, _ := o["metadata"].(Object)
		if meta["uid"] == nil {
			meta["uid"] = fmt.Sprintf("uid-%s-%d", meta["name"], len(s.objects[collection]))
		}
		s.objects[collection] = append(s.objects[collection], o)
	}
	if s.objects[collection] == nil {
		s.objects[collection] = []Object{}
	}
}

// Page serves a text.
func (s *Server) Page(path, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pages[path] = text
}

// Answer makes a path answer a status of HTTP; 0 takes that back.
func (s *Server) Answer(path string, status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.statuses[path] = status
}

// OnDelete says what a deletion does: false keeps the object as it is, as a finalizer does. It is called under the
// server's lock. Without it everything goes at once.
func (s *Server) OnDelete(do func(path string, o Object) (goes bool)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deleted = do
}

// Remove takes all objects out of a collection, as a controller does that is done with them.
func (s *Server) Remove(collection string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.objects[collection] = []Object{}
}

// Asked gives the requests so far, as "METHOD /path".
func (s *Server) Asked() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.asked)
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.heard != nil {
		s.heard(r.Method, r.URL.Path)
	}
	s.asked = append(s.asked, r.Method+" "+r.URL.Path)
	switch text, isPage := s.pages[r.URL.Path]; {
	case r.Header.Get("Authorization") != "Bearer "+Token:
		status(w, http.StatusUnauthorized, "Unauthorized")
	case s.statuses[r.URL.Path] != 0:
		status(w, s.statuses[r.URL.Path], "as the test says")
	case isPage:
		_, _ = w.Write([]byte(text))
	case r.Method == http.MethodDelete:
		s.remove(w, r)
	case r.Method == http.MethodPatch && strings.HasSuffix(r.URL.Path, "/scale"):
		s.scale(w, r)
	case r.Method == http.MethodPatch && r.Header.Get("Content-Type") == "application/merge-patch+json":
		s.merge(w, r)
	case r.Method == http.MethodPost:
		s.dryRun(w, r)
	case r.Method == http.MethodPatch:
		s.apply(w, r)
	case s.find(r.URL.Path) != nil:
		answer(w, s.find(r.URL.Path))
	default:
		s.list(w, r)
	}
}

func (s *Server) list(w http.ResponseWriter, r *http.Request) {
	items, known := s.collection(r.URL.Path)
	if !known {
		status(w, http.StatusNotFound, "the server could not find the requested resource")
		return
	}
	from, _ := strconv.Atoi(r.URL.Query().Get("continue")) // empty is the start
	to, next := min(from+s.page, len(items)), ""
	if to < len(items) {
		next = strconv.Itoa(to)
	}
	answer(w, Object{"kind": "TestList", "metadata": Object{"continue": next}, "items": items[from:to]})
}

// collection gives the objects at a path, which can be that of one namespace.
func (s *Server) collection(path string) (items []Object, known bool) {
	if items, known = s.objects[path]; known {
		return items, true
	}
	before, rest, _ := strings.Cut(path, "/namespaces/")
	namespace, resource, inNamespace := strings.Cut(rest, "/")
	all, known := s.objects[before+"/"+resource]
	if !inNamespace || !known {
		return nil, false
	}
	for _, o := range all {
		if meta, _ := o["metadata"].(Object); meta["namespace"] == namespace {
			items = append(items, o)
		}
	}
	return items, true
}

// remove deletes COLLECTION/NAME, or /…/namespaces/NS/COLLECTION/NAME out of the collection of all namespaces.
func (s *Server) remove(w http.ResponseWriter, r *http.Request) {
	path, name := r.URL.Path, r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]
	collection, namespace := strings.TrimSuffix(path, "/"+name), ""
	if before, rest, found := strings.Cut(collection, "/namespaces/"); found {
		namespace, rest, _ = strings.Cut(rest, "/")
		collection = before + "/" + rest
	}
	var options struct{ Preconditions struct{ UID string } }
	if err := json.NewDecoder(r.Body).Decode(&options); err != nil {
		status(w, http.StatusBadRequest, err.Error())
		return
	}
	for i, o := range s.objects[collection] {
		meta, _ := o["metadata"].(Object)
		have, _ := meta["namespace"].(string)
		if meta["name"] != name || have != namespace {
			continue
		}
		if meta["uid"] != options.Preconditions.UID {
			status(w, http.StatusConflict, "the UID in the precondition does not match")
			return
		}
		if s.deleted == nil || s.deleted(path, o) {
			s.objects[collection] = slices.Delete(s.objects[collection], i, i+1)
		} else {
			meta["deletionTimestamp"] = "2026-01-01T00:00:00Z"
		}
		answer(w, Object{"kind": "Status", "status": "Success"})
		return
	}
	status(w, http.StatusNotFound, name+" not found")
}

func status(w http.ResponseWriter, code int, message string) {
	w.WriteHeader(code)
	answer(w, Object{"kind": "Status", "status": "Failure", "message": message})
}

func answer(w http.ResponseWriter, o Object) { _ = json.NewEncoder(w).Encode(o) }

func staticToken(context.Context) (string, error) { return Token, nil }

// Unmark takes the mark of deletion from all objects of a collection, as if they had been made anew.
func (s *Server) Unmark(collection string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, o := range s.objects[collection] {
		meta, _ := o["metadata"].(Object)
		delete(meta, "deletionTimestamp")
	}
}
