package spec

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"
)

const referenceHead = `# The spec

This page lists every field of a spec file. It is generated from the descriptions and tables that the schema and the
validation use; ` + "`go test ./generator/spec -update`" + ` regenerates it. The *default* column shows the value that an omitted
field gets. Fields in bold are required if their section is present.

Editors that support the YAML language server can show these descriptions and mark mistakes. Write the schema to a file, and
add one line at the top of the spec:

` + "```console\ndrover schema > drover.schema.json\n```\n\n```yaml\n# yaml-language-server: $schema=drover.schema.json\napiVersion: drover/v1\n```" + `

Write durations as 90s, 5m, 36h or 14d, sizes as 512Mi, 80Gi or 2Ti, and address ranges as 10.40.0.0/16. A file is limited to
1 MiB, 64 levels of nesting, and 20,000 lines and YAML tokens; a list to 1,000 items, and a string to 16 KiB.
`

// docs/spec.md is the reference of the spec, made from the schema.
func TestTheReferenceInDocsIsThatOfTheSchema(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString(referenceHead)
	section(&b, Schema(), "")
	page := filepath.Join("..", "..", "docs", "spec.md")
	if *update {
		if err := os.WriteFile(page, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != b.String() {
		t.Errorf("%s is not what the schema says; go test ./generator/spec -update writes it anew", page)
	}
}

// unescaped turns what JSON escapes for the sake of HTML back to what a person writes.
var unescaped = strings.NewReplacer(`\u003e`, ">", `\u003c`, "<", `\u0026`, "&")

// section writes the table of one part of the spec, and those of its parts.
func section(b *strings.Builder, s *jsonschema.Schema, path string) {
	if s.Items != nil {
		section(b, s.Items, path+"[]")
		return
	}
	if s.AdditionalProperties != nil {
		for _, form := range s.AdditionalProperties.AnyOf {
			section(b, form, path+".NAME")
		}
	}
	if len(s.Properties) == 0 {
		return
	}
	title := "`" + path + "`"
	if path == "" {
		title = "The file"
	}
	fmt.Fprintf(b, "\n## %s\n\n| field | type | default | description |\n| --- | --- | --- | --- |\n", title)
	for _, name := range s.PropertyOrder {
		field := s.Properties[name]
		shown := "`" + name + "`"
		for _, required := range s.Required {
			if required == name {
				shown = "**" + shown + "**"
			}
		}
		is := "`" + unescaped.Replace(string(field.Default)) + "`"
		if field.Default == nil {
			is = ""
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s |\n", shown, kind(field), is, field.Description)
	}
	for _, name := range s.PropertyOrder {
		section(b, s.Properties[name], join(path, name))
	}
}

// kind says in a few words what is written in a field.
func kind(s *jsonschema.Schema) string {
	switch {
	case len(s.Enum) > 0:
		var values []string
		for _, value := range s.Enum {
			values = append(values, fmt.Sprintf("`%v`", value))
		}
		return strings.Join(values, ", ")
	case s.Items != nil && len(s.Items.Properties) > 0:
		return "list, see below"
	case s.Items != nil && len(s.Items.Enum) > 0:
		return "list of " + kind(s.Items)
	case s.Items != nil:
		return "list of " + kind(s.Items) + "s"
	case len(s.Properties) > 0:
		return "see below"
	case s.AdditionalProperties != nil && s.AdditionalProperties.AnyOf != nil:
		return "names, with texts or see below"
	case s.AdditionalProperties != nil:
		return "names and texts"
	case len(s.Types) > 0:
		return "any names and values"
	case s.Pattern == durationForm:
		return "duration"
	case s.Pattern == sizeForm:
		return "size"
	case s.Pattern == rangeForm:
		return "range"
	}
	return map[string]string{"string": "text", "integer": "whole number", "number": "number", "boolean": "`true`, `false`"}[s.Type]
}
