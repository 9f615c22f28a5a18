package apimodel

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// CheckForm checks a request of the query protocol, or of EC2's form of it.
func (s *Service) CheckForm(o *Operation, form url.Values) []Violation {
	if o.Input == nil {
		return nil
	}
	c := &checker{service: s, texts: true}
	root := treeOf(form)
	f := &formReader{checker: c, ec2: s.Metadata.Protocol == "ec2"}
	c.check(o.Input.Shape, "", f.structure(s.Shapes[o.Input.Shape], root, ""))
	return c.found
}

// tree is a form by the parts of its names: Filter.1.Value.2.
type tree struct {
	value string
	has   bool
	below map[string]*tree
}

func treeOf(form url.Values) *tree {
	root := &tree{}
	for key, values := range form {
		if key == "Action" || key == "Version" {
			continue
		}
		at := root
		for part := range strings.SplitSeq(key, ".") {
			if at.below == nil {
				at.below = map[string]*tree{}
			}
			next := at.below[part]
			if next == nil {
				next = &tree{}
				at.below[part] = next
			}
			at = next
		}
		at.value, at.has = values[0], true
	}
	return root
}

// formReader reads values of shapes from a form.
type formReader struct {
	*checker
	ec2 bool
}

func (f *formReader) name(member string, m *member) string {
	switch {
	case f.ec2 && m.QueryName != "":
		return m.QueryName
	case f.ec2 && m.LocationName != "":
		return strings.ToUpper(m.LocationName[:1]) + m.LocationName[1:]
	}
	return m.key(member)
}

func (f *formReader) read(m *member, t *tree, path string) any {
	s := f.service.Shapes[m.Shape]
	switch s.Type {
	case "structure":
		if t.has && len(t.below) == 0 {
			return nil // an empty structure
		}
		return f.structure(s, t, path)
	case "list":
		return f.list(s, m, t, path)
	case "map":
		return f.mapping(s, m, t, path)
	}
	if !t.has {
		return nil
	}
	return t.value
}

func (f *formReader) structure(s *shape, t *tree, path string) map[string]any {
	members, known := map[string]any{}, map[string]bool{}
	for name, m := range s.Members {
		key := f.name(name, m)
		below := f.below(s, m, key, t, known)
		if below == nil {
			continue
		}
		if value := f.read(m, below, join(path, name)); value != nil {
			members[name] = value
		}
	}
	if f.ec2 { // EC2 refuses what it does not know; other services take no notice
		for _, key := range sortedKeys(t.below) {
			if !known[key] {
				f.add(Unknown, join(path, key), t.below[key].value, "The parameter %s is not recognized", join(path, key))
			}
		}
	}
	return members
}

// below finds a member's part of the form. The elements of a flattened list go by the name of the element.
func (f *formReader) below(_ *shape, m *member, key string, t *tree, known map[string]bool) *tree {
	s := f.service.Shapes[m.Shape]
	if !f.ec2 && s.Type == "list" && (s.Flattened || m.Flattened) && s.Member.LocationName != "" {
		key = s.Member.LocationName
	}
	known[key] = true
	return t.below[key]
}

// list reads an EC2 list (Name.1) or a query's (Name.member.1), flattened or not.
func (f *formReader) list(s *shape, m *member, t *tree, path string) any {
	if t.has && len(t.below) == 0 {
		return []any{} // an empty one is written as an empty value
	}
	if !f.ec2 && !s.Flattened && !m.Flattened {
		name := "member"
		if s.Member.LocationName != "" {
			name = s.Member.LocationName
		}
		if t.below[name] == nil {
			return []any{}
		}
		t = t.below[name]
	}
	list := []any{}
	for _, key := range numbers(t) {
		if value := f.read(s.Member, t.below[key], join(path, key+".member")); value != nil {
			list = append(list, value)
		}
	}
	return list
}

func (f *formReader) mapping(s *shape, m *member, t *tree, path string) any {
	if !s.Flattened && !m.Flattened && t.below["entry"] != nil {
		t = t.below["entry"]
	}
	keyName, valueName := "key", "value"
	if s.Key.LocationName != "" {
		keyName = s.Key.LocationName
	}
	if s.Value.LocationName != "" {
		valueName = s.Value.LocationName
	}
	entries := map[string]any{}
	for _, n := range numbers(t) {
		key, value := t.below[n].below[keyName], t.below[n].below[valueName]
		if key != nil && value != nil {
			entries[key.value] = f.read(s.Value, value, join(path, key.value))
		}
	}
	return entries
}

// numbers are the keys of a list, in order.
func numbers(t *tree) []string {
	var keys []string
	for key := range t.below {
		if _, err := strconv.Atoi(key); err == nil {
			keys = append(keys, key)
		}
	}
	slices.SortFunc(keys, func(a, b string) int {
		if len(a) != len(b) {
			return len(a) - len(b)
		}
		return strings.Compare(a, b)
	})
	return keys
}
