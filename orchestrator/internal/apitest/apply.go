package apitest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"drover/orchestrator/kubernetes"
)

// Kinds has the server know kinds of an API, whose collections exist from then on.
func (s *Server) Kinds(t *testing.T, groupVersion string, kinds ...kubernetes.Resource) {
	t.Helper()
	path := "/apis/" + groupVersion
	if !strings.Contains(groupVersion, "/") {
		path = "/api/" + groupVersion
	}
	var list []Object
	for _, k := range kinds {
		list = append(list, Object{"name": k.Name, "kind": k.Kind, "namespaced": k.Namespaced})
		s.Have(t, path+"/"+k.Name)
	}
	data, err := json.Marshal(Object{"kind": "APIResourceList", "resources": list})
	if err != nil {
		t.Fatal(err)
	}
	s.Page(path, string(data))
}

// OnApply is told of each object that is applied, and may change it, as a controller does that gives it a status. It is
// called under the server's lock.
func (s *Server) OnApply(do func(o Object)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.applied = do
}

// Object gives the object at a path; nil if there is none.
func (s *Server) Object(path string) Object {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.find(path)
}

// collectionOf splits the path of an object as remove does.
func collectionOf(path string) (collection, namespace, name string) {
	name = path[strings.LastIndex(path, "/")+1:]
	collection = strings.TrimSuffix(path, "/"+name)
	if before, rest, found := strings.Cut(collection, "/namespaces/"); found {
		namespace, rest, _ = strings.Cut(rest, "/")
		collection = before + "/" + rest
	}
	return collection, namespace, name
}

// find gives the object at a path; nil if there is none.
func (s *Server) find(path string) Object {
	collection, namespace, name := collectionOf(path)
	for _, o := range s.objects[collection] {
		meta, _ := o["metadata"].(Object)
		if have, _ := meta["namespace"].(string); meta["name"] == name && have == namespace {
			return o
		}
	}
	return nil
}

// apply takes what is sent over what is there, whoever owns it: nothing here knows owners.
func (s *Server) apply(w http.ResponseWriter, r *http.Request) {
	collection, namespace, name := collectionOf(r.URL.Path)
	var sent Object
	if err := json.NewDecoder(r.Body).Decode(&sent); err != nil || r.URL.Query().Get("fieldManager") == "" || r.Header.Get("Content-Type") != "application/apply-patch+yaml" {
		status(w, http.StatusBadRequest, fmt.Sprintf("this is no server-side apply: %v", err))
		return
	}
	if _, known := s.objects[collection]; !known {
		status(w, http.StatusNotFound, "the server could not find the requested resource")
		return
	}
	meta, _ := sent["metadata"].(Object)
	meta["name"], meta["uid"] = name, "uid-"+name
	if namespace != "" {
		meta["namespace"] = namespace
	}
	if had := s.find(r.URL.Path); had != nil {
		for key, value := range sent {
			had[key] = value
		}
		sent = had
	} else {
		s.objects[collection] = append(s.objects[collection], sent)
	}
	if s.applied != nil {
		s.applied(sent)
	}
	answer(w, sent)
}

// scale gives a workload as many pods as it is to have, at once.
func (s *Server) scale(w http.ResponseWriter, r *http.Request) {
	o := s.find(strings.TrimSuffix(r.URL.Path, "/scale"))
	var sent struct{ Spec struct{ Replicas *int } }
	if err := json.NewDecoder(r.Body).Decode(&sent); err != nil || sent.Spec.Replicas == nil || r.Header.Get("Content-Type") != "application/merge-patch+json" {
		status(w, http.StatusBadRequest, fmt.Sprintf("this is no scale: %v", err))
		return
	}
	if o == nil {
		status(w, http.StatusNotFound, "not found")
		return
	}
	for _, part := range []string{"spec", "status"} {
		fields, _ := o[part].(Object)
		if fields == nil {
			fields = Object{}
			o[part] = fields
		}
		fields["replicas"] = *sent.Spec.Replicas
	}
	answer(w, Object{"kind": "Scale"})
}
