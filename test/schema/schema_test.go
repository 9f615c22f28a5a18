// Package schema holds the JSON Schema that drover prints against the specs of this repository, with a validator that
// is not drover's own. It must never know what a spec means: that is what drover validate is for.
package schema

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"drover/generator/spec"
	"drover/test/harness"
)

func TestMain(m *testing.M) { os.Exit(harness.Main(m)) }

// printed is the schema that the program prints, compiled as what it says it is.
func printed(t *testing.T) *jsonschema.Schema {
	t.Helper()
	answer := harness.Drover(t, t.TempDir(), "schema")
	if answer.Code != 0 || answer.Stderr != "" {
		t.Fatalf("drover schema exits %d: %s", answer.Code, answer.Stderr)
	}
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(answer.Stdout))
	if err != nil {
		t.Fatal(err)
	}
	if dialect := document.(map[string]any)["$schema"]; dialect != "https://json-schema.org/draft/2020-12/schema" {
		t.Fatalf("the schema is written in %v", dialect)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("drover.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("drover.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// document is YAML as JSON has it.
func document(t *testing.T, text string) any {
	t.Helper()
	var value any
	if err := yaml.Unmarshal([]byte(text), &value); err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	out, err := jsonschema.UnmarshalJSON(strings.NewReader(string(data)))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestEveryGoodSpecIsRightByTheSchema(t *testing.T) {
	t.Parallel()
	schema := printed(t)
	good, err := filepath.Glob(filepath.Join(harness.Repository(t), "generator", "spec", "testdata", "good", "*.yaml"))
	if err != nil || len(good) < 4 {
		t.Fatalf("found %d good specs (%v)", len(good), err)
	}
	for _, path := range append(good, harness.Examples(t)...) {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(document(t, string(data))); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestMistakesThatAnEditorCanSeeAreWrongByTheSchema(t *testing.T) {
	t.Parallel()
	schema := printed(t)
	const least = "apiVersion: drover/v1\nkind: Cluster\nmetadata: {name: tiny}\nspec:\n  platform: aws\n  region: eu-west-1\n" +
		"  network: {cidr: 10.40.0.0/16}\n  ingress: {domain: tiny.example.com}\n  access: {admins: [\"arn:aws:iam::123456789012:role/platform-admin\"]}\n"
	if err := schema.Validate(document(t, least)); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"a misspelled field":      strings.Replace(least, "region:", "regoin:", 1),
		"a field too many":        least + "  tier: gold\n",
		"a missing field":         strings.Replace(least, "  region: eu-west-1\n", "", 1),
		"an unknown platform":     strings.Replace(least, "aws", "hetzner", 1),
		"another kind":            strings.Replace(least, "kind: Cluster", "kind: ClusterConfig", 1),
		"a number for a text":     least + "  kubernetes: {version: 1.30}\n",
		"a text for a number":     strings.Replace(least, "/16}", "/16, zones: three}", 1),
		"a network without bits":  strings.Replace(least, "10.40.0.0/16", "10.40.0.0", 1),
		"a duration in words":     least + "  rotation: {soak: an hour}\n",
		"an empty duration":       least + "  rotation: {soak: \"\"}\n",
		"a size in GB":            least + "  nodePools: [{name: general, min: 3, disk: 80GB}]\n",
		"an unknown approval":     least + "  rotation: {approvals: [everything]}\n",
		"two checks in one":       least + "  rotation: {verify: [{http: {path: /}, command: {run: [a]}}]}\n",
		"an unknown warning":      least + "  accept: [{warning: all, reason: none}]\n",
		"a capital in the name":   strings.Replace(least, "tiny}", "Tiny}", 1),
		"a name that is too long": strings.Replace(least, "tiny}", strings.Repeat("tiny", 16)+"}", 1),
		"an empty text":           strings.Replace(least, "eu-west-1", `""`, 1),
		"a region of no cloud":    strings.Replace(least, "eu-west-1", "Ireland", 1),
		"an account in words":     least + "  account: The Shop\n",
		"an address for a name":   strings.Replace(least, "/16}", "/16, egress: {mode: restricted, allow: [\"https://ghcr.io/\"]}}", 1),
		"a name of a network":     strings.Replace(least, "/16}", "/16, adopt: {network: shop}}", 1),
		"a session for a role":    strings.Replace(least, "iam::123456789012:role/platform-admin", "sts::123456789012:assumed-role/admin/me", 1),
		"a machine of no cloud":   least + "  nodePools: [{name: general, min: 3, machines: [\"large one\"]}]\n",
		"no pool at all":          least + "  nodePools: []\n",
		"a pool without nodes":    least + "  nodePools: [{name: general, min: 0, max: 0}]\n",
		"a zone before the first": least + "  nodePools: [{name: general, min: 3, zones: [0]}]\n",
		"a zone twice":            least + "  nodePools: [{name: general, min: 3, zones: [1, 1]}]\n",
		"no check at all":         least + "  rotation: {verify: []}\n",
		"a path without a slash":  least + "  rotation: {verify: [{http: {path: healthz}}]}\n",
		"a port that is closed":   least + "  rotation: {traffic: {health: {port: 8443}}}\n",
		"a secret for its name":   least + "  services: {alerts: {webhook: {url: {env: \"https://example.com/x\"}}}}\n",
	} {
		if err := schema.Validate(document(t, text)); err == nil {
			t.Errorf("the schema takes %s:\n%s", name, text)
		}
	}
}

// edges are values that are right in some fields and wrong in others.
var edges = []any{0, 1, 7, "", "x", "0s", "1d12h", "80Gi", "10.41.0.0/16", "/x", "*", []any{}, true}

// An editor that marks what is right makes people turn it off: whatever value of a good spec is another, the schema
// refuses it only if drover does.
func TestTheSchemaRefusesNothingThatDroverTakes(t *testing.T) {
	t.Parallel()
	schema := printed(t)
	good, err := filepath.Glob(filepath.Join(harness.Repository(t), "generator", "spec", "testdata", "good", "*.yaml"))
	if err != nil || len(good) < 4 {
		t.Fatalf("found %d good specs (%v)", len(good), err)
	}
	for _, path := range good {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".yaml"), func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			root := document(t, string(data))
			eachValue(root, "", func(any) {}, func(at string, was any, set func(any)) {
				for _, value := range edges {
					set(value)
					changed, err := json.Marshal(root)
					if err != nil {
						t.Fatal(err)
					}
					wrong := schema.Validate(document(t, string(changed)))
					if _, said := spec.Parse("cluster.yaml", changed); wrong != nil && !said.HasErrors() {
						t.Errorf("%s may be %v, and the schema says %v", at, value, wrong)
					}
				}
				set(was)
			})
		})
	}
}

// eachValue calls f for every value of a document below its top, with how to set it.
func eachValue(v any, at string, set func(any), f func(at string, was any, set func(any))) {
	if at != "" {
		f(at, v, set)
	}
	switch v := v.(type) {
	case map[string]any:
		for name, field := range v {
			eachValue(field, at+"."+name, func(value any) { v[name] = value }, f)
		}
	case []any:
		for i, item := range v {
			eachValue(item, at+"[]", func(value any) { v[i] = value }, f)
		}
	}
}
