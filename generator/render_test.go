package generator_test

import (
	"bytes"
	"flag"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/hashicorp/hcl/v2/hclparse"
	"github.com/hashicorp/hcl/v2/hclwrite"

	"drover/generator"
	"drover/generator/spec"
)

// update writes testdata anew: go test ./generator -update.
var update = flag.Bool("update", false, "write golden files anew")

// version is what the golden files are said to be written by.
const version = "0.0.0"

func load(t *testing.T, name string) spec.Cluster {
	t.Helper()
	return loadSpec(t, name)
}

func loadSpec(t testing.TB, name string) spec.Cluster {
	t.Helper()
	c, diags := spec.Load(filepath.Join("spec", "testdata", "good", name+".yaml"))
	if diags.HasErrors() {
		t.Fatal(diags.Error())
	}
	return c
}

func render(t *testing.T, c spec.Cluster, o generator.Options) generator.Files {
	t.Helper()
	if o.Version == "" {
		o.Version = version
	}
	files, err := generator.Render(c, o)
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// roots are the files of a rendering that are no modules; and not Argo CD's manifests, which are as they are published.
func roots(files generator.Files) generator.Files {
	out := maps.Clone(files)
	maps.DeleteFunc(out, func(name string, _ []byte) bool {
		return strings.HasPrefix(name, "modules/") || strings.HasSuffix(name, "-argocd.yaml")
	})
	return out
}

// testdata/NAME holds the four roots of the spec NAME.
func TestTheRootsAreAsInTestdata(t *testing.T) {
	t.Parallel()
	for name, cluster := range map[string]string{"minimal": "tiny", "shop-prod": "shop-prod", "connected": "connected", "adopted": "adopted", "adopted-network": "guest"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := roots(render(t, load(t, name), generator.Options{}))
			dir := filepath.Join("testdata", name)
			if *update {
				if err := os.RemoveAll(dir); err != nil {
					t.Fatal(err)
				}
				if _, err := generator.Write(dir, got, generator.WriteOptions{}); err != nil {
					t.Fatal(err)
				}
			}
			changes, err := generator.Write(dir, got, generator.WriteOptions{Check: true})
			if err != nil {
				t.Fatal(err)
			}
			if !changes.Empty() {
				var b strings.Builder
				changes.Summary(&b)
				t.Errorf("what is rendered differs from %s (-update writes it anew):\n%s", dir, b.String())
			}
			want := 4*6 + 1
			if load(t, name).Spec.GitOps != nil {
				want += 2 * 2 // beside Argo CD itself
			}
			if _, ok := got[cluster+"/traffic/variables.tf"]; !ok || len(got) != want {
				t.Errorf("rendered %v, want four roots of six files, the foundation's imports, and what starts GitOps", slices.Sorted(maps.Keys(got)))
			}
		})
	}
}

func TestEveryFileParsesAndIsFormatted(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"minimal", "shop-prod"} {
		parser := hclparse.NewParser()
		for file, content := range render(t, load(t, name), generator.Options{}) {
			if !strings.Contains(string(content[:bytes.IndexByte(content, '\n')]), "Written by drover "+version) {
				t.Errorf("%s does not say in its first line who wrote it", file)
			}
			if path.Ext(file) != ".tf" {
				continue
			}
			if _, diags := parser.ParseHCL(content, file); diags.HasErrors() {
				t.Errorf("%s does not parse: %v", file, diags)
			}
			if !bytes.Equal(hclwrite.Format(content), content) {
				t.Errorf("%s is not formatted", file)
			}
		}
	}
}

func TestEveryReadmeNamesWhatItsRootTakesGivesAndStandsBeside(t *testing.T) {
	t.Parallel()
	c := load(t, "minimal")
	files := roots(render(t, c, generator.Options{}))
	for _, r := range generator.Roots() {
		dir := path.Join(c.Metadata.Name, string(r))
		readme := string(files[dir+"/README.md"])
		wanted := []string{"written by drover from the spec of `tiny`", "## Inputs", "## Outputs", "](../../modules/aws/"}
		for _, file := range []string{"variables.tf", "outputs.tf"} {
			for _, line := range strings.Split(string(files[dir+"/"+file]), "\n") {
				if name, declared := strings.CutSuffix(line, " {"); declared && (strings.HasPrefix(line, "variable ") || strings.HasPrefix(line, "output ")) {
					wanted = append(wanted, "| `"+strings.Trim(strings.Fields(name)[1], `"`)+"` |")
				}
			}
		}
		for _, other := range generator.Roots() {
			if other != r {
				wanted = append(wanted, "](../"+string(other)+")")
			}
		}
		for _, want := range wanted {
			if !strings.Contains(readme, want) {
				t.Errorf("README.md of %s does not say %q", r, want)
			}
		}
	}
}

