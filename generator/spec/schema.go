package spec

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/google/jsonschema-go/jsonschema"
)

// Schema is the JSON Schema (2020-12) of a spec, for editors. Every spec that
// Load takes is right by it; not every one that is right by it is taken, as
// what depends on several fields or on the platform is left to Load.
func Schema() *jsonschema.Schema {
	var c Cluster
	c.setDefaults()
	s := schemaOf(reflect.ValueOf(c), "")
	s.Schema = "https://json-schema.org/draft/2020-12/schema"
	s.Title = "drover: a Kubernetes cluster"
	s.Description = comments()["Cluster"]
	return s
}

// nothing is the schema that no value is right by.
func nothing() *jsonschema.Schema { return &jsonschema.Schema{Not: &jsonschema.Schema{}} }

// schemaOf is the schema of the values at path, of which v is the default.
func schemaOf(v reflect.Value, path string) *jsonschema.Schema {
	t := v.Type()
	switch {
	case t == valuesType:
		return &jsonschema.Schema{Types: []string{"object", "string"}}
	case t.Kind() == reflect.Pointer:
		return schemaOf(fresh(t.Elem()).Elem(), path)
	case isText(t):
		return scalarSchema("string", v, path)
	}
	switch t.Kind() {
	case reflect.Struct:
		return structSchema(v, path)
	case reflect.Slice:
		return listSchema(v, path)
	case reflect.Map:
		if t.Elem() == addonType {
			one := 1
			addon := schemaOf(fresh(t.Elem()).Elem(), path+".NAME")
			return &jsonschema.Schema{Type: "object", AdditionalProperties: &jsonschema.Schema{AnyOf: []*jsonschema.Schema{{Type: "string", MinLength: &one}, addon}}}
		}
		return &jsonschema.Schema{Type: "object", AdditionalProperties: &jsonschema.Schema{Type: "string"}}
	case reflect.String:
		return scalarSchema("string", v, path)
	case reflect.Int:
		return scalarSchema("integer", v, path)
	case reflect.Float64:
		return scalarSchema("number", v, path)
	case reflect.Bool:
		return &jsonschema.Schema{Type: "boolean", Default: inJSON(v.Bool())}
	}
	panic("spec: no schema for " + t.String())
}

func listSchema(v reflect.Value, path string) *jsonschema.Schema {
	s := &jsonschema.Schema{Type: "array", Items: schemaOf(fresh(v.Type().Elem()).Elem(), path+"[]")}
	most := mostItems
	s.MaxItems = &most
	if v.Len() > 0 {
		s.Default = inJSON(v.Interface())
	}
	if slices.Contains(neverEmpty, path) {
		one := 1
		s.MinItems = &one
	}
	s.UniqueItems = s.Items.Type != "object" && !slices.Contains(repeats, path)
	return s
}

func structSchema(v reflect.Value, path string) *jsonschema.Schema {
	s := &jsonschema.Schema{Type: "object", AdditionalProperties: nothing(), Properties: map[string]*jsonschema.Schema{}}
	fields := fieldsOf(v.Type())
	s.Required = fields.required
	for name, i := range fields.byName {
		field := schemaOf(v.Field(i), join(path, name))
		if slices.Contains(fields.required, name) {
			field.Default = nil // it has to be written, so that nothing stands for it
		}
		field.Description = comments()[v.Type().Name()+"."+v.Type().Field(i).Name]
		s.Properties[name] = field
	}
	for i := range v.NumField() { // as in types.go, which is the order to read and write them in
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("yaml"), ",")
		if name == "-" {
			continue
		}
		s.PropertyOrder = append(s.PropertyOrder, name)
	}
	if v.Type() == reflect.TypeFor[Check]() {
		for _, kind := range checkKinds { // exactly one of them
			s.OneOf = append(s.OneOf, &jsonschema.Schema{Required: []string{kind}})
		}
	}
	return s
}

// scalarSchema is the schema of a text or number.
func scalarSchema(kind string, v reflect.Value, path string) *jsonschema.Schema {
	s := &jsonschema.Schema{Type: kind, Pattern: forms()[path]}
	switch v.Type() {
	case reflect.TypeFor[Duration]():
		least := 2 // a digit and a unit: the form by itself would take the empty text
		s.Pattern, s.MinLength = durationForm, &least
	case reflect.TypeFor[Size]():
		s.Pattern = sizeForm
	}
	if b, ok := boundAt(path); ok {
		least, most := float64(b.least), float64(b.most)
		s.Minimum = &least
		if b.most != unbounded {
			s.Maximum = &most
		}
	}
	if path == "metadata.name" {
		two, most := 2, 0
		for _, r := range rulesOf {
			most = max(most, r.nameMax)
		}
		s.MinLength, s.MaxLength = &two, &most
	}
	for _, choice := range choices[path] {
		s.Enum = append(s.Enum, choice)
	}
	if kind == "string" && s.Pattern == "" && s.Enum == nil {
		one := 1
		s.MinLength = &one
	}
	if !v.IsZero() {
		s.Default = inJSON(v.Interface())
	}
	if example, ok := exampleOf(path); ok && s.Enum == nil {
		s.Examples = []any{example}
	}
	return s
}

// exampleOf is the value in the example that shows how a field is written.
func exampleOf(path string) (string, bool) {
	var pair map[string]any
	if err := yaml.Unmarshal([]byte(examples[path]), &pair); err != nil {
		return "", false
	}
	text, ok := pair[path[strings.LastIndexByte(path, '.')+1:]].(string)
	return text, ok && !strings.Contains(text, "…")
}

func inJSON(value any) json.RawMessage {
	data, err := json.Marshal(value)
	if err != nil {
		panic(fmt.Sprintf("spec: a default is no JSON: %v", err)) // texts, numbers and lists of them are
	}
	return data
}
