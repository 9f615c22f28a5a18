package policies

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"drover/test/harness"
	"drover/test/mocked"
)

func TestMain(m *testing.M) { os.Exit(harness.Main(m)) }

// Every document of the least and of the fullest spec there is, with Karpenter and with the Cluster Autoscaler, evaluated
// by Terraform. Each of them is also spoiled, so that it is known to have been looked at.
func TestNoRenderedPolicyGivesTooMuch(t *testing.T) {
	t.Parallel()
	attached, used := map[string]bool{}, map[string]bool{}
	for spec, want := range map[string]map[Kind]int{
		"examples/aws/minimal.yaml":                   {Trust: 4, Identity: 2, Key: 1},
		"examples/aws/tuned.yaml":                     {Trust: 6, Identity: 3, Key: 1},
		"examples/aws/production.yaml":                {Trust: 8, Identity: 7, Key: 1, Resource: 1},
		"generator/spec/testdata/good/shop-prod.yaml": {Trust: 8, Identity: 7, Key: 1, Resource: 1},
	} {
		counts := map[Kind]int{}
		for _, root := range mocked.Apply(t, filepath.Join(harness.Repository(t), spec)) {
			for _, name := range Attached(root) {
				attached[name] = true
			}
			for _, document := range Of(root) {
				counts[document.Kind]++
				check(t, document)
				spoil(t, document)
				for _, action := range allowedOnEverything(t, document) {
					used[action] = true
				}
			}
		}
		for kind, least := range want {
			if counts[kind] < least {
				t.Errorf("%s renders to %d documents of the kind %s, and had %d", spec, counts[kind], kind, least)
			}
		}
	}
	checkTables(t, attached, used)
}

func check(t *testing.T, d Document) {
	t.Helper()
	findings, err := Walk(mocked.Account, d)
	if err != nil {
		t.Error(err)
	}
	for _, finding := range findings {
		t.Error(finding)
	}
}

// spoil puts a statement that gives everything to everyone into a document, which has to be found.
func spoil(t *testing.T, d Document) {
	t.Helper()
	const wide = `"Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Principal":"*"},`
	spoiled := d
	spoiled.JSON = strings.Replace(d.JSON, `"Statement":[`, wide, 1)
	if findings, err := Walk(mocked.Account, spoiled); err != nil || len(findings) == 0 {
		t.Errorf("%s: a statement that gives everything is not found (%v)", d.Where, err)
	}
}

// allowedOnEverything are the actions of a document that are allowed on a wide resource.
func allowedOnEverything(t *testing.T, d Document) (actions []string) {
	t.Helper()
	statements, err := parse(d.JSON)
	if err != nil {
		t.Error(err)
	}
	for _, s := range statements {
		if d.Kind != Key && slices.ContainsFunc(s.Resources, wide) {
			actions = append(actions, s.Actions...)
		}
	}
	return actions
}

func checkTables(t *testing.T, attached, used map[string]bool) {
	t.Helper()
	for _, p := range ManagedPolicies {
		if !attached[p.Name] {
			t.Errorf("no root attaches %s: take it out of the table", p.Name)
		}
		if p.Reason == "" {
			t.Errorf("%s has no reason", p.Name)
		}
		delete(attached, p.Name)
	}
	for name := range attached {
		t.Errorf("a root attaches AWS's policy %s, which is not in the table", name)
	}
	for _, a := range WithoutResources {
		if !used[a.Action] {
			t.Errorf("nothing is allowed %s on every resource: take it out of the table", a.Action)
		}
		if a.Reason == "" {
			t.Errorf("%s has no reason", a.Action)
		}
	}
}
