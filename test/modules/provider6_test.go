package modules

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"drover/test/harness"
)

// names are those that a resource, a data source or a block has.
type names struct {
	Arguments  []string
	Attributes []string // of a resource or a data source: what can be read of it
	Blocks     map[string]names
}

// known are the names of version 6 of the AWS provider; tools/aws-provider/names.py makes the file.
type known struct {
	Provider       string
	Resource, Data map[string]names
}

// meta are Terraform's own, which every type has.
var meta = map[string]bool{"count": true, "for_each": true, "provider": true, "depends_on": true, "lifecycle": true}

// Version 6 of the provider cannot be run here. What it removed shows in the names that it has: the modules use none that
// are missing, neither as arguments nor where they read an attribute.
func TestTheModulesUseNothingThatVersion6OfTheProviderRemoved(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("testdata", "aws-6.json"))
	if err != nil {
		t.Fatal(err)
	}
	var six known
	if err := json.Unmarshal(text, &six); err != nil || !strings.HasPrefix(six.Provider, "6.") {
		t.Fatalf("reading the names of the provider %q: %v", six.Provider, err)
	}
	files, err := filepath.Glob(filepath.Join(harness.Repository(t), "modules", "aws", "*", "*.tf"))
	if err != nil || len(files) == 0 {
		t.Fatalf("there are no modules (%v)", err)
	}
	blocks, reads := 0, 0
	for _, file := range files {
		body := parse(t, file)
		for _, block := range body.Blocks {
			if block.Type != "resource" && block.Type != "data" || !strings.HasPrefix(block.Labels[0], "aws_") {
				continue
			}
			blocks++
			of, there := map[string]map[string]names{"resource": six.Resource, "data": six.Data}[block.Type][block.Labels[0]]
			if !there {
				t.Errorf("%s: nothing is known of the %s %s; make testdata/aws-6.json anew", file, block.Type, block.Labels[0])
				continue
			}
			for _, wrong := range unknownIn(block.Body, of, "") {
				t.Errorf("%s: %s.%s has %s, which version %s of the provider lacks", filepath.Base(file), block.Labels[0], block.Labels[1], wrong, six.Provider)
			}
		}
		_ = hclsyntax.VisitAll(body, func(node hclsyntax.Node) hcl.Diagnostics {
			traversal := reference(node)
			if len(traversal) == 0 {
				return nil
			}
			if of, attribute := six.read(traversal); attribute != "" {
				reads++
				if !slices.Contains(of.Attributes, attribute) && !slices.Contains(of.Arguments, attribute) {
					t.Errorf("%s: %s of %s is read, which version %s of the provider lacks", file, attribute, traversal.RootName(), six.Provider)
				}
			}
			return nil
		})
	}
	if blocks < 150 || reads < 150 {
		t.Errorf("only %d blocks and %d references were compared", blocks, reads)
	}
}

// reference is what an expression refers to, also of each of several: a[*].b is a.b.
func reference(node hclsyntax.Node) hcl.Traversal {
	switch of := node.(type) {
	case *hclsyntax.ScopeTraversalExpr:
		return of.Traversal
	case *hclsyntax.SplatExpr:
		source, named := of.Source.(*hclsyntax.ScopeTraversalExpr)
		each, relative := of.Each.(*hclsyntax.RelativeTraversalExpr)
		if named && relative {
			return slices.Concat(source.Traversal, each.Traversal)
		}
	}
	return nil
}

func parse(t *testing.T, file string) *hclsyntax.Body {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	parsed, diagnostics := hclsyntax.ParseConfig(content, file, hcl.InitialPos)
	if diagnostics.HasErrors() {
		t.Fatal(diagnostics)
	}
	return parsed.Body.(*hclsyntax.Body)
}

// unknownIn are the arguments and blocks of a body that the names do not have, as paths.
func unknownIn(body *hclsyntax.Body, of names, path string) []string {
	var unknown []string
	for name := range body.Attributes {
		_, objects := of.Blocks[name] // a list of objects, such as the rules of a security group, may be set like an argument
		if !objects && !slices.Contains(of.Arguments, name) && (path != "" || !meta[name]) {
			unknown = append(unknown, path+name)
		}
	}
	for _, block := range body.Blocks {
		name, inner := block.Type, block.Body
		switch {
		case path == "" && meta[name]:
			continue
		case name == "dynamic":
			name, inner = block.Labels[0], block.Body.Blocks[0].Body // its content
		}
		if nested, there := of.Blocks[name]; there {
			unknown = append(unknown, unknownIn(inner, nested, path+name+".")...)
		} else {
			unknown = append(unknown, path+name)
		}
	}
	return unknown
}

// read finds which attribute of a resource or a data source a reference is to; "" if it is to none.
func (k known) read(traversal hcl.Traversal) (of names, attribute string) {
	types := k.Resource
	steps := traversal
	if traversal.RootName() == "data" {
		types, steps = k.Data, traversal[1:]
	}
	kind := traversal.RootName()
	if a, is := steps[0].(hcl.TraverseAttr); is {
		kind = a.Name
	}
	of, there := types[kind]
	if !there || len(steps) < 3 {
		return names{}, ""
	}
	for _, step := range steps[2:] { // past the type and the name
		if a, is := step.(hcl.TraverseAttr); is {
			return of, a.Name
		}
	}
	return of, ""
}
