// Package terratest applies what drover generates the way a team that does not run drover would: with plain
// Terraform, driven by Terratest, against a simulated account. It must never call drover after generate.
package terratest

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/gruntwork-io/terratest/modules/terraform"

	"drover/test/harness"
)

func TestMain(m *testing.M) { os.Exit(harness.Main(m)) }

// The foundation of the least spec there is, applied by plain Terraform, is a network with every zone on its own
// way out; destroyed, it leaves nothing.
func TestFoundationIsAppliedAndDestroyedByPlainTerraform(t *testing.T) {
	t.Parallel()
	repository := harness.Repository(t)
	spec := filepath.Join(repository, "examples", "aws", "minimal.yaml")
	out := filepath.Join(t.TempDir(), "infra")
	if r := harness.Drover(t, repository, "generate", "-f", spec, "-o", out); r.Code != 0 {
		t.Fatalf("generating the roots: exit %d\n%s", r.Code, r.Stderr)
	}
	plain := harness.Terraform(t)
	variables := plain.Variables()
	cloud := harness.Cloud(t, spec)
	for _, name := range []string{
		"AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "AWS_EC2_METADATA_DISABLED",
	} {
		if cloud[name] == "" {
			t.Fatalf("the cloud exports no %s", name)
		}
		variables[name] = cloud[name]
	}
	account := account{endpoint: cloud["AWS_ENDPOINT_URL"], region: cloud["AWS_REGION"]}
	options := &terraform.Options{
		TerraformBinary: plain.Path,
		TerraformDir:    filepath.Join(out, "tiny", "foundation"),
		EnvVars:         variables,
		NoColor:         true,
	}

	if before := account.networks(t); len(before) != 0 {
		t.Fatalf("the simulated account is not empty: %v", before)
	}
	release := plain.HoldCache(t)
	terraform.Init(t, options)
	release()
	terraform.Apply(t, options)
	checkNetwork(t, account, options)

	terraform.Destroy(t, options)
	if left := account.networks(t); len(left) != 0 {
		t.Errorf("destroy left networks behind: %v", left)
	}
	if left := account.gateways(t); len(left) != 0 {
		t.Errorf("destroy left NAT gateways behind: %v", left)
	}
}
