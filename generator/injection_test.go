package generator_test

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"drover/generator"
	"drover/generator/spec"
)

// hostile are texts that would do something if they became code.
var hostile = []string{
	`${file("/etc/passwd")}`, `%{ for x in [1] }x%{ endfor }`, `$${a}`, `%%{a}`, `"`, `\`, `\"`, "line\nbreak", "cr\rlf\r\n", "\ttab",
	`" }` + "\n" + `resource "null_resource" "x" {`, "<<EOT\nx\nEOT", "*/", "# comment", "// comment", " ", "for", "null", "true",
	"each.key", "ünïcode ⎈", "\u2028", "`whoami`", "$(id)", "-->", "<script>", "| a | b |", "{{ .Name }}",
}

// harmless is a word that needs no quoting of any kind.
const harmless = "harmless"

// everywhere puts a text into every string of a spec, also into those that are not there yet as this is written. What
// decides on what is rendered, and what has to be an address, is then put back.
func everywhere(c *spec.Cluster, text string, adopts bool) {
	name, network := c.Metadata.Name, c.Spec.Network
	filled(reflect.ValueOf(c).Elem(), text)
	c.APIVersion, c.Kind = spec.APIVersion, spec.Kind
	c.Metadata.Name = name // is in the paths
	c.Metadata.Labels = map[string]string{text: text, "plain": text}
	s := &c.Spec
	s.Platform, s.State.Backend, s.Kubernetes.Autoscaler = spec.AWS, "s3", "karpenter"
	s.Network.CIDR, s.Network.Services, s.Network.Zones, s.Network.Pods = network.CIDR, network.Services, network.Zones, "100.64.0.0/16"
	s.Network.Egress = spec.Egress{Mode: "restricted", Allow: []string{"x" + text}} // *.x becomes .x
	s.Rotation.Traffic.Health.Protocol = "http"                                     // is written in capitals
	if !adopts {
		s.Network.Adopt.Subnets = nil
	}
}

// filled sets every string below v, with one item in every list and map.
func filled(v reflect.Value, text string) {
	if v.Type() == reflect.TypeFor[spec.Values]() {
		data, err := json.Marshal(map[string]any{text: []any{text, map[string]any{text: text}}})
		if err != nil {
			panic(err)
		}
		v.SetString(string(data))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Struct:
		for i := range v.NumField() {
			filled(v.Field(i), text)
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		filled(v.Elem(), text)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		filled(v.Index(0), text)
	case reflect.Map:
		item := reflect.New(v.Type().Elem()).Elem()
		filled(item, text)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(reflect.ValueOf(text), item)
	}
}

func TestNoTextOfASpecBecomesCode(t *testing.T) {
	t.Parallel()
	for _, text := range hostile {
		checkLiteral(t, text)
	}
}

func FuzzNoTextOfASpecBecomesCode(f *testing.F) {
	for _, text := range hostile {
		f.Add(text)
	}
	f.Fuzz(checkLiteral)
}

// checkLiteral renders a spec full of text, and the same spec full of a
// harmless word. Both have to be the same Terraform, but for the text.
func checkLiteral(t *testing.T, text string) {
	text = cty.StringVal(text).AsString() // HCL has text in Unicode's normal form
	if strings.Contains(text, harmless) || strings.Contains(text, "drover") || text == "managed-by" || text == "plain" || text == "" || !utf8.ValidString(text) {
		return // empty, or the same label as another
	}
	for _, adopts := range []bool{false, true} {
		checkSpec(t, text, adopts)
	}
}

func checkSpec(t *testing.T, text string, adopts bool) {
	t.Helper()
	hostileSpec, plainSpec := load(t, "minimal"), load(t, "minimal")
	everywhere(&hostileSpec, text, adopts)
	everywhere(&plainSpec, harmless, adopts)
	got := roots(render(t, hostileSpec, generator.Options{}))
	want := roots(render(t, plainSpec, generator.Options{}))
	for name := range want {
		if !strings.HasSuffix(name, ".tf") {
			continue
		}
		wantTree := tree(t, name, want[name], func(s string) string {
			return cty.StringVal(strings.ReplaceAll(s, harmless, text)).AsString() // an accent may join the letter before it
		})
		gotTree := tree(t, name, got[name], func(s string) string { return s })
		if gotTree != wantTree {
			t.Fatalf("%s: with %q in the spec it says\n%s\nwant\n%s", name, text, gotTree, wantTree)
		}
	}
}

// outline writes out a file's blocks and arguments with the values that they
// have without any context: a literal its value, a reference its name.
type outline struct {
	strings.Builder
	literal func(string) string
}

func tree(t *testing.T, name string, content []byte, literal func(string) string) string {
	t.Helper()
	file, diags := hclsyntax.ParseConfig(content, name, hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatalf("%s does not parse: %v\n%s", name, diags, content)
	}
	o := &outline{literal: literal}
	o.body(file.Body.(*hclsyntax.Body))
	return o.String()
}

func (o *outline) body(body *hclsyntax.Body) {
	for _, name := range slices.Sorted(maps.Keys(body.Attributes)) {
		o.WriteString(name + " = " + o.value(body.Attributes[name].Expr) + "\n")
	}
	for _, inner := range body.Blocks {
		o.WriteString(inner.Type + " " + strings.Join(inner.Labels, " ") + " {\n")
		o.body(inner.Body)
		o.WriteString("}\n")
	}
}

func (o *outline) value(expr hclsyntax.Expression) string {
	switch e := expr.(type) {
	case *hclsyntax.ObjectConsExpr:
		var pairs []string
		for _, item := range e.Items {
			pairs = append(pairs, o.value(item.KeyExpr)+": "+o.value(item.ValueExpr))
		}
		slices.Sort(pairs)
		return "{" + strings.Join(pairs, ", ") + "}"
	case *hclsyntax.TupleConsExpr:
		var items []string
		for _, item := range e.Exprs {
			items = append(items, o.value(item))
		}
		return "[" + strings.Join(items, ", ") + "]"
	}
	value, diags := expr.Value(nil)
	switch {
	case diags.HasErrors():
		var names []string
		for _, v := range expr.Variables() {
			names = append(names, v.RootName())
		}
		return "reference to " + strings.Join(names, " ")
	case value.Type() == cty.String && !value.IsNull():
		return "<" + o.literal(value.AsString()) + ">"
	}
	return value.GoString()
}
