package apitest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// OnMerge is told of each object that a merge patch changed, and may change it and others, as controllers do. It is called
// under the server's lock.
func (s *Server) OnMerge(do func(o Object)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.merged = do
}

// OnRequest is told of each request before anything comes of it. It is called under the server's lock.
func (s *Server) OnRequest(do func(method, path string)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.heard = do
}

// Count is how many objects a collection has.
func (s *Server) Count(collection string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.objects[collection])
}

// Bound is true while an admission policy is. It is for hooks, which are called under the lock.
func (s *Server) Bound() bool { return len(s.objects[policyBindings]) > 0 }

// Set puts objects in place of those of a collection. It is for hooks, which are called under the lock.
func (s *Server) Set(collection string, objects ...Object) { s.objects[collection] = objects }

func (s *Server) merge(w http.ResponseWriter, r *http.Request) {
	o := s.find(strings.TrimSuffix(r.URL.Path, "/status"))
	var sent Object
	if err := json.NewDecoder(r.Body).Decode(&sent); err != nil || r.URL.Query().Get("fieldManager") == "" {
		status(w, http.StatusBadRequest, fmt.Sprintf("this is no merge patch of a field manager: %v", err))
		return
	}
	if o == nil {
		status(w, http.StatusNotFound, "not found")
		return
	}
	meta, _ := o["metadata"].(Object)
	if asked, _ := sent["metadata"].(Object); asked["resourceVersion"] != nil {
		if asked["resourceVersion"] != fmt.Sprint(meta["resourceVersion"]) && asked["resourceVersion"] != "" {
			status(w, http.StatusConflict, "the object has been modified")
			return
		}
		delete(asked, "resourceVersion")
	}
	patch(o, sent)
	s.version++
	meta["resourceVersion"] = fmt.Sprint(s.version)
	if s.merged != nil {
		s.merged(o)
	}
	answer(w, o)
}

func patch(o, by Object) {
	for key, value := range by {
		fields, isObject := value.(Object)
		had, has := o[key].(Object)
		switch {
		case value == nil:
			delete(o, key)
		case isObject && has:
			patch(had, fields)
		case isObject:
			o[key] = Object{}
			patch(o[key].(Object), fields)
		default:
			o[key] = value
		}
	}
}

const policyBindings = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings"

// dryRun refuses everything while any admission policy is bound, as the real one refuses what the policy denies.
func (s *Server) dryRun(w http.ResponseWriter, r *http.Request) {
	bound := s.objects[policyBindings]
	switch {
	case r.URL.Query().Get("dryRun") != "All":
		status(w, http.StatusMethodNotAllowed, "nothing is created here")
	case len(bound) > 0:
		meta, _ := bound[0]["metadata"].(Object)
		status(w, http.StatusUnprocessableEntity, fmt.Sprintf("is forbidden: ValidatingAdmissionPolicy '%s' with binding '%s' denied request", meta["name"], meta["name"]))
	default:
		answer(w, Object{"kind": "Job"})
	}
}
