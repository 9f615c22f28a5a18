package terratest

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/gruntwork-io/terratest/modules/terraform"

	"drover/generator/spec"
	"drover/test/harness"
)

// example is an example spec, rendered, with a simulated account of its own.
type example struct {
	name    string
	spec    spec.Cluster
	dir     string // of the four roots
	account account
	plain   harness.Plain
	env     map[string]string
}

// notSimulated are the parts of a spec that the simulated account has no service for. They are left out of the copy
// that is applied; what they decide is tested by the modules' own tests.
var notSimulated = []string{
	"network.egress", // AWS Network Firewall
	"access.vpn",     // Client VPN
	"services.backups",
	"services.alerts.slack", // a chat client, and the keys of the others
	"services.alerts.pagerduty",
	"services.alerts.webhook",
}

// prepare renders an example and starts its account.
func prepare(t *testing.T, file string) *example {
	t.Helper()
	file = withoutNotSimulated(t, file)
	out := filepath.Join(t.TempDir(), "infra")
	if r := harness.Drover(t, t.TempDir(), "generate", "-f", file, "-o", out); r.Code != 0 {
		t.Fatalf("generating the roots: exit %d\n%s", r.Code, r.Stderr)
	}
	e := &example{plain: harness.Terraform(t)}
	cluster, said := spec.Load(file)
	if said.HasErrors() {
		t.Fatal(said)
	}
	e.spec = cluster
	e.name = e.spec.Metadata.Name
	e.dir = filepath.Join(out, e.name)
	e.env = e.plain.Variables()
	cloud := harness.Cloud(t, file)
	for _, name := range []string{
		"AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "AWS_EC2_METADATA_DISABLED",
	} {
		if cloud[name] == "" {
			t.Fatalf("the cloud exports no %s", name)
		}
		e.env[name] = cloud[name]
	}
	e.account = account{endpoint: cloud["AWS_ENDPOINT_URL"], region: cloud["AWS_REGION"]}
	return e
}

// withoutNotSimulated is a copy of a spec without the parts that the simulated account lacks.
func withoutNotSimulated(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]any
	if err := yaml.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	for _, part := range notSimulated {
		if remove(all, strings.Split("spec."+part, ".")) {
			t.Logf("%s: %s is left out: the simulated account lacks it", filepath.Base(file), part)
		}
	}
	if data, err = yaml.Marshal(all); err != nil {
		t.Fatal(err)
	}
	copied := filepath.Join(t.TempDir(), filepath.Base(file))
	if err := os.WriteFile(copied, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return copied
}

// remove deletes a field, and says whether it was there.
func remove(from map[string]any, path []string) bool {
	if len(path) == 1 {
		_, there := from[path[0]]
		delete(from, path[0])
		return there
	}
	below, _ := from[path[0]].(map[string]any)
	return below != nil && remove(below, path[1:])
}

// root is one of the four roots, as Terratest wants it.
func (e *example) root(name string) *terraform.Options {
	options := &terraform.Options{
		TerraformBinary: e.plain.Path,
		TerraformDir:    filepath.Join(e.dir, name),
		EnvVars:         maps.Clone(e.env),
		NoColor:         true,
	}
	if e.spec.Spec.State.Backend == "s3" {
		options.BackendConfig = map[string]any{"use_path_style": true}
	}
	return options
}

// apply initializes a root and applies it.
func (e *example) apply(t *testing.T, options *terraform.Options) {
	t.Helper()
	release := e.plain.HoldCache(t)
	terraform.Init(t, options)
	release()
	terraform.Apply(t, options)
}

// colors is what the traffic root is told of the one color that there is.
func colors(t *testing.T, e *example, blue *terraform.Options, weight int) map[string]any {
	t.Helper()
	var balancer, management outlet
	terraform.OutputStruct(t, blue, "load_balancer", &balancer)
	if balancer.Name == "" || balancer.Zone == "" {
		t.Fatalf("blue's output load_balancer has no name or no zone: %+v", balancer)
	}
	color := map[string]any{"dns_name": balancer.Name, "zone_id": balancer.Zone, "weight": weight}
	if e.spec.Spec.Ingress.Management != nil {
		terraform.OutputStruct(t, blue, "management", &management)
		color["management"] = map[string]any{"domain": management.Domain, "dns_name": management.Name, "zone_id": management.Zone}
	}
	return map[string]any{"colors": map[string]any{"blue": color}}
}

// outlet is what a color's outputs say of a load balancer.
type outlet struct {
	Domain string `json:"domain"`
	Name   string `json:"dns_name"`
	Zone   string `json:"zone_id"`
}

func short(file string) string { return strings.TrimSuffix(filepath.Base(file), ".yaml") }