func TestTheSameSpecGivesTheSameBytes(t *testing.T) {
	t.Parallel()
	a := render(t, load(t, "shop-prod"), generator.Options{})
	for range 5 {
		if b := render(t, load(t, "shop-prod"), generator.Options{}); !maps.EqualFunc(a, b, bytes.Equal) {
			t.Fatal("two renderings of one spec differ")
		}
	}
}

func TestARevisionIsAboutWhatTheFilesSay(t *testing.T) {
	t.Parallel()
	c := load(t, "minimal")
	one := render(t, c, generator.Options{Version: "1.0.0"}).Root("tiny", generator.Blue)
	other := render(t, c, generator.Options{Version: "2.0.0"}).Root("tiny", generator.Blue)
	if len(one.Revision()) != 12 || one.Revision() != other.Revision() {
		t.Errorf("the version of drover changes a revision: %s, %s", one.Revision(), other.Revision())
	}
	c.Spec.Kubernetes.Version = "1.34"
	changed := render(t, c, generator.Options{})
	if changed.Root("tiny", generator.Blue).Revision() == one.Revision() {
		t.Error("another version of Kubernetes leaves the revision of blue as it was")
	}
	if changed.Root("tiny", generator.Foundation).Revision() != render(t, load(t, "minimal"), generator.Options{}).Root("tiny", generator.Foundation).Revision() {
		t.Error("another version of Kubernetes changes the revision of the foundation")
	}
}

func TestARootHasItsOwnFilesAndTheModuleItCalls(t *testing.T) {
	t.Parallel()
	files := render(t, load(t, "minimal"), generator.Options{})
	for root, module := range map[generator.Root]string{
		generator.Foundation: "foundation", generator.Blue: "cluster", generator.Green: "cluster", generator.Traffic: "traffic",
	} {
		own := files.Root("tiny", root)
		if _, ok := own["tiny/"+string(root)+"/main.tf"]; !ok {
			t.Errorf("the files of %s lack its main.tf", root)
		}
		for name := range own {
			if !strings.HasPrefix(name, "tiny/"+string(root)+"/") && !strings.HasPrefix(name, "modules/aws/"+module+"/") {
				t.Errorf("the files of %s have %s", root, name)
			}
		}
		if _, ok := own["modules/aws/"+module+"/outputs.tf"]; !ok {
			t.Errorf("the files of %s lack the module %s", root, module)
		}
	}
}

func TestOnlyTheAskedRootsAreRendered(t *testing.T) {
	t.Parallel()
	files := roots(render(t, load(t, "minimal"), generator.Options{Roots: []generator.Root{generator.Green}}))
	for name := range files {
		if !strings.HasPrefix(name, "tiny/green/") {
			t.Errorf("asked for green, and got %s", name)
		}
	}
	if len(files) == 0 {
		t.Error("asked for green, and got nothing")
	}
}

func TestWhatCannotBeRenderedIsSaid(t *testing.T) {
	t.Parallel()
	_, err := generator.Render(load(t, "internal-azure"), generator.Options{})
	if err == nil || !strings.Contains(err.Error(), "does not generate Terraform for azure yet") {
		t.Errorf("rendering Azure gives %v", err)
	}
	c := load(t, "minimal")
	_, err = generator.Render(c, generator.Options{Roots: []generator.Root{"purple"}})
	if err == nil || !strings.Contains(err.Error(), `there is no root "purple"`) {
		t.Errorf("rendering purple gives %v", err)
	}
	_, err = generator.Render(c, generator.Options{Modules: fstest.MapFS{"aws/x/data.bin": {}}})
	if err == nil || !strings.Contains(err.Error(), "there are none") {
		t.Errorf("rendering without modules gives %v", err)
	}
	c.Spec.State.Backend = "floppy"
	_, err = generator.Render(c, generator.Options{})
	if err == nil || !strings.Contains(err.Error(), `no state backend "floppy"`) {
		t.Errorf("rendering state on a floppy gives %v", err)
	}
}

func TestAColorNeverReadsAnotherColorsState(t *testing.T) {
	t.Parallel()
	files := render(t, load(t, "shop-prod"), generator.Options{})
	for _, root := range []generator.Root{generator.Blue, generator.Green, generator.Traffic} {
		main := string(files["shop-prod/"+string(root)+"/main.tf"])
		if n := strings.Count(main, "terraform.tfstate"); n != 1 || !strings.Contains(main, "shop-prod/foundation/terraform.tfstate") {
			t.Errorf("%s reads %d states, want the foundation's only:\n%s", root, n, main)
		}
	}
}
