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

Every field of a spec file. This page is made from the same descriptions and tables as the schema and the validation;
a test keeps it so (` + "`go test ./generator/spec -update`" + ` writes it anew). What a field is when it is left out stands under
*default*. A field in bold may not be left out, if the part that it is in is there.

An editor that speaks the YAML language server shows all this, and marks mistakes, with a schema file and one line at
the top of the spec:

` + "```console\ndrover schema > drover.schema.json\n```\n\n```yaml\n# yaml-language-server: $schema=drover.schema.json\napiVersion: drover/v1\n```" + `

Durations are written 90s, 5m, 36h or 14d; sizes 512Mi, 80Gi or 2Ti; ranges of addresses 10.40.0.0/16.
A file has at most 1 MiB, 20,000 lines and signs of YAML, and 64 levels; a list 1,000 items, a text 16 KiB.
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
	fmt.Fprintf(b, "\n## %s\n\n| field | is | default | |\n| --- | --- | --- | --- |\n", title)
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
