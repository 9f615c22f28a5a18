package spec

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// What is decoded at most: nodes of a file, aliases and merge keys followed; items of a list; characters of a text. All
// are far above any spec, and keep what compares every item with every other short.
const (
	mostValues = 20_000
	mostItems  = 1000
	mostText   = 16 << 10
)

// place is where a path of the spec is written in its file.
type place struct{ key, value span }

// decoder fills a Cluster from a YAML document, and keeps what is wrong with
// it and where each path is.
type decoder struct {
	*source
	out         Diagnostics
	index       map[string]place
	failed      map[string]bool // paths that have an error, about which nothing more is said
	failedBelow map[string]bool // parts of the spec of which a part has one
	missing     []string        // required fields that are not there
	anchors     map[string]ast.Node
	nodes       int
	endless     bool // it was said that there are too many
	foreign     bool // the file does not say that it is a spec
	more        rest // of the diagnostics, beyond those in out
}

// defaulter is a part of the spec with defaults that depend on nothing else;
// they are filled in before it is decoded, so that what is written wins.
type defaulter interface{ setDefaults() }

func (d *decoder) decode(body ast.Node, c *Cluster) {
	d.value(body, reflect.ValueOf(c).Elem(), "", span{line: 1, column: 1, width: 1})
}

// value decodes a node into v, which is at path.
func (d *decoder) value(n ast.Node, v reflect.Value, path string, key span) {
	n = d.resolve(n, path)
	if n == nil {
		return
	}
	d.index[path] = place{key: key, value: spanOf(n)}
	if _, scalar := scalarText(n); !scalar && path != "" {
		d.index[path] = place{key: key, value: key} // a list or mapping is shown by its name
	}
	if _, isNull := n.(*ast.NullNode); isNull {
		d.errorAt(path, emptyHelp(v.Type(), path), key, path+" has no value")
		return
	}
	if v.Kind() == reflect.Pointer {
		v.Set(fresh(v.Type().Elem()))
		v = v.Elem()
	}
	_, isScalar := scalarText(n)
	switch {
	case v.Type() == valuesType:
		d.values(n, v, path)
	case isText(v.Type()):
		d.text(n, v, path)
	case v.Type() == addonType && isScalar: // its version alone
		d.value(n, v.Addr().Interface().(*Addon).version(), join(path, "version"), key)
	case v.Kind() == reflect.Struct:
		d.structure(n, v, path)
	case v.Kind() == reflect.Slice:
		d.list(n, v, path)
	case v.Kind() == reflect.Map:
		d.labels(n, v, path)
	default:
		d.scalar(n, v, path)
	}
}

// fresh makes a pointer to a new value with its defaults.
func fresh(t reflect.Type) reflect.Value {
	p := reflect.New(t)
	if with, ok := p.Interface().(defaulter); ok {
		with.setDefaults()
	}
	return p
}

func emptyHelp(t reflect.Type, path string) string {
	if example, ok := examples[anyIndex(path)]; ok {
		return "write it like " + example
	}
	switch t.Kind() {
	case reflect.Slice:
		return "write [] for an empty list, or remove the line for the default"
	case reflect.Pointer, reflect.Struct, reflect.Map:
		if !isText(t) {
			return "indent its fields below it, write {} for the defaults, or remove the line"
		}
	}
	return "write a value after the colon, or remove the line"
}

// resolve follows anchors, aliases and tags to the node that holds the value,
// or gives nil after saying what is wrong.
func (d *decoder) resolve(n ast.Node, path string) ast.Node {
	if d.nodes++; d.nodes > mostValues {
		if !d.endless {
			d.endless = true
			d.errorAt(path, "write it out without aliases", spanOf(n), fmt.Sprintf("the file has more than %d values once its aliases are followed", mostValues))
		}
		return nil
	}
	switch n := n.(type) {
	case nil:
		return nil
	case *ast.AnchorNode:
		got := d.resolve(n.Value, path)
		d.anchors[n.Name.GetToken().Value] = got // only now: an anchor cannot hold itself
		return got
	case *ast.AliasNode:
		name := n.Value.GetToken().Value
		got, known := d.anchors[name]
		if !known {
			d.errorAt(path, fmt.Sprintf("write &%s before the value that it repeats, further up", name), spanOf(n), "no anchor is named "+name+" above this alias")
		}
		return got
	case *ast.TagNode:
		d.errorAt(path, "remove it; quotes make a text of a number", spanOf(n), fmt.Sprintf("a spec has no YAML tags, and this is %s", n.GetToken().Value))
		return nil
	}
	return n
}

