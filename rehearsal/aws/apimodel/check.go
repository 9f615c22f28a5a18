package apimodel

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Kind is what is wrong with a member.
type Kind int

// What can be wrong. Type is a value that cannot even be read as what it should be.
const (
	Missing Kind = iota
	Unknown
	Type
	Value
)

// Violation is one thing in a request that its model does not allow.
type Violation struct {
	Kind    Kind
	Path    string // members from the request's own, with dots; list elements by their number from 1, ".member."
	Value   string
	Secret  bool   // the value is one, and left out
	Problem string // as AWS words it: "Member must not be null"
}

// checker collects violations.
type checker struct {
	service *Service
	found   []Violation
	texts   bool // numbers and booleans come as text
	wire    bool // members go by their names on the wire
}

// opaque is a value that is there and is not checked.
type opaque struct{}

// enough is as many violations as AWS lists at most.
const enough = 10

func (c *checker) add(kind Kind, path string, value any, problem string, args ...any) {
	if len(c.found) < enough {
		text := fmt.Sprint(value)
		if len(text) > 200 {
			text = text[:200] + "…"
		}
		c.found = append(c.found, Violation{Kind: kind, Path: path, Value: text, Problem: fmt.Sprintf(problem, args...)})
	}
}

// check compares a value with the shape that it should have.
func (c *checker) check(name, path string, value any) {
	s := c.service.Shapes[name]
	if s == nil || value == nil || s.Document || isOpaque(value) {
		return
	}
	before := len(c.found)
	c.shape(s, path, value)
	if s.Sensitive {
		for i := range c.found[before:] {
			c.found[before+i].Value, c.found[before+i].Secret = "", true
		}
	}
}

func (c *checker) shape(s *shape, path string, value any) {
	switch s.Type {
	case "structure":
		c.structure(s, path, value)
	case "list":
		c.list(s, path, value)
	case "map":
		c.mapping(s, path, value)
	case "string":
		c.text(s, path, value)
	case "blob":
		c.blob(s, path, value)
	case "integer", "long", "float", "double":
		c.number(s, path, value)
	case "boolean":
		if _, ok := value.(bool); ok {
			return
		}
		text, ok := value.(string)
		if _, err := strconv.ParseBool(text); !c.texts || !ok || err != nil {
			c.add(Type, path, value, "Member must be a boolean")
		}
	}
}

func (c *checker) structure(s *shape, path string, value any) {
	members, ok := value.(map[string]any)
	if !ok {
		c.add(Type, path, value, "Member must be a structure")
		return
	}
	if c.wire {
		members = s.fromWire(members)
	}
	for _, name := range s.Required {
		if members[name] == nil && c.isRequired(s.Members[name]) {
			c.add(Missing, join(path, name), "null", "Member must not be null")
		}
	}
	for _, name := range sortedKeys(members) {
		if m := s.Members[name]; m != nil {
			c.check(m.Shape, join(path, name), members[name])
		}
	}
}

// fromWire gives members the names that they have in the model.
func (s *shape) fromWire(members map[string]any) map[string]any {
	named := map[string]any{}
	for name, m := range s.Members {
		if value := members[m.key(name)]; value != nil {
			named[name] = value
		}
	}
	return named
}

// isRequired leaves out lists in requests of forms, which cannot tell an empty one from none.
func (c *checker) isRequired(m *member) bool {
	if m == nil {
		return false
	}
	s := c.service.Shapes[m.Shape]
	return !c.texts || s == nil || s.Type != "list" && s.Type != "map" || s.Min != nil && *s.Min > 0
}

func (c *checker) list(s *shape, path string, value any) {
	items, ok := value.([]any)
	if !ok {
		c.add(Type, path, value, "Member must be a list")
		return
	}
	c.length(s, path, value, len(items))
	for i, item := range items {
		c.check(s.Member.Shape, join(path, strconv.Itoa(i+1)+".member"), item)
	}
}

func (c *checker) mapping(s *shape, path string, value any) {
	entries, ok := value.(map[string]any)
	if !ok {
		c.add(Type, path, value, "Member must be a map")
		return
	}
	c.length(s, path, value, len(entries))
	for _, key := range sortedKeys(entries) {
		c.check(s.Key.Shape, path, key)
		c.check(s.Value.Shape, join(path, key), entries[key])
	}
}

func (c *checker) text(s *shape, path string, value any) {
	text, ok := value.(string)
	if !ok {
		c.add(Type, path, value, "Member must be a string")
		return
	}
	c.length(s, path, value, utf8.RuneCountInString(text))
	if len(s.Enum) > 0 && !slices.Contains(s.Enum, text) {
		c.add(Value, path, value, "Member must satisfy enum value set: [%s]", strings.Join(s.Enum, ", "))
	}
	if s.Pattern != "" && !s.pattern.allows(s.Pattern, text) {
		c.add(Value, path, value, "Member must satisfy regular expression pattern: %s", s.Pattern)
	}
}

func (c *checker) blob(s *shape, path string, value any) {
	text, ok := value.(string)
	if !ok {
		return
	}
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		c.add(Type, path, "(data)", "Member must be base64")
		return
	}
	c.length(s, path, "(data)", len(data))
}

func (c *checker) length(s *shape, path string, value any, n int) {
	if s.Min != nil && float64(n) < *s.Min {
		c.add(Value, path, value, "Member must have length greater than or equal to %v", *s.Min)
	}
	if s.Max != nil && float64(n) > *s.Max {
		c.add(Value, path, value, "Member must have length less than or equal to %v", *s.Max)
	}
}

func (c *checker) number(s *shape, path string, value any) {
	n, ok := numberOf(value, c.texts)
	if !ok {
		c.add(Type, path, value, "Member must be a number")
		return
	}
	if s.Min != nil && n < *s.Min {
		c.add(Value, path, value, "Member must have value greater than or equal to %v", *s.Min)
	}
	if s.Max != nil && n > *s.Max {
		c.add(Value, path, value, "Member must have value less than or equal to %v", *s.Max)
	}
}

func numberOf(value any, texts bool) (float64, bool) {
	switch v := value.(type) {
	case float64:
		return v, true
	case uint64:
		return float64(v), true
	case json.Number:
		n, err := v.Float64()
		return n, err == nil
	case string:
		n, err := strconv.ParseFloat(v, 64)
		return n, texts && err == nil
	}
	return 0, false
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func sortedKeys[T any](m map[string]T) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func isOpaque(value any) bool {
	_, is := value.(opaque)
	return is
}
