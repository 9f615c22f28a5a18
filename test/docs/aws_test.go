package docs

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"drover/generator/cost"
	"drover/generator/spec"
	"drover/test/harness"
)

func TestMain(m *testing.M) { os.Exit(harness.Main(m)) }

// block is one fenced block of a page.
type block struct{ language, text string }

var fenced = regexp.MustCompile("(?ms)^```([a-z]+)\n(.*?)^```$")

// awsPage is docs/aws.md, and its blocks.
func awsPage(t *testing.T) (string, []block) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(harness.Repository(t), "docs", "aws.md"))
	if err != nil {
		t.Fatal(err)
	}
	var blocks []block
	for _, m := range fenced.FindAllStringSubmatch(string(data), -1) {
		blocks = append(blocks, block{m[1], m[2]})
	}
	return string(data), blocks
}

// awsSpec is the spec of the page, in a directory of its own.
func awsSpec(t *testing.T, blocks []block) (dir string, c spec.Cluster) {
	t.Helper()
	dir = t.TempDir()
	i := slices.IndexFunc(blocks, func(b block) bool { return strings.HasPrefix(b.text, "apiVersion: drover/v1") })
	if i < 0 {
		t.Fatal("docs/aws.md has no spec")
	}
	file := filepath.Join(dir, "cluster.yaml")
	if err := os.WriteFile(file, []byte(blocks[i].text), 0o600); err != nil {
		t.Fatal(err)
	}
	c, said := spec.Load(file)
	if said.HasErrors() {
		t.Fatal(said)
	}
	return dir, c
}

// by hand are commands that nobody runs here, and why.
var byHand = map[string]string{
	"dig":     "the domain is example.com's",
	"drover":  "drover kubeconfig asks for the API server of a cluster, and the simulated ones of this test have none",
	"aws":     "the simulated clusters of this test have no control plane",
	"kubectl": "the simulated clusters of this test have no control plane",
	"curl":    "nothing runs in the pods of a simulated cluster",
}

func TestEveryCommandOfTheAWSPageIsRunOrHasAReason(t *testing.T) {
	t.Parallel()
	_, blocks := awsPage(t)
	ran := 0
	for _, b := range blocks {
		switch b.language {
		case "sh":
			ran += strings.Count(b.text, "\n")
		case "console":
			for line := range strings.Lines(b.text) {
				program, _, _ := strings.Cut(strings.TrimPrefix(line, "$ "), " ")
				if byHand[program] == "" {
					t.Errorf("nobody runs %q, and no reason is given", strings.TrimSpace(line))
				}
			}
		}
	}
	if ran < 10 {
		t.Errorf("only %d commands of the page are run", ran)
	}
}

// The table of costs and the sums below it are what drover estimates for the page's spec.
func TestCostsOnTheAWSPageAreThoseOfItsSpec(t *testing.T) {
	t.Parallel()
	page, blocks := awsPage(t)
	_, c := awsSpec(t, blocks)
	e, known := cost.Of(c, time.Date(2026, time.November, 29, 0, 0, 0, 0, time.UTC))
	if !known || len(e.Unknown) > 0 || len(e.Standing.Lines) == 0 {
		t.Fatalf("the estimate is %+v", e)
	}
	for _, l := range e.Standing.Lines {
		if row := fmt.Sprintf("| %s | %.0f × %s | %.4f |", l.Root, l.Count, l.What, l.Hourly); !strings.Contains(page, row+"\n") {
			t.Errorf("the page has no row %s", row)
		}
	}
	if rows := strings.Count(page, " × "); rows != len(e.Standing.Lines) {
		t.Errorf("the page has %d rows, and the estimate %d lines", rows, len(e.Standing.Lines))
	}
	for _, sum := range []string{
		fmt.Sprintf("costs %.2f an hour, %.0f a month", e.Standing.Hourly, e.Standing.Hourly*730), fmt.Sprintf("adds a second color, %.2f an hour", e.Color.Hourly),
	} {
		if !strings.Contains(page, sum) {
			t.Errorf("the page does not say %q", sum)
		}
	}
}

// The application's node ports are those that the load balancer passes traffic to.
func TestApplicationOfTheAWSPageListensWhereTrafficComes(t *testing.T) {
	t.Parallel()
	_, blocks := awsPage(t)
	variables, err := os.ReadFile(filepath.Join(harness.Repository(t), "modules", "aws", "cluster", "variables_network.tf"))
	if err != nil {
		t.Fatal(err)
	}
	var manifest string
	for _, b := range blocks {
		if strings.Contains(b.text, "kind: Service") {
			manifest = b.text
		}
	}
	ports := regexp.MustCompile(`nodePort: (\d+)`).FindAllStringSubmatch(manifest, -1)
	if len(ports) != 2 {
		t.Fatalf("the service has the node ports %v", ports)
	}
	for _, p := range ports {
		if !strings.Contains(string(variables), p[1]) {
			t.Errorf("the module knows no node port %s", p[1])
		}
	}
}

// The commands of the page are run in their order, as they are written, by a shell in an empty directory with the
// page's spec, until nothing is left. Half of the time is Terraform's, half is waiting.
func TestCommandsOfTheAWSPageBuildAndDestroyACluster(t *testing.T) {
	t.Parallel()
	_, blocks := awsPage(t)
	dir, c := awsSpec(t, blocks)
	// The page makes its own bucket, so that the account is one for a spec without.
	local := filepath.Join(t.TempDir(), "local.yaml")
	text, err := os.ReadFile(filepath.Join(dir, "cluster.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	bucket := regexp.MustCompile(`(?m)^  state: .*\n`)
	if err := os.WriteFile(local, bucket.ReplaceAll(text, nil), 0o600); err != nil {
		t.Fatal(err)
	}
	env := environment(t, harness.Cloud(t, local))
	for _, b := range blocks {
		if b.language != "sh" {
			continue
		}
		ctx, cancel := context.WithTimeout(t.Context(), 15*time.Minute)
		shell := exec.CommandContext(ctx, "bash", "-euo", "pipefail", "-c", b.text)
		shell.Dir, shell.Env = dir, env
		out, err := shell.CombinedOutput()
		cancel()
		if err != nil {
			t.Fatalf("%v\n%s\n%s", err, b.text, out)
		}
		for command, want := range map[string]string{
			"drover plan": "Cost, an estimate", "drover status": "blue, Kubernetes " + c.Spec.Kubernetes.Version, "zone_name_servers": "ns-",
		} {
			if strings.Contains(b.text, command) && !strings.Contains(string(out), want) {
				t.Errorf("%s does not print %q:\n%s", command, want, out)
			}
		}
	}
}

// environment is a shell's, with the account's variables, and with drover and Terraform on its path.
func environment(t *testing.T, cloud map[string]string) []string {
	t.Helper()
	plain := harness.Terraform(t)
	env := append(os.Environ(), plain.Env...)
	for name, value := range cloud {
		env = append(env, name+"="+value)
	}
	path := filepath.Dir(harness.Program(t)) + ":" + filepath.Dir(plain.Path) + ":" + filepath.Dir(harness.Found(t, "aws")) + ":" + os.Getenv("PATH")
	return append(env, "PATH="+path, "DROVER="+harness.Repository(t), "DROVER_BACKEND_CONFIG=use_path_style=true", "TF_IN_AUTOMATION=1")
}
