package terraform

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"drover/orchestrator/redact"
)

const sensitives = `
variable "from_environment" {
  type      = string
  sensitive = true
}
variable "from_file" {
  type      = map(string)
  sensitive = true
}
variable "from_json" {
  type      = list(string)
  sensitive = true
}
variable "by_default" {
  type      = string
  sensitive = true
  default   = "value-of-the-default"
}
variable "plain" { type = string }
resource "terraform_data" "a" {
  input = { secret = sensitive("marked-by-a-function"), plain = var.plain, more = [sensitive("marked-in-a-list")] }
}
output "secret" {
  value     = { deep = ["value-of-an-output"] }
  sensitive = true
}
`

// Terraform quotes what a person's own files take the mark from.
const quoting = `
resource "terraform_data" "quotes" {
  lifecycle {
    precondition {
      condition     = var.plain == "other"
      error_message = nonsensitive("refused: ${var.from_environment}, ${var.from_file.a}, ${var.from_json[0]}, ${var.by_default}, ${var.plain}.")
    }
  }
}
`

func TestWhatTerraformCallsSensitiveIsToldAsSecret(t *testing.T) {
	t.Parallel()
	ctx, dir, known := t.Context(), t.TempDir(), &redact.Redactor{}
	write := func(name, text string) { must(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600)) }
	write("terraform.tfvars", "from_file = { a = \"value-in-a-file\" }\nplain = \"plain-to-see\"\n")
	write("custom.auto.tfvars.json", `{"from_json": ["value-in-json"]}`)
	var told []string
	root, _ := open(t, terraformBinary(t), dir, sensitives, RootOptions{
		Env:    map[string]string{"TF_VAR_from_environment": "value-in-the-environment"},
		Secret: func(values ...string) { told = append(told, values...); known.Learn(values...) },
	})
	expect := func(when string, values ...string) {
		t.Helper()
		for _, value := range values {
			if !slices.Contains(told, value) {
				t.Errorf("%s, %s was not told", when, value)
			}
		}
	}
	must(t, root.Init(ctx))
	expect("before anything runs", "value-in-the-environment", "value-in-a-file", "value-in-json")
	plan, err := root.Plan(ctx, PlanOptions{})
	must(t, err)
	expect("with a plan", "marked-by-a-function", "marked-in-a-list", "value-of-an-output", "value-of-the-default")
	must(t, root.Apply(ctx, plan))
	told = nil
	_, err = root.Outputs(ctx)
	must(t, err)
	expect("with the outputs", "value-of-an-output")
	if slices.Contains(told, "plain-to-see") || known.Hide("plain-to-see") != "plain-to-see" {
		t.Error("what is plain was told as secret")
	}

	write("quotes.tf", quoting)
	_, err = root.Plan(ctx, PlanOptions{})
	if err == nil {
		t.Fatal("the plan was not refused")
	}
	said := strings.Join(strings.Fields(err.Error()), " ")
	for _, value := range []string{"value-in-the-environment", "value-in-a-file", "value-in-json", "value-of-the-default"} {
		if !strings.Contains(said, value) {
			t.Errorf("Terraform did not quote %s, so that nothing is tried:\n%s", value, said)
		}
		if hidden := known.Hide(err.Error()); strings.Contains(hidden, value) || !strings.Contains(hidden, "plain-to-see") {
			t.Errorf("with %s, hidden is\n%s", value, hidden)
		}
	}
}
