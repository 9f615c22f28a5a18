package spec

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

const aConfigMap = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web, namespace: shop}\n"

const aSpecWithManifests = `apiVersion: drover/v1
kind: Cluster
metadata: {name: tiny}
spec:
  platform: aws
  region: eu-west-1
  network: {cidr: 10.40.0.0/16}
  ingress: {domain: tiny.example.com}
  access: {admins: ["arn:aws:iam::123456789012:role/platform-admin"]}
  bootstrap: {manifests: MANIFESTS}
`

// loaded writes a spec and a file beside it, and loads the spec.
func loaded(t *testing.T, manifests, file, text string) (Cluster, Diagnostics) {
	t.Helper()
	dir := t.TempDir()
	written := strings.ReplaceAll(aSpecWithManifests, "MANIFESTS", manifests)
	for name, text := range map[string]string{"cluster.yaml": written, file: text} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return Load(filepath.Join(dir, "cluster.yaml"))
}

func TestManifestsAreReadWithTheSpec(t *testing.T) {
	t.Parallel()
	c, diagnostics := loaded(t, "[web.yaml]", "web.yaml", aConfigMap)
	if diagnostics.HasErrors() || len(c.Spec.Bootstrap.Files) != 1 || c.Spec.Bootstrap.Files[0] != (Manifest{File: "web.yaml", Text: aConfigMap}) {
		t.Errorf("got %+v\n%v", c.Spec.Bootstrap, diagnostics)
	}
}

func TestManifestsThatCannotBeAppliedAreNamed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ manifests, text, says string }{
		"none":        {"[]", "", "names no file"},
		"missing":     {"[db.yaml]", "", "there is no file or directory db.yaml"},
		"outside":     {"[../db.yaml]", "", "outside of the checkout"},
		"twice named": {"[web.yaml, web.yaml]", aConfigMap, "there twice"},
		"twice":       {"[web.yaml]", aConfigMap + "---\n" + aConfigMap, "ConfigMap shop/web is there twice"},
		"no objects":  {"[web.yaml]", "# nothing\n---\n", "no Kubernetes object"},
		"no YAML":     {"[web.yaml]", "a: b: c", "not YAML"},
		"a list":      {"[web.yaml]", "- a", "document 1 is not a Kubernetes object"},
		"no kind":     {"[web.yaml]", "apiVersion: v1\nmetadata: {name: x}", "has no kind"},
		"no version":  {"[web.yaml]", "kind: Pod\nmetadata: {name: x}", "has no apiVersion"},
		"no name":     {"[web.yaml]", "apiVersion: v1\nkind: Pod\nmetadata: {generateName: x}", "without a metadata.name"},
		"a path":      {"[web.yaml]", "apiVersion: v1\nkind: Pod\nmetadata: {name: ../x}", "without a metadata.name"},
		"a secret":    {"[web.yaml]", "apiVersion: v1\nkind: Secret\nmetadata: {name: x}\nstringData: {password: hunter2hunter2}", "no place for a secret"},
		"in a list":   {"[web.yaml]", "apiVersion: v1\nkind: List\nitems:\n- {kind: Pod}", "item 1 that has no apiVersion"},
		"an alias":    {"[web.yaml]", "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]\ng: [*f,*f,*f,*f,*f,*f,*f,*f,*f]", "not YAML"},
		"too large":   {"[web.yaml]", strings.Repeat("# long\n", 200_000), "larger than the 1 MiB"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, diagnostics := loaded(t, c.manifests, "web.yaml", c.text)
			if said := diagnostics.Error(); !diagnostics.HasErrors() || !strings.Contains(said, c.says) || strings.Contains(said, "hunter2") {
				t.Errorf("want %q in\n%s", c.says, said)
			}
		})
	}
}

// An alias of a long text is short, and what it stands for is not: without a limit on that, 900 KB become 50 GB.
func TestALongTextThatAliasesRepeatIsNotWrittenOut(t *testing.T) { //nolint:paralleltest // it measures what the process allocates
	m := Manifest{File: "x.yaml", Text: aConfigMap + "a: &a " + strings.Repeat("x", 400_000) + "\nb: [" + strings.Repeat("*a, ", 2000) + "]\n"}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := m.Objects()
	runtime.ReadMemStats(&after)
	if err == nil || !strings.Contains(err.Error(), "larger than any object") {
		t.Errorf("got %v", err)
	}
	if used := (after.TotalAlloc - before.TotalAlloc) >> 20; used > 50 {
		t.Errorf("it took %d MiB", used)
	}
}

// A directory of a hundred large files is minutes of parsing.
func TestNoMoreManifestsAreParsedThanAreTaken(t *testing.T) {
	t.Parallel()
	spec := filepath.Join(t.TempDir(), "cluster.yaml")
	files := map[string]string{spec: strings.ReplaceAll(aSpecWithManifests, "MANIFESTS", "[all]")}
	for i := range 4 {
		files[filepath.Join(filepath.Dir(spec), "all", fmt.Sprint(i, ".yaml"))] = strings.Replace(aConfigMap, "web", fmt.Sprint("web", i), 1) + strings.Repeat("# long\n", 149_000)
	}
	files[filepath.Join(filepath.Dir(spec), "all", "4.yaml")] = "cannot: be parsed: " + strings.Repeat("# long\n", 140_000)
	for at, text := range files {
		if err := errors.Join(os.MkdirAll(filepath.Dir(at), 0o700), os.WriteFile(at, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	if _, diagnostics := Load(spec); !strings.Contains(diagnostics.Error(), "with 1000 objects and 4 MiB") {
		t.Errorf("got\n%v", diagnostics)
	}
}

// YAML means here what it means to kubectl, and a list is its items.
func TestObjectsOfAManifest(t *testing.T) {
	t.Parallel()
	m := Manifest{File: "x", Text: "kind: ConfigMapList\napiVersion: v1\nitems:\n- " + strings.ReplaceAll(aConfigMap, "\n", "\n  ") +
		"\n--- # the next\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: system:a}\nmode: 0644\non: yes\ntext: |\n  ---\n"}
	objects, err := m.Objects()
	if err != nil || len(objects) != 2 || objects[0].String() != "ConfigMap shop/web" || objects[1].Key() != "rbac.authorization.k8s.io/ClusterRole system:a" {
		t.Fatalf("got %v, %v", objects, err)
	}
	if body := objects[1].Body; fmt.Sprint(body["mode"]) != "420" || body["true"] != true || body["text"] != "---\n" {
		t.Errorf("got %#v", body)
	}
}
