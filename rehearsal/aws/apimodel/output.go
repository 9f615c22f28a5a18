package apimodel

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Output writes an answer as the service's protocol has it. Of what the answer holds, it writes the members that the
// model gives the operation's output, so that one description of a thing serves every operation that tells of it.
// A map of texts is also written where the model has a list of keys and values, as it has for tags.
func (s *Service) Output(o *Operation, answer map[string]any) ([]byte, error) {
	value := map[string]any{}
	if o.Output != nil {
		value, _ = s.shaped(s.Shapes[o.Output.Shape], reflect.ValueOf(answer)).(map[string]any)
	}
	switch s.Metadata.Protocol {
	case "ec2", "query":
		return []byte(s.document(o, value)), nil
	}
	body, err := json.Marshal(value)
	if err != nil {
		return nil, fmt.Errorf("write the answer of %s: %w", o.Name, err)
	}
	return body, nil
}

// document is an answer in XML.
func (s *Service) document(o *Operation, value map[string]any) string {
	w := &xmlWriter{}
	w.WriteString(xml.Header + "<" + o.Name + `Response xmlns="` + s.Metadata.Namespace + `">`)
	if s.Metadata.Protocol == "ec2" {
		w.members(value)
		w.WriteString("<requestId>rehearsal</requestId>")
	} else {
		w.element(o.Name+"Result", value)
		w.WriteString("<ResponseMetadata><RequestId>rehearsal</RequestId></ResponseMetadata>")
	}
	w.WriteString("</" + o.Name + "Response>")
	return w.String()
}

// shaped is a value as it goes on the wire: maps by the names there, listed, and texts, numbers and booleans.
func (s *Service) shaped(of *shape, v reflect.Value) any {
	for v.Kind() == reflect.Interface || v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	if of == nil || !v.IsValid() {
		return nil
	}
	if at, is := v.Interface().(time.Time); is {
		return s.timestamp(at)
	}
	switch {
	case of.Type == "structure" && v.Kind() == reflect.Map:
		return s.shapedMembers(of, v)
	case of.Type == "map" && v.Kind() == reflect.Map:
		entries := map[string]any{}
		for _, key := range v.MapKeys() {
			entries[key.String()] = s.shaped(s.Shapes[of.Value.Shape], v.MapIndex(key))
		}
		return entries
	case of.Type == "list" && v.Kind() == reflect.Map:
		return s.pairs(of, v)
	case of.Type == "list" && v.Kind() == reflect.Slice:
		l := s.listed(of)
		for i := range v.Len() {
			l.items = append(l.items, s.shaped(s.Shapes[of.Member.Shape], v.Index(i)))
		}
		return l
	}
	return v.Interface()
}

func (s *Service) shapedMembers(of *shape, v reflect.Value) map[string]any {
	members := map[string]any{}
	for name, m := range of.Members {
		below := v.MapIndex(reflect.ValueOf(name))
		if !below.IsValid() {
			continue
		}
		if value := s.shaped(s.Shapes[m.Shape], below); value != nil {
			members[s.wire(name, m)] = value
		}
	}
	return members
}

// wire is what a member is called on the wire. JSON alone takes no notice of other names.
func (s *Service) wire(name string, m *member) string {
	if s.Metadata.Protocol == "json" {
		return name
	}
	return m.key(name)
}

// listed is a list on the wire, with what XML calls its elements.
type listed struct {
	element string
	items   []any
}

// MarshalJSON writes the elements.
func (l listed) MarshalJSON() ([]byte, error) {
	if l.items == nil {
		return []byte("[]"), nil
	}
	return json.Marshal(l.items) //nolint:wrapcheck // Output says which answer
}

func (s *Service) listed(of *shape) listed {
	l := listed{element: "member"}
	if of.Member.LocationName != "" {
		l.element = of.Member.LocationName
	}
	return l
}

// pairs writes a map of texts as a list of structures of a key and a value, in the order of the keys.
func (s *Service) pairs(of *shape, v reflect.Value) any {
	l, item := s.listed(of), s.Shapes[of.Member.Shape]
	var key, value string
	for name, m := range item.Members {
		switch {
		case strings.HasSuffix(name, "Key"):
			key = s.wire(name, m)
		case strings.HasSuffix(name, "Value"):
			value = s.wire(name, m)
		}
	}
	texts := map[string]any{}
	for _, k := range v.MapKeys() {
		texts[k.String()] = v.MapIndex(k).Interface()
	}
	for _, k := range slices.Sorted(maps.Keys(texts)) {
		l.items = append(l.items, map[string]any{key: k, value: texts[k]})
	}
	return l
}

func (s *Service) timestamp(at time.Time) any {
	if s.Metadata.Protocol == "json" || s.Metadata.Protocol == "rest-json" {
		return float64(at.UnixMilli()) / 1000
	}
	return at.UTC().Format("2006-01-02T15:04:05.000Z")
}

// xmlWriter writes values of shaped.
type xmlWriter struct{ strings.Builder }

func (w *xmlWriter) members(values map[string]any) {
	for _, name := range slices.Sorted(maps.Keys(values)) {
		w.element(name, values[name])
	}
}

func (w *xmlWriter) element(name string, value any) {
	w.WriteString("<" + name + ">")
	switch v := value.(type) {
	case map[string]any:
		w.members(v)
	case listed:
		for _, item := range v.items {
			w.element(v.element, item)
		}
	case float64:
		w.WriteString(strconv.FormatFloat(v, 'f', -1, 64))
	default:
		_ = xml.EscapeText(w, fmt.Append(nil, v)) // a strings.Builder takes everything
	}
	w.WriteString("</" + name + ">")
}
