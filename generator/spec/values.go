package spec

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// Values are settings whose names and forms belong to somebody else: the JSON of an object, or "" for none.
type Values string

// Object is what v holds. It is nil if there is nothing.
func (v Values) Object() map[string]any {
	if v == "" {
		return nil
	}
	var out map[string]any
	decoder := json.NewDecoder(strings.NewReader(string(v)))
	decoder.UseNumber()
	if decoder.Decode(&out) != nil {
		return nil // Load takes nothing else
	}
	return out
}

var valuesType = reflect.TypeFor[Values]()

// values decodes a mapping of anything, or the JSON of one as a text.
func (d *decoder) values(n ast.Node, v reflect.Value, path string) {
	if text, isScalar := scalarText(n); isScalar {
		var out map[string]any
		decoder := json.NewDecoder(strings.NewReader(text))
		decoder.UseNumber()
		if err := decoder.Decode(&out); err != nil || out == nil || decoder.More() {
			d.errorAt(path, "write the settings as a mapping, indented below it", spanOf(n), fmt.Sprintf("%s is a mapping, or the JSON of an object, and this is %s", path, kindOf(n)))
			return
		}
		d.setValues(v, out)
		return
	}
	if _, isMapping := mapping(n); !isMapping {
		d.errorAt(path, "write the settings as a mapping, indented below it", spanOf(n), fmt.Sprintf("%s is a mapping, or the JSON of an object, and this is %s", path, kindOf(n)))
		return
	}
	if out, ok := d.anything(n, path).(map[string]any); ok {
		d.setValues(v, out)
	}
}

func (d *decoder) setValues(v reflect.Value, object map[string]any) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(object); err != nil {
		panic(fmt.Sprintf("spec: settings are no JSON: %v", err)) // they were read as JSON, or made of what JSON has
	}
	v.SetString(strings.TrimSpace(b.String()))
}

// anything decodes what JSON can hold.
func (d *decoder) anything(n ast.Node, path string) any {
	n = d.resolve(n, path)
	if pairs, isMapping := mapping(n); isMapping {
		out := map[string]any{}
		for _, p := range d.merged(pairs, path) {
			name, at := keyOf(p), join(path, keyOf(p))
			if _, twice := out[name]; twice {
				d.errorAt(at, "keep one of the two", spanOf(p.Key), at+" is given twice")
			}
			d.index[at] = place{key: spanOf(p.Key), value: spanOf(p.Key)}
			out[name] = d.anything(p.Value, at)
		}
		return out
	}
	switch n := n.(type) {
	case *ast.SequenceNode:
		out := []any{}
		for i, item := range n.Values {
			out = append(out, d.anything(item, fmt.Sprintf("%s[%d]", path, i)))
		}
		return out
	case *ast.BoolNode:
		return n.Value
	case *ast.IntegerNode:
		return n.Value
	case *ast.FloatNode:
		return d.finite(n, n.Value, path)
	case *ast.InfinityNode, *ast.NanNode:
		return d.finite(n, math.NaN(), path)
	case nil, *ast.NullNode:
		return nil
	}
	text, _ := scalarText(n)
	if len(text) > mostText {
		d.errorAt(path, "keep it short", spanOf(n), path+" is longer than "+strconv.Itoa(mostText)+" characters")
	}
	return text
}

// finite is a number that JSON has, or nothing after saying that it is none.
func (d *decoder) finite(n ast.Node, f float64, path string) any {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		d.errorAt(path, "write a number", spanOf(n), path+" is no number that JSON has")
		return nil
	}
	return f
}