// structure decodes a mapping into the fields of a struct.
func (d *decoder) structure(n ast.Node, v reflect.Value, path string) {
	pairs, isMapping := mapping(n)
	if !isMapping {
		d.notMapping(n, v.Type(), path)
		return
	}
	fields := fieldsOf(v.Type())
	seen := map[string]span{}
	guessed := map[string]bool{}
	for _, p := range d.merged(pairs, path) {
		name, at := keyOf(p), spanOf(p.Key)
		if first, twice := seen[name]; twice {
			d.errorAt(join(path, name), "keep one of the two", at, fmt.Sprintf("%s is given twice, first in line %d", join(path, name), first.line), first)
			continue
		}
		seen[name] = at
		i, known := fields.byName[name]
		if !known {
			guessed[d.unknownField(p, v.Type(), path)] = true
			continue
		}
		d.value(p.Value, v.Field(i), join(path, name), at)
	}
	for _, name := range fields.required {
		if _, given := seen[name]; !given && !guessed[name] {
			d.missing = append(d.missing, join(path, name))
		}
	}
}

// list decodes a sequence.
func (d *decoder) list(n ast.Node, v reflect.Value, path string) {
	seq, isList := n.(*ast.SequenceNode)
	if !isList {
		d.errorAt(path, d.asList(n, v.Type(), path), spanOf(n), fmt.Sprintf("%s is a list, and this is %s", path, kindOf(n)))
		return
	}
	if len(seq.Values) > mostItems {
		d.errorAt(path, "keep those that matter; a list may have no more", spanOf(seq.Values[mostItems]), fmt.Sprintf("%s has %d items, more than %d", path, len(seq.Values), mostItems))
		return
	}
	out := reflect.MakeSlice(v.Type(), len(seq.Values), len(seq.Values))
	for i, item := range seq.Values {
		out.Index(i).Set(fresh(v.Type().Elem()).Elem())
		d.value(item, out.Index(i), fmt.Sprintf("%s[%d]", path, i), spanOf(item))
	}
	v.Set(out)
}

// labels decodes a mapping of any names to texts.
func (d *decoder) labels(n ast.Node, v reflect.Value, path string) {
	pairs, isMapping := mapping(n)
	if !isMapping {
		d.errorAt(path, "write name: value pairs, indented below it", spanOf(n), fmt.Sprintf("%s is a mapping of names to texts, and this is %s", path, kindOf(n)))
		return
	}
	if len(pairs) > mostItems {
		d.errorAt(path, "keep those that matter; a mapping may have no more", spanOf(pairs[mostItems].Key), fmt.Sprintf("%s has %d names, more than %d", path, len(pairs), mostItems))
		return
	}
	out := reflect.MakeMap(v.Type())
	seen := map[string]span{}
	for _, p := range d.merged(pairs, path) {
		name, at := keyOf(p), spanOf(p.Key)
		where := path + "." + name
		if first, twice := seen[name]; twice {
			d.errorAt(where, "keep one of the two", at, fmt.Sprintf("%s is given twice, first in line %d", where, first.line), first)
			continue
		}
		seen[name] = at
		value := reflect.New(v.Type().Elem()).Elem()
		d.value(p.Value, value, where, at)
		out.SetMapIndex(reflect.ValueOf(name), value)
	}
	v.Set(out)
}

// merged gives the pairs of a mapping with those that its merge keys (<<)
// bring in; what the mapping itself says wins.
func (d *decoder) merged(pairs []*ast.MappingValueNode, path string) []*ast.MappingValueNode {
	var own, brought []*ast.MappingValueNode
	names := map[string]bool{}
	for _, p := range pairs {
		if _, merge := p.Key.(*ast.MergeKeyNode); !merge {
			own = append(own, p)
			names[keyOf(p)] = true
		}
	}
	for _, p := range pairs {
		if _, merge := p.Key.(*ast.MergeKeyNode); !merge {
			continue
		}
		from := []ast.Node{p.Value}
		if seq, many := p.Value.(*ast.SequenceNode); many {
			from = seq.Values
		}
		for _, n := range from {
			n = d.resolve(n, path)
			more, isMapping := mapping(n)
			if n != nil && !isMapping {
				d.errorAt(path, "name an anchor that holds a mapping", spanOf(p.Key), "<< takes in the fields of a mapping, and this is "+kindOf(n))
			}
			d.nodes += len(more)
			for _, m := range more {
				if !names[keyOf(m)] {
					names[keyOf(m)] = true
					brought = append(brought, m)
				}
			}
		}
	}
	return append(own, brought...)
}

// mapping gives the pairs of a mapping; the parser has two forms of it.
func mapping(n ast.Node) ([]*ast.MappingValueNode, bool) {
	switch n := n.(type) {
	case *ast.MappingNode:
		return n.Values, true
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}, true
	}
	return nil, false
}

func keyOf(p *ast.MappingValueNode) string {
	if text, ok := p.Key.(*ast.StringNode); ok {
		return text.Value
	}
	return strings.TrimSpace(p.Key.String())
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
