package modules

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"drover/test/harness"
)

// The provider reaches no account: what is refused is refused before it is asked.
const unknownWeights = `
provider "aws" {
  region                      = "eu-west-1"
  access_key                  = "none"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

resource "terraform_data" "weight" {
  input = 0
}

module "traffic" {
  source = "./traffic"

  domain  = "shop.example.com"
  zone_id = "Z1"
  colors = {
    blue  = { dns_name = "blue.elb.example.com", zone_id = "Z2", weight = terraform_data.weight.output }
    green = { dns_name = "green.elb.example.com", zone_id = "Z2", weight = terraform_data.weight.output }
  }
  health_check = { enabled = false }
}
`

// A plan cannot refuse weights that it does not know; the apply does, before it writes a record.
func TestWeightsKnownOnlyWhileTheyAreAppliedAreNeverAllZero(t *testing.T) {
	t.Parallel()
	plain := harness.Terraform(t)
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "traffic"), os.DirFS(filepath.Join(harness.Repository(t), "modules", "aws", "traffic"))); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "main.tf"), []byte(unknownWeights), 0o600); err != nil {
		t.Fatal(err)
	}
	plain.Init(t, dir)
	plain.Run(t, dir, "plan", "-input=false", "-no-color", "-out=weights.tfplan")

	r := plain.Try(t, dir, "apply", "-input=false", "-no-color", "weights.tfplan")
	if said := strings.Join(strings.Fields(r.Stderr), " "); r.Code == 0 || !strings.Contains(said, "at least one weight must be above 0") {
		t.Errorf("exit %d, and it says\n%s%s", r.Code, r.Stdout, r.Stderr)
	}
	if strings.Contains(r.Stdout, "aws_route53_record") {
		t.Errorf("a record was begun:\n%s", r.Stdout)
	}
	if held := plain.Run(t, dir, "state", "list").Stdout; strings.TrimSpace(held) != "terraform_data.weight" {
		t.Errorf("after the refusal the state holds\n%s", held)
	}
}
