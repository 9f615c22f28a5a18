package properties

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"pgregory.net/rapid"

	"drover/generator"
	"drover/generator/spec"
	"drover/test/harness"
)

// hostile are values that would be code if they were written into HCL as they are.
var hostile = []string{
	`${file("/etc/passwd")}`, `%{ if true }x%{ endif }`, `"`, `\`, `\"}`, "a\nb", "$", "$$", "$${x}", "%%{x}", "${", "}", "<<EOT\nx\nEOT", "#", "/*",
}

// Validation keeps most of these out; the renderer has to hold by itself that a value stays a value.
func TestNoValueBecomesCode(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(filepath.Join(harness.Repository(t), "examples", "aws", "minimal.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	cluster, diagnostics := spec.Parse("minimal.yaml", data)
	if diagnostics.HasErrors() {
		t.Fatal(diagnostics)
	}
	rapid.Check(t, func(t *rapid.T) {
		value := text(t, "label")
		domain := text(t, "domain")
		c := cluster
		c.Metadata.Labels = map[string]string{"note": value}
		c.Spec.Ingress.Domain = domain
		files, err := generator.Render(t.Context(), c, generator.Options{Version: "test", Roots: []generator.Root{generator.Foundation}})
		if err != nil {
			t.Fatal(err)
		}
		tags := evaluate(t, files, "tiny/foundation/providers.tf", "provider", "default_tags", "tags")
		if got := tags["note"]; got != value {
			t.Errorf("the label %q became %q", value, got)
		}
		if got := evaluate(t, files, "tiny/foundation/main.tf", "module", "", "domain")[""]; got != domain {
			t.Errorf("the domain %q became %q", domain, got)
		}
	})
}

func text(t *rapid.T, label string) string {
	parts := rapid.SliceOfN(rapid.OneOf(rapid.SampledFrom(hostile), rapid.StringMatching(`[ -~]{0,6}`)), 1, 4).Draw(t, label)
	return strings.Join(parts, "")
}

// evaluate reads an attribute without any variable or function to call: code would be an error here. A string comes
// back as the value of "".
func evaluate(t *rapid.T, files generator.Files, name, block, inner, attribute string) map[string]string {
	file, diagnostics := hclsyntax.ParseConfig(files[name], name, hcl.InitialPos)
	if diagnostics.HasErrors() {
		t.Fatalf("%v in\n%s", diagnostics, files[name])
	}
	body := find(t, file.Body.(*hclsyntax.Body), block)
	if inner != "" {
		body = find(t, body, inner)
	}
	value, diagnostics := body.Attributes[attribute].Expr.Value(nil)
	if diagnostics.HasErrors() {
		t.Fatalf("%v in\n%s", diagnostics, files[name])
	}
	if !value.CanIterateElements() {
		return map[string]string{"": value.AsString()}
	}
	values := map[string]string{}
	for key, element := range value.AsValueMap() {
		values[key] = element.AsString()
	}
	return values
}

func find(t *rapid.T, body *hclsyntax.Body, kind string) *hclsyntax.Body {
	for _, b := range body.Blocks {
		if b.Type == kind {
			return b.Body
		}
	}
	t.Fatalf("there is no block %q", kind)
	return nil
}
