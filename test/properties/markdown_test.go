package properties

import (
	"bytes"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/util"

	"drover/generator"
	"drover/generator/spec"
	"drover/generator/untrusted"
	"drover/test/harness"
)

// markup are texts that Markdown or HTML would read as more than text.
var markup = []string{
	"`", "``", "`a`", "a|b", `\|`, `\\|`, "\\`", "*a*", "_a_", "~~a~~", "[a](b)", "![a](b)", "<b>", "<!--", "-->", "</code>", "&lt;", "&#96;", "# a", "- a",
	"1. a", "> a", "a\n\nb", "a\n# b", "---", "| a |", "https://example.com", "www.example.com", "a@example.com", "\u2028", "\x00", "\xff", "ünïcode ⎈", ":", "$a$",
}

func TestNoTextBecomesMarkdown(t *testing.T) {
	t.Parallel()
	check := markdownCheck(t)
	for _, s := range markup {
		t.Run(s, func(t *testing.T) {
			t.Parallel()
			check(t, s)
		})
	}
}

func FuzzNoTextBecomesMarkdown(f *testing.F) {
	for _, s := range markup {
		f.Add(s)
	}
	f.Fuzz(markdownCheck(f))
}

// markdownCheck holds the READMEs of specs full of a text against those of the same specs full of a harmless word: both
// have to be the same Markdown, but for the text.
func markdownCheck(t testing.TB) func(*testing.T, string) {
	const harmless = "harmless"
	var specs []spec.Cluster
	for _, name := range []string{"connected", "adopted"} {
		data, err := os.ReadFile(filepath.Join(harness.Repository(t), "generator", "spec", "testdata", "good", name+".yaml"))
		if err != nil {
			t.Fatal(err)
		}
		c, diagnostics := spec.Parse(name, data)
		if diagnostics.HasErrors() {
			t.Fatal(diagnostics)
		}
		specs = append(specs, c)
	}
	return func(t *testing.T, s string) {
		s = strings.TrimSpace(s) // a space behind "blue." would be one more to expect
		line := strings.Join(strings.Fields(untrusted.Printable(s)), " ")
		if line == "" || strings.Contains(line, harmless) {
			return // an empty one is shown as (none)
		}
		shown := string(util.EscapeHTML([]byte(line)))
		for i := range specs {
			got, want := readmes(t, specs[i], s), strings.ReplaceAll(readmes(t, specs[i], harmless), harmless, shown)
			if got != want {
				at := 0
				for at < min(len(got), len(want)) && got[at] == want[at] {
					at++
				}
				t.Fatalf("with %q the READMEs read %.300q, want %.300q", s, got[max(0, at-50):], want[max(0, at-50):])
			}
		}
	}
}

// readmes are the READMEs of a spec with a text in every free place, as the reader of GitHub's Markdown shows them.
func readmes(t *testing.T, c spec.Cluster, s string) string {
	c.Metadata.Name, c.Spec.Region, c.Spec.Ingress.Domain = s, s, s
	c.Spec.Kubernetes.Version, c.Spec.Access.API, c.Spec.Network.NAT = s, s, s
	c.Spec.NodePools = []spec.NodePool{{Name: s, Machines: []string{s, s}, Capacity: s}}
	c.Spec.Network.Peerings = slices.Clone(c.Spec.Network.Peerings)
	for i := range c.Spec.Network.Peerings {
		c.Spec.Network.Peerings[i].Name, c.Spec.Network.Peerings[i].Network = s, s
	}
	if g := c.Spec.Network.TransitGateway; g != nil {
		c.Spec.Network.TransitGateway = &spec.TransitGateway{ID: s, CIDRs: g.CIDRs}
	}
	c.Spec.Ingress.Management = &spec.Management{Domain: s, Visibility: s, Allow: []string{s, s}}
	if a := c.Spec.Network.Adopt; a != nil {
		ids := []string{s, s, s}
		c.Spec.Network.Adopt = &spec.Adopt{Network: s, Subnets: &spec.AdoptSubnets{Public: ids, Data: ids, Blue: ids, Green: ids}}
	}
	files, err := generator.Render(t.Context(), c, generator.Options{Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	reader := goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithRendererOptions(html.WithUnsafe()))
	var pages bytes.Buffer
	for _, root := range generator.Roots() {
		name := path.Join(s, string(root), "README.md")
		_, source, there := bytes.Cut(files[name], []byte("-->\n")) // the header has the sum of what follows
		if !there {
			t.Fatalf("no %s is rendered", name)
		}
		if err := reader.Convert(source, &pages); err != nil {
			t.Fatal(err)
		}
	}
	return pages.String()
}
