package resource

import (
	"slices"
	"strings"
)

// Document is the members of a request, a resource or an answer, by their names. Its values are those of JSON (text,
// float64, bool, []any, map[string]any), and whatever a table puts in besides, such as a time.
type Document map[string]any

// Sub is the object that a member is; nil when it is none.
func (d Document) Sub(key string) Document { return object(d[key]) }

func object(value any) Document {
	switch v := value.(type) {
	case map[string]any:
		return v
	case Document:
		return v
	}
	return nil
}

// List are the objects of a member that is a list.
func (d Document) List(key string) []Document {
	if list, ok := d[key].([]Document); ok {
		return list
	}
	items, _ := d[key].([]any)
	list := make([]Document, 0, len(items))
	for _, item := range items {
		list = append(list, object(item))
	}
	return list
}

// Texts are the texts of a member that is a list.
func (d Document) Texts(key string) []string {
	if list, ok := d[key].([]string); ok {
		return list
	}
	items, _ := d[key].([]any)
	list := make([]string, 0, len(items))
	for _, item := range items {
		text, _ := item.(string)
		list = append(list, text)
	}
	return list
}

// Text is a member that is text; empty when it is none.
func (d Document) Text(key string) string {
	s, _ := d[key].(string)
	return s
}

// Number is a member that is a number; 0 when it is none.
func (d Document) Number(key string) int {
	switch n := d[key].(type) {
	case float64:
		return int(n)
	case int:
		return n
	}
	return 0
}

// Yes is a member that is a boolean; false when it is none.
func (d Document) Yes(key string) bool {
	b, _ := d[key].(bool)
	return b
}

// At returns the value at a path of members with dots between them; nil is none.
func (d Document) At(path string) any {
	first, rest, more := strings.Cut(path, ".")
	if !more {
		return d[first]
	}
	return d.Sub(first).At(rest)
}

// All returns the texts at a path, through every element of the lists on its way.
func (d Document) All(path string) []string {
	first, rest, more := strings.Cut(path, ".")
	if more {
		if below := d.Sub(first); below != nil {
			return below.All(rest)
		}
		var all []string
		for _, below := range d.List(first) {
			all = append(all, below.All(rest)...)
		}
		return all
	}
	if text := d.Text(first); text != "" {
		return []string{text}
	}
	return slices.Clone(d.Texts(first))
}

// Clone copies a document with everything below it.
func (d Document) Clone() Document {
	if d == nil {
		return nil
	}
	c := make(Document, len(d))
	for key, value := range d {
		c[key] = clone(value)
	}
	return c
}

func clone(value any) any {
	switch v := value.(type) {
	case map[string]any:
		return map[string]any(Document(v).Clone())
	case Document:
		return v.Clone()
	case []any:
		c := make([]any, len(v))
		for i := range v {
			c[i] = clone(v[i])
		}
		return c
	case []Document:
		c := make([]Document, len(v))
		for i := range v {
			c[i] = v[i].Clone()
		}
		return c
	}
	return value
}
