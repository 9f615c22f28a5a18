package apimodel

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
)

// Request is one request as it came: a form, or what a REST path binds, and the body.
type Request struct {
	HTTP *http.Request
	Path map[string]string
	Form url.Values
	Body []byte
}

// Input returns the members of a request by their names in the model, wherever they came (path, query, header, body
// or form), in the model's types: numbers are float64, booleans bool, whatever the protocol.
func (s *Service) Input(o *Operation, r Request) (map[string]any, error) {
	if o.Input == nil {
		return map[string]any{}, nil
	}
	in := s.Shapes[o.Input.Shape]
	switch s.Metadata.Protocol {
	case "ec2", "query":
		f := &formReader{checker: &checker{service: s, texts: true}, ec2: s.Metadata.Protocol == "ec2"}
		return s.typedMembers(in, f.structure(in, treeOf(r.Form), "")), nil
	case "rest-json", "rest-xml":
		p, err := s.parts(o, r.HTTP, r.Path, r.Body)
		return s.typedMembers(in, p.all()), err
	}
	value, err := DecodeJSON(r.Body)
	members, _ := value.(map[string]any)
	return s.typedMembers(in, members), err
}

// typed gives a value the type of its shape. Values that have another one stay as they are: the check refuses them.
func (s *Service) typed(name string, value any) any {
	shape := s.Shapes[name]
	if shape == nil {
		return value
	}
	switch v := value.(type) {
	case map[string]any:
		if s.Metadata.Protocol == "rest-json" && shape.Type == "structure" {
			v = shape.fromWire(v)
		}
		return s.typedMembers(shape, v)
	case []any:
		if shape.Member == nil {
			return v
		}
		list := make([]any, len(v))
		for i := range v {
			list[i] = s.typed(shape.Member.Shape, v[i])
		}
		return list
	case json.Number, string:
		return s.typedText(shape, v)
	}
	return value
}

func (s *Service) typedMembers(shape *shape, members map[string]any) map[string]any {
	out := make(map[string]any, len(members))
	for key, below := range members {
		switch m := shape.Members[key]; {
		case below == nil:
		case m != nil:
			out[key] = s.typed(m.Shape, below)
		case shape.Value != nil:
			out[key] = s.typed(shape.Value.Shape, below)
		default:
			out[key] = below
		}
	}
	return out
}

func (s *Service) typedText(shape *shape, value any) any {
	switch shape.Type {
	case "integer", "long", "float", "double":
		if n, ok := numberOf(value, true); ok {
			return n
		}
	case "boolean":
		text, _ := value.(string)
		if b, err := strconv.ParseBool(text); err == nil {
			return b
		}
	}
	return value
}

// Members are the names of an operation's input and output.
func (s *Service) Members(o *Operation) (in, out []string) {
	of := func(m *member) []string {
		if m == nil {
			return nil
		}
		return sortedKeys(s.Shapes[m.Shape].Members)
	}
	return of(o.Input), of(o.Output)
}
