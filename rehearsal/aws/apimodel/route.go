package apimodel

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// route is what a REST operation is called by.
type route struct {
	operation *Operation
	segments  []string
	query     url.Values
	literals  int  // how specific it is
	ambiguous bool // another operation is called in the same way
}

func routesOf(operations map[string]*Operation) []route {
	var routes []route
	for _, name := range sortedKeys(operations) {
		o := operations[name]
		if o.Name == "" {
			o.Name = name
		}
		path, query, _ := strings.Cut(o.HTTP.URI, "?")
		r := route{operation: o, segments: segmentsOf(path)}
		r.query, _ = url.ParseQuery(query)
		r.literals = len(r.query) * 2
		for _, s := range r.segments {
			if !strings.HasPrefix(s, "{") {
				r.literals += 2
			} else if !strings.HasSuffix(s, "+}") {
				r.literals++
			}
		}
		routes = append(routes, r)
	}
	calls := map[string]int{}
	for i := range routes {
		calls[routes[i].call()]++
	}
	for i := range routes {
		routes[i].ambiguous = calls[routes[i].call()] > 1
	}
	// An operation that another took the place of is called in the same way, and is not meant.
	return slices.DeleteFunc(routes, func(r route) bool { return r.ambiguous && r.operation.Deprecated })
}

func (r *route) call() string { return r.operation.HTTP.Method + " " + r.operation.HTTP.URI }

func segmentsOf(path string) []string {
	path = strings.Trim(path, "/")
	if path == "" {
		return nil
	}
	return strings.Split(path, "/")
}

// Match finds the operation of a REST request, and the parts of its path.
func (s *Service) Match(r *http.Request) (*Operation, map[string]string) {
	var best *route
	var vars map[string]string
	segments, query := segmentsOf(r.URL.EscapedPath()), r.URL.Query()
	for i := range s.routes {
		candidate := &s.routes[i]
		if candidate.operation.HTTP.Method != r.Method || best != nil && best.literals > candidate.literals {
			continue
		}
		bound, ok := candidate.bind(segments, query)
		if !ok {
			continue
		}
		// S3 tells some operations apart only by a parameter that one of them requires.
		asks := s.asks(candidate, r, query)
		if asks >= 0 && (best == nil || candidate.literals > best.literals || asks > s.asks(best, r, query)) {
			best, vars = candidate, bound
		}
	}
	if best == nil {
		return nil, nil
	}
	return best.operation, vars
}

// asks counts the parameters of query and header that an operation requires; it is less than 0 when one is not there
// and another operation is called in the same way.
func (s *Service) asks(r *route, sent *http.Request, query url.Values) int {
	if r.operation.Input == nil {
		return 0
	}
	in, n := s.Shapes[r.operation.Input.Shape], 0
	for _, name := range in.Required {
		m := in.Members[name]
		if m.Location != "querystring" && m.Location != "header" {
			continue
		}
		if !query.Has(m.key(name)) && sent.Header.Get(m.key(name)) == "" {
			if r.ambiguous {
				return -1
			}
			continue
		}
		n++
	}
	return n
}

func (r *route) bind(segments []string, query url.Values) (map[string]string, bool) {
	for key, want := range r.query {
		got, ok := query[key]
		if !ok || want[0] != "" && got[0] != want[0] {
			return nil, false
		}
	}
	vars := map[string]string{}
	for i, want := range r.segments {
		name, variable := strings.CutPrefix(want, "{")
		name = strings.TrimSuffix(name, "}")
		rest, greedy := strings.CutSuffix(name, "+")
		if i >= len(segments) {
			return nil, false
		}
		value := segments[i]
		if greedy {
			value, name = strings.Join(segments[i:], "/"), rest
		}
		plain, err := url.PathUnescape(value)
		switch {
		case err != nil, !variable && plain != want:
			return nil, false
		case variable:
			vars[name] = plain
		}
		if greedy {
			return vars, true
		}
	}
	return vars, len(segments) == len(r.segments)
}
