package eksctl_test

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"drover/generator/eksctl"
	"drover/generator/spec"
)

// update writes testdata anew: go test ./generator/eksctl -update.
var update = flag.Bool("update", false, "write golden files anew")

func convert(t *testing.T, data []byte) (string, []eksctl.Note) {
	t.Helper()
	c, err := eksctl.Known("eks.yaml", data)
	if err != nil {
		t.Fatal(err)
	}
	c.Spec.Ingress.Domain = "shop.example.com"
	if c.Spec.Network.CIDR == "" {
		c.Spec.Network.CIDR = "10.40.0.0/16"
	}
	if len(c.Spec.Access.Admins) == 0 {
		c.Spec.Access.Admins = []string{"arn:aws:iam::123456789012:role/platform-admin"}
	}
	text, notes, err := eksctl.Convert("eks.yaml", data, "Taken over.", c)
	if err != nil {
		t.Fatal(err)
	}
	if _, diagnostics := spec.Parse("cluster.yaml", []byte(text)); len(diagnostics) > 0 {
		t.Errorf("the spec is not right:\n%s\n%s", diagnostics.Error(), text)
	}
	return text, notes
}

func shop(t *testing.T) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/shop.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// testdata/shop.yaml has most of what a ClusterConfig can say, and much that
// drover does not take; testdata/twice.yaml says things twice that a spec says
// once, and names that are none in a spec.
func TestAClusterConfigIsTakenOverAsInTestdata(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"shop", "twice"} {
		data, err := os.ReadFile(filepath.Join("testdata", name+".yaml"))
		if err != nil {
			t.Fatal(err)
		}
		text, notes := convert(t, data)
		var said strings.Builder
		for _, n := range notes {
			said.WriteString(n.String() + "\n")
		}
		asInTestdata(t, map[string]string{name + ".spec": text, name + ".notes": said.String()})
	}
}

func asInTestdata(t *testing.T, files map[string]string) {
	t.Helper()
	for name, got := range files {
		golden := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s is\n%s\nwant\n%s", name, got, want)
		}
	}
}

// A field that nobody knows is told about, wherever it stands.
func TestNoFieldIsPassedOverInSilence(t *testing.T) {
	t.Parallel()
	lines := strings.Split(string(shop(t)), "\n")
	field := regexp.MustCompile(`^( *)(- )?[a-zA-Z]+:`)
	seen := 0
	for i, line := range lines {
		m := field.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		indent := m[1] + strings.Repeat(" ", len(m[2]))
		changed := append(append([]string{}, lines[:i]...), m[1]+m[2]+"unheardOf: 7", indent+strings.TrimPrefix(line, m[1]+m[2]))
		changed = append(changed, lines[i+1:]...)
		_, notes := convert(t, []byte(strings.Join(changed, "\n")))
		told := false
		for _, n := range notes {
			// In a part that is dropped as a whole, the whole is told about.
			told = told || strings.HasSuffix(n.Path, "unheardOf") || (strings.Contains(n.Text, "not carried over") && n.Line <= i+1 && n.Line > i-8)
		}
		if !told {
			t.Errorf("a field above line %d, %q, is passed over in silence: %v", i+1, line, notes)
		}
		seen++
	}
	if seen < 40 {
		t.Errorf("only %d places were tried", seen)
	}
}

func TestTheLeastClusterConfigIsTakenOver(t *testing.T) {
	t.Parallel()
	text, notes := convert(t, []byte("apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata: {name: basic, region: eu-north-1}\n"))
	c, _ := spec.Parse("x", []byte(text))
	if c.Metadata.Name != "basic" || c.Spec.Region != "eu-north-1" || c.Spec.Access.API != "private" || c.Spec.Network.NAT != "per-zone" || len(notes) > 0 {
		t.Errorf("it became\n%s\nwith %v", text, notes)
	}
}

func TestWhatIsOpenInAClusterConfigIsNotOpened(t *testing.T) {
	t.Parallel()
	const head = "kind: ClusterConfig\nmetadata: {name: basic, region: eu-north-1}\n"
	for config, want := range map[string]string{
		"vpc: {clusterEndpoints: {publicAccess: true}}\n":                                       "private",
		"vpc: {publicAccessCIDRs: [0.0.0.0/0]}\n":                                               "private",
		"vpc: {publicAccessCIDRs: [203.0.113.0/24]}\n":                                          "restricted",
		"vpc: {clusterEndpoints: {publicAccess: false}, publicAccessCIDRs: [203.0.113.0/24]}\n": "private",
	} {
		text, _ := convert(t, []byte(head+config))
		if c, _ := spec.Parse("x", []byte(text)); c.Spec.Access.API != want {
			t.Errorf("%s became a Kubernetes API that is %s, want %s", config, c.Spec.Access.API, want)
		}
	}
}

func TestWhatIsNoClusterConfigIsRefused(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                     "no ClusterConfig",
		"kind: Cluster\n":      "no ClusterConfig",
		"a: [":                 "is not YAML",
		"- kind\n":             "no ClusterConfig",
		"kind: &a [*a]\n":      "no ClusterConfig",
		"ClusterConfig\n":      "no ClusterConfig",
		"kind: {a: *nobody}\n": "",
	} {
		if _, err := eksctl.Known("eks.yaml", []byte(text)); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "eks.yaml") {
			t.Errorf("%q is answered with %v, want %q", text, err, want)
		}
	}
}

// Whatever a ClusterConfig says, what comes of it is a spec without errors, or
// an error that says why there is none.
func FuzzConvert(f *testing.F) {
	data, err := os.ReadFile("testdata/shop.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte("kind: ClusterConfig\nmetadata: {name: a}\nvpc: {cidr: 10.0.0.0/8}\nnodeGroups: [{name: x, taints: {a: b:c}}]\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := eksctl.Known("eks.yaml", data)
		if err != nil {
			return
		}
		c.Metadata.Name, c.Spec.Region, c.Spec.Network.CIDR, c.Spec.Ingress.Domain = "shop", "eu-west-1", "10.40.0.0/16", "shop.example.com"
		text, _, err := eksctl.Convert("eks.yaml", data, "Taken over.", c)
		if err != nil {
			return
		}
		if _, diagnostics := spec.Parse("cluster.yaml", []byte(text)); diagnostics.HasErrors() {
			t.Errorf("the spec has errors:\n%s\n%s", diagnostics.Error(), text)
		}
	})
}
