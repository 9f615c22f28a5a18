package apimodel

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"maps"
	"net/http"
	"strings"
)

// CheckJSON checks the value of a request of the JSON protocols.
func (s *Service) CheckJSON(o *Operation, value any) []Violation {
	if o.Input == nil {
		return nil
	}
	c := &checker{service: s}
	if value == nil {
		value = map[string]any{}
	}
	c.check(o.Input.Shape, "", value)
	return c.found
}

// DecodeJSON reads a request's body; nothing is an empty structure.
func DecodeJSON(body []byte) (any, error) {
	if len(bytes.TrimSpace(body)) == 0 {
		return map[string]any{}, nil
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, fmt.Errorf("the request is not JSON: %w", err)
	}
	return value, nil
}

// CheckREST checks a request whose members are in its path, query, header and body. A nil body was not read and is
// not checked.
func (s *Service) CheckREST(o *Operation, r *http.Request, vars map[string]string, body []byte) ([]Violation, error) {
	if o.Input == nil {
		return nil, nil
	}
	in, c := s.Shapes[o.Input.Shape], &checker{service: s, texts: true}
	p, err := s.parts(o, r, vars, body)
	if err != nil {
		return nil, err
	}
	outside, inside, inBody := p.outside, p.inside, p.inBody
	for name, m := range in.Members {
		if outside[name] != nil {
			c.check(m.Shape, name, outside[name])
		}
	}
	c.texts, c.wire = s.Metadata.Protocol == "rest-xml", s.Metadata.Protocol == "rest-json"
	for _, name := range inBody {
		if inside[name] != nil {
			c.check(in.Members[name].Shape, name, inside[name])
		}
	}
	for _, name := range in.Required {
		isOutside := in.Members[name].Location != ""
		if outside[name] == nil && inside[name] == nil && (isOutside || body != nil) {
			c.add(Missing, name, "null", "Member must not be null")
		}
	}
	return c.found, nil
}

// parts are the members of a REST request by where they came, and the names of those that the body has.
type parts struct {
	outside, inside map[string]any
	inBody          []string
}

// all are the members together. Those of a body have the names that they have on the wire below the first level.
func (p parts) all() map[string]any {
	all := maps.Clone(p.outside)
	maps.Copy(all, p.inside)
	return all
}

// parts reads a REST request.
func (s *Service) parts(o *Operation, r *http.Request, vars map[string]string, body []byte) (parts, error) {
	in, p := s.Shapes[o.Input.Shape], parts{outside: map[string]any{}}
	query := r.URL.Query()
	for name, m := range in.Members {
		key := m.key(name)
		switch m.Location {
		case "uri":
			if value := vars[key]; value != "" {
				p.outside[name] = value
			}
		case "querystring":
			if values, ok := query[key]; ok {
				p.outside[name] = s.several(m, values)
			}
		case "header":
			if value := r.Header.Get(key); value != "" {
				p.outside[name] = s.header(m, value)
			}
		case "headers": // a map of headers by their prefix
		default:
			p.inBody = append(p.inBody, name)
		}
	}
	var err error
	p.inside, err = s.inside(in, p.inBody, body)
	return p, err
}

// header is the value of a header, in which commas divide a list.
func (s *Service) header(m *member, value string) any {
	if shape := s.Shapes[m.Shape]; shape == nil || shape.Type != "list" {
		return value
	}
	return s.several(m, strings.FieldsFunc(value, func(c rune) bool { return c == ',' || c == ' ' }))
}

// several is a list, or the one value that is not one.
func (s *Service) several(m *member, values []string) any {
	if shape := s.Shapes[m.Shape]; shape != nil && shape.Type == "list" {
		list := make([]any, len(values))
		for i := range values {
			list[i] = values[i]
		}
		return list
	}
	return values[0]
}

// inside reads the members that are in the body.
func (s *Service) inside(in *shape, names []string, body []byte) (map[string]any, error) {
	if len(body) == 0 || len(names) == 0 {
		return nil, nil
	}
	if m := in.Members[in.Payload]; m != nil {
		if shape := s.Shapes[m.Shape]; shape.Type != "structure" {
			return map[string]any{in.Payload: opaque{}}, nil // a text or data of its own
		}
	}
	if s.Metadata.Protocol == "rest-xml" {
		return s.insideXML(in, body)
	}
	value, err := DecodeJSON(body)
	if err != nil {
		return nil, err
	}
	members, ok := value.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("the request is not a JSON object")
	}
	if in.Payload != "" {
		return map[string]any{in.Payload: members}, nil
	}
	named := map[string]any{}
	for _, name := range names {
		named[name] = members[in.Members[name].key(name)]
	}
	return named, nil
}

func (s *Service) insideXML(in *shape, body []byte) (map[string]any, error) {
	var root node
	if err := xml.Unmarshal(body, &root); err != nil {
		return nil, fmt.Errorf("the request is not XML: %w", err)
	}
	if in.Payload != "" {
		return map[string]any{in.Payload: s.readXML(in.Members[in.Payload], &root)}, nil
	}
	return s.structureXML(in, &root), nil
}

type node struct {
	XMLName xml.Name
	Text    string     `xml:",chardata"`
	Attrs   []xml.Attr `xml:",any,attr"`
	Nodes   []node     `xml:",any"`
}

func (n *node) named(name string) []*node {
	var list []*node
	for i := range n.Nodes {
		if n.Nodes[i].XMLName.Local == name {
			list = append(list, &n.Nodes[i])
		}
	}
	return list
}

func (s *Service) readXML(m *member, n *node) any {
	shape := s.Shapes[m.Shape]
	if shape == nil {
		return nil
	}
	switch shape.Type {
	case "structure":
		return s.structureXML(shape, n)
	case "list":
		name := "member"
		if shape.Member.LocationName != "" {
			name = shape.Member.LocationName
		}
		list := []any{}
		for _, item := range n.named(name) {
			list = append(list, s.readXML(shape.Member, item))
		}
		return list
	case "map", "blob":
		return nil // no request of the services in use has one in XML
	}
	return strings.TrimSpace(n.Text)
}

func (s *Service) structureXML(shape *shape, n *node) map[string]any {
	members := map[string]any{}
	for name, m := range shape.Members {
		key := m.key(name)
		if m.Attribute {
			for _, a := range n.Attrs {
				if _, local, _ := strings.Cut(key, ":"); a.Name.Local == local || a.Name.Local == key {
					members[name] = a.Value
				}
			}
			continue
		}
		of := s.Shapes[m.Shape]
		if of != nil && of.Type == "list" && (of.Flattened || m.Flattened) {
			items := n.named(key)
			if len(items) == 0 {
				continue
			}
			list := make([]any, len(items))
			for i, item := range items {
				list[i] = s.readXML(of.Member, item)
			}
			members[name] = list
			continue
		}
		if found := n.named(key); len(found) > 0 {
			members[name] = s.readXML(m, found[0])
		}
	}
	return members
}
