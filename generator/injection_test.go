package generator_test

import (
	"maps"
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

// everywhere puts a text into every free string that reaches HCL.
func everywhere(c *spec.Cluster, text string) {
	c.Metadata.Labels = map[string]string{text: text, "plain": text}
	s := &c.Spec
	s.Region, s.Account = text, text
	s.Kubernetes.Version, s.Kubernetes.Logs = text, []string{text}
	s.State = spec.State{Backend: "s3", Bucket: text, Region: text}
	s.Network.NAT, s.Network.Endpoints = text, []string{text, text}
	s.Access = spec.Access{API: text, Allow: []string{text}, Admins: []string{text}, Viewers: []string{text}, PermissionsBoundary: text,
		VPN: &spec.VPN{Clients: text, ServerCertificate: text, ClientRootCertificate: text}}
	s.Network.Egress = spec.Egress{Mode: "restricted", Allow: []string{"x" + text}} // *.x becomes .x
	s.Ingress.Domain, s.Ingress.Zone, s.Ingress.Visibility, s.Ingress.Allow = text, text, text, []string{text}
	s.Terraform.Version = text
	s.NodePools = []spec.NodePool{{
		Name: text, Machines: []string{text}, Capacity: text, Labels: map[string]string{text: text},
		Taints: []spec.Taint{{Key: text, Value: text, Effect: text}},
	}}
	s.Services = spec.Services{
		Registry:   &spec.Registry{Repositories: []string{text}, PullThrough: []string{text}},
		Secrets:    &spec.Secrets{Prefix: text},
		Alerts:     &spec.Alerts{Slack: &spec.Slack{Webhook: spec.SecretRef{Env: text}}},
		Databases:  []spec.Database{{Name: text, Engine: text, Version: text, Class: text}},
		Identities: []spec.Identity{{Name: text, Namespace: text, ServiceAccount: text, Secrets: []string{text}, Databases: []string{text}, Buckets: []string{text}}},
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
	hostileSpec, plainSpec := load(t, "minimal"), load(t, "minimal")
	everywhere(&hostileSpec, text)
	everywhere(&plainSpec, harmless)
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
