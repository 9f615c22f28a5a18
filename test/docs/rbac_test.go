package docs

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"drover/test/harness"
)

// object is what is read of an object of RBAC.
type object struct {
	Kind  string
	Rules []struct {
		APIGroups       []string `yaml:"apiGroups"`
		Resources       []string `yaml:"resources"`
		ResourceNames   []string `yaml:"resourceNames"`
		NonResourceURLs []string `yaml:"nonResourceURLs"`
		Verbs           []string `yaml:"verbs"`
	}
	RoleRef  struct{ Kind, Name string } `yaml:"roleRef"`
	Subjects []struct{ Kind, Name string }
}

// docs/drover-rbac.yaml lets operators stop Argo CD, delete what a drain deletes and read one path, and nothing else; and it is for the
// group that the module puts them in.
func TestOperatorsMayDeleteWhatADrainDeletesAndNothingElse(t *testing.T) {
	t.Parallel()
	var role, binding object
	read(t, &role, &binding)
	var got []string
	for _, rule := range role.Rules {
		for _, group := range rule.APIGroups {
			for _, resource := range rule.Resources {
				got = append(got, strings.TrimSpace(strings.Join(rule.Verbs, ",")+" "+group+"/"+resource+" "+strings.Join(rule.ResourceNames, ",")))
			}
		}
		for _, path := range rule.NonResourceURLs {
			got = append(got, strings.Join(rule.Verbs, ",")+" "+path)
		}
	}
	slices.Sort(got)
	want := []string{
		"delete /services", "delete gateway.networking.k8s.io/gateways", "delete karpenter.sh/nodeclaims",
		"delete karpenter.sh/nodepools", "delete networking.k8s.io/ingresses", "get /metrics",
		"patch apps/deployments/scale argocd-applicationset-controller", "patch apps/statefulsets/scale argocd-application-controller",
	}
	if role.Kind != "ClusterRole" || !slices.Equal(got, want) {
		t.Errorf("the %s allows\n%v\nwant\n%v", role.Kind, got, want)
	}
	if binding.RoleRef.Name != "drover" || len(binding.Subjects) != 1 || binding.Subjects[0].Kind != "Group" || binding.Subjects[0].Name != "drover" {
		t.Errorf("it is bound by %+v", binding)
	}
	module, err := os.ReadFile(filepath.Join(harness.Repository(t), "modules", "aws", "cluster", "access.tf"))
	if err != nil || !strings.Contains(string(module), `? ["drover"] : []`) {
		t.Errorf("the module does not put operators into the group drover (%v)", err)
	}
}

// read decodes the documents of the manifest, all of which have to be asked for.
func read(t *testing.T, into ...*object) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(harness.Repository(t), "docs", "drover-rbac.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	for _, o := range into {
		if err := decoder.Decode(o); err != nil {
			t.Fatal(err)
		}
	}
	if err := decoder.Decode(&object{}); !errors.Is(err, io.EOF) {
		t.Fatalf("behind the %d objects there is more (%v)", len(into), err)
	}
}
