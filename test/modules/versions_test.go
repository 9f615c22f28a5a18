package modules

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"drover/generator"
	"drover/generator/spec"
	"drover/test/harness"
)

// The Terraforms of tools/, at both ends of what the modules are tested with. Every run takes the lowest; `make nightly`
// takes both.
const (
	lowest = "terraform-lowest"
	newest = "terraform-newest"
)

func TestModulesAndRootsWorkAtTheEndsOfTheirRangeOfTerraform(t *testing.T) {
	t.Parallel()
	names := []string{lowest}
	if os.Getenv("DROVER_NEWEST_TERRAFORM") != "" {
		names = append(names, newest)
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			plain := harness.Terraform(t)
			plain.Path = harness.Tool(t, name)
			t.Run("modules", func(t *testing.T) {
				t.Parallel()
				holdTheirTests(t, plain)
			})
			for _, example := range harness.Examples(t) {
				t.Run(filepath.Base(example), func(t *testing.T) {
					t.Parallel()
					validateRoots(t, plain, example, built(t, name))
				})
			}
		})
	}
}

// validateRoots has each root of an example validated by the Terraform that is meant, with the provider that the modules
// name. Its state is local: the other backends are not in these builds, and ask for versions of their own.
func validateRoots(t *testing.T, plain harness.Plain, example, version string) {
	t.Helper()
	text, err := os.ReadFile(example)
	if err != nil {
		t.Fatal(err)
	}
	c, diagnostics := spec.Parse(example, text)
	if diagnostics.HasErrors() {
		t.Fatal(diagnostics)
	}
	c.Spec.State = spec.State{Backend: "local"}
	files, err := generator.Render(t.Context(), c, generator.Options{Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	out := t.TempDir()
	if _, err := generator.Write(out, files, generator.WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	for _, root := range generator.Roots() {
		dir := filepath.Join(out, c.Metadata.Name, string(root))
		plain.Init(t, dir)
		plain.Run(t, dir, "validate", "-no-color")
		var used struct {
			Terraform string            `json:"terraform_version"`
			Providers map[string]string `json:"provider_selections"`
		}
		if err := json.Unmarshal([]byte(plain.Run(t, dir, "version", "-json").Stdout), &used); err != nil {
			t.Fatalf("reading the versions that %s used: %v", root, err)
		}
		if used.Terraform != version {
			t.Errorf("%s was validated by Terraform %s, want %s", root, used.Terraform, version)
		}
		provider := used.Providers["registry.terraform.io/hashicorp/aws"]
		if minor := provider[:strings.LastIndex(provider, ".")+1]; minor != "5.100." {
			t.Errorf("%s was validated with version %q of the provider", root, provider)
		}
	}
}

var (
	accepted = regexp.MustCompile(`(?m)^  required_version = "(.*)"$`)
	provider = regexp.MustCompile(`(?m)^      version = "(.*)"$`)
)

// What the modules and the roots accept, and what their pages say, is what the tests run.
func TestTheRangesOfVersionsAreThoseThatAreTested(t *testing.T) {
	t.Parallel()
	least := ">= " + built(t, lowest)
	if spec.TerraformVersion != least {
		t.Errorf("a spec asks for Terraform %q if it does not say, want %q", spec.TerraformVersion, least)
	}
	modules := filepath.Join(harness.Repository(t), "modules")
	descriptions, err := filepath.Glob(filepath.Join(modules, "*", "*", "versions.tf"))
	if err != nil || len(descriptions) == 0 {
		t.Fatalf("there are no modules (%v)", err)
	}
	for _, file := range descriptions {
		if got := match(t, file, accepted); got != least {
			t.Errorf("%s accepts Terraform %q, want %q", file, got, least)
		}
		if got := match(t, file, provider); got != ">= 5.100, < 7" {
			t.Errorf("%s accepts the provider %q", file, got)
		}
		says := "Terraform " + built(t, lowest) + " or newer. The tests of this module run with " + built(t, lowest) + " and " + built(t, newest) + ", and with version 5.100 of the AWS provider. Version 6 is accepted but has not been run"
		page, err := os.ReadFile(filepath.Join(filepath.Dir(file), "README.md"))
		if err != nil || !strings.Contains(string(page), says) {
			t.Errorf("the page of %s does not say %q (%v)", filepath.Dir(file), says, err)
		}
	}
}

var pinned = regexp.MustCompile(`(?m)^\tgithub.com/hashicorp/terraform v([0-9.]+) `)

// built is the version of Terraform that one of the tools is.
func built(t *testing.T, name string) string {
	t.Helper()
	return match(t, filepath.Join(harness.Repository(t), "tools", name, "go.mod"), pinned)
}

// match is the one group of the one match in a file.
func match(t *testing.T, file string, pattern *regexp.Regexp) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	found := pattern.FindAllStringSubmatch(string(text), -1)
	if len(found) != 1 {
		t.Fatalf("%s has %d of %s, want one", file, len(found), pattern)
	}
	return found[0][1]
}
