package modules

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"drover/test/harness"
)

// everywhere are the arguments that every resource sets whose type has them: what belongs to whom, and how far a role
// may reach.
var everywhere = []string{"tags", "permissions_boundary"}

func TestWhatCanBeTaggedOrBoundedIs(t *testing.T) {
	t.Parallel()
	plain := harness.Terraform(t)
	source := filepath.Join(harness.Repository(t), "modules")
	dir := filepath.Join(t.TempDir(), "cluster")
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(source, "aws", "cluster"))); err != nil {
		t.Fatal(err)
	}
	plain.Init(t, dir)
	has := argumentsOf(t, plain.Run(t, dir, "providers", "schema", "-json").Stdout)
	if has["aws_eks_cluster"]["deletion_protection"] {
		t.Error("the provider has an argument for EKS' deletion protection now: set it, and mend what the docs say of it")
	}
	files, err := filepath.Glob(filepath.Join(source, "*", "*", "*.tf"))
	if err != nil || len(files) == 0 {
		t.Fatalf("there are no modules (%v)", err)
	}
	asked := 0
	for _, file := range files {
		for _, block := range resources(t, file) {
			for _, argument := range everywhere {
				if !has[block.Labels[0]][argument] {
					continue
				}
				asked++
				if _, set := block.Body.Attributes[argument]; !set {
					t.Errorf("%s: %s.%s sets no %s", file, block.Labels[0], block.Labels[1], argument)
				}
			}
		}
	}
	if asked < 50 {
		t.Errorf("only %d resources were asked", asked)
	}
}

// argumentsOf gives the arguments of every resource type of the AWS provider.
func argumentsOf(t *testing.T, text string) map[string]map[string]bool {
	t.Helper()
	var schema struct {
		Providers map[string]struct {
			Resources map[string]struct {
				Block struct {
					Attributes map[string]json.RawMessage `json:"attributes"`
				} `json:"block"`
			} `json:"resource_schemas"`
		} `json:"provider_schemas"`
	}
	if err := json.Unmarshal([]byte(text), &schema); err != nil {
		t.Fatalf("reading the provider's schema: %v", err)
	}
	types := map[string]map[string]bool{}
	for _, provider := range schema.Providers {
		for name, resource := range provider.Resources {
			types[name] = map[string]bool{}
			for argument := range resource.Block.Attributes {
				types[name][argument] = true
			}
		}
	}
	return types
}

func resources(t *testing.T, file string) []*hclsyntax.Block {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	parsed, diagnostics := hclsyntax.ParseConfig(content, file, hcl.InitialPos)
	if diagnostics.HasErrors() {
		t.Fatal(diagnostics)
	}
	var found []*hclsyntax.Block
	for _, block := range parsed.Body.(*hclsyntax.Body).Blocks {
		if block.Type == "resource" {
			found = append(found, block)
		}
	}
	return found
}
