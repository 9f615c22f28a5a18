package terratest

import (
	"maps"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gruntwork-io/terratest/modules/logger"
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
	calls   string // the file that the account's API calls are in
}

// prepare renders an example and starts its account.
func prepare(t *testing.T, file string) *example {
	t.Helper()
	e := start(t, file)
	e.render(t, file)
	return e
}

// start starts the account of a spec, with what the spec expects to find there.
func start(t *testing.T, file string) *example {
	t.Helper()
	e := &example{plain: harness.Terraform(t)}
	e.env = e.plain.Variables()
	e.calls = filepath.Join(t.TempDir(), "calls")
	cloud := harness.Cloud(t, file, "--calls", e.calls)
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

func (e *example) render(t *testing.T, file string) {
	t.Helper()
	out := filepath.Join(t.TempDir(), "infra")
	if r := harness.Drover(t, t.TempDir(), "generate", "-f", file, "-o", out); r.Code != 0 {
		t.Fatalf("generating the roots: exit %d\n%s", r.Code, r.Stderr)
	}
	cluster, said := spec.Load(file)
	if said.HasErrors() {
		t.Fatal(said)
	}
	e.spec = cluster
	e.name = e.spec.Metadata.Name
	e.dir = filepath.Join(out, e.name)
}

// root is one of the four roots, as Terratest wants it.
func (e *example) root(name string) *terraform.Options {
	options := &terraform.Options{
		TerraformBinary: e.plain.Path,
		TerraformDir:    filepath.Join(e.dir, name),
		EnvVars:         maps.Clone(e.env),
		NoColor:         true,
		Logger:          logger.TestingT, // what Terraform says is of interest where a test fails
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

// state is what Terraform keeps of a root.
func (e *example) state(t *testing.T, options *terraform.Options) string {
	t.Helper()
	plain := harness.Plain{Path: e.plain.Path}
	for name, value := range e.env {
		plain.Env = append(plain.Env, name+"="+value)
	}
	return plain.Run(t, options.TerraformDir, "state", "pull").Stdout
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
