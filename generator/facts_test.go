package generator_test

import (
	"strings"
	"testing"

	"drover/generator/spec"
)

// With manifests alone, too, and in the same place.
func TestAColorKnowsWhatItIsWithoutGitOps(t *testing.T) {
	t.Parallel()
	c := load(t, "shop-prod")
	c.Spec.GitOps = nil
	c.Spec.Bootstrap = &spec.Bootstrap{Files: []spec.Manifest{{File: "own.yaml", Text: "apiVersion: v1\nkind: Namespace\nmetadata: {name: own}\n"}}}
	files, objects := starting(t, c)
	if len(files) != 2 || files[0] != "bootstrap-000-drover.yaml" || len(objects) != 3 {
		t.Errorf("%d objects are in %v", len(objects), files)
	}
	facts := objects["ConfigMap drover/drover"]
	if at(t, facts, "data", "color") != "green" || at(t, facts, "data", "cluster") != "shop-prod" {
		t.Errorf("it knows %v", facts.Body)
	}
	c.Spec.Bootstrap = nil
	if files, _ := starting(t, c); len(files) != 0 {
		t.Errorf("a color to which drover applies nothing is told %v", files)
	}
}

// The names are those that the foundation's module gives: the hash is sha1("eu-west-1/shop-prod") as Terraform has it.
func TestAColorKnowsTheRolesOfItsIdentities(t *testing.T) {
	t.Parallel()
	c := load(t, "shop-prod")
	roles := func() string {
		_, objects := starting(t, c)
		return at(t, objects["ConfigMap drover/drover"], "data", "identity-roles")
	}
	got := strings.Fields(roles())
	if len(got) < 2 {
		t.Fatalf("got %v", got)
	}
	for _, pair := range got {
		workload, role, _ := strings.Cut(pair, "=")
		name, known := strings.CutPrefix(role, "arn:aws:iam::123456789012:role/shop-prod-d737c9-")
		if !known || name == "" || strings.Count(workload, "/") != 1 {
			t.Errorf("got %s", pair)
		}
	}
	c.Spec.Account = ""
	if got := roles(); got != "" {
		t.Errorf("without an account: %s", got)
	}
}
