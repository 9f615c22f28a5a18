// Package mocked applies the roots of a spec with Terraform's own mocks in place of the provider, so that what no
// simulated account has (a firewall, a VPN) is evaluated too. It must never be taken for what an account would answer:
// ids and ARNs are made up, and only what the modules themselves decide is true.
package mocked

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	tfjson "github.com/hashicorp/terraform-json"

	"drover/test/harness"
)

// Account is the account that the mocked provider is signed in to.
const Account = "123456789012"

// Root is one root of a spec after its mocked apply.
type Root struct {
	Name      string // foundation, blue or traffic
	Resources []Resource
}

// Resource is a resource or a data source with the values that it was applied with.
type Resource struct {
	Address string
	Mode    tfjson.ResourceMode
	Type    string
	Values  map[string]any
}

// Apply renders a spec and applies foundation, blue and traffic, in that order. Green is rendered from the same
// module with another name. Policy documents are filled in where they are used, as JSON that the provider would
// write for them.
func Apply(t testing.TB, spec string) []Root {
	t.Helper()
	out := filepath.Join(t.TempDir(), "infra")
	if r := harness.Drover(t, t.TempDir(), "generate", "-f", spec, "-o", out); r.Code != 0 {
		t.Fatalf("generating %s: exit %d\n%s", spec, r.Code, r.Stderr)
	}
	found, err := filepath.Glob(filepath.Join(out, "*", "foundation", "main.tf"))
	if err != nil || len(found) != 1 {
		t.Fatalf("%s renders to %d foundations (%v)", spec, len(found), err)
	}
	cluster := filepath.Dir(filepath.Dir(found[0]))
	library := filepath.Join(out, "modules", "aws")
	plain := harness.Terraform(t)

	var roots []Root
	outputs := map[string]any{}
	for _, name := range []string{"foundation", "blue", "traffic"} {
		state := apply(t, plain, filepath.Join(cluster, name), testFile(t, library, name, outputs))
		if name == "foundation" {
			for output, value := range state.Outputs {
				outputs[output] = value.Value
			}
		}
		root := Root{Name: name, Resources: resources(state.RootModule)}
		if len(root.Resources) == 0 {
			t.Fatalf("the mocked %s of %s has no resources", name, spec)
		}
		if err := fillDocuments(root.Resources); err != nil {
			t.Fatalf("the mocked %s of %s: %v", name, spec, err)
		}
		roots = append(roots, root)
	}
	return roots
}

// apply runs the one test in dir, and reads the state that it ended with.
func apply(t testing.TB, plain harness.Plain, dir, test string) *tfjson.StateValues {
	t.Helper()
	if err := os.MkdirAll(filepath.Join(dir, "tests"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "tests", "mocked.tftest.hcl"), []byte(test), 0o600); err != nil {
		t.Fatal(err)
	}
	plain.Init(t, dir)
	result := plain.Run(t, dir, "test", "-json", "-verbose")
	for line := range bytes.Lines([]byte(result.Stdout)) {
		var message struct {
			Type  string          `json:"type"`
			State json.RawMessage `json:"test_state"`
		}
		if json.Unmarshal(line, &message) != nil || message.Type != "test_state" {
			continue
		}
		state := &tfjson.StateValues{}
		if err := json.Unmarshal(message.State, state); err != nil {
			t.Fatalf("reading the state of the mocked %s: %v", dir, err)
		}
		return state
	}
	t.Fatalf("terraform test in %s told no state:\n%s", dir, result.Stdout)
	return nil
}

func resources(module *tfjson.StateModule) []Resource {
	if module == nil {
		return nil
	}
	var all []Resource
	for _, r := range module.Resources {
		all = append(all, Resource{Address: r.Address, Mode: r.Mode, Type: r.Type, Values: r.AttributeValues})
	}
	for _, child := range module.ChildModules {
		all = append(all, resources(child)...)
	}
	return all
}
