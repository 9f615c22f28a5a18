// Package pipelines holds the files that drover writes for GitHub, GitLab and Azure DevOps against what these platforms
// read, and runs their steps as a runner would: each in another directory, with only the repository in it. It must never
// reach a platform.
package pipelines

import (
	"io"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/rhysd/actionlint"

	"drover/generator/pipelines"
	"drover/generator/spec"
	"drover/test/harness"
)

func TestMain(m *testing.M) { os.Exit(harness.Main(m)) }

const cluster = `apiVersion: drover/v1
kind: Cluster
metadata: {name: herd}
spec:
  platform: aws
  region: eu-west-1
  account: "123456789012"
  state: {backend: s3, bucket: herd-states, region: eu-west-1}
  network: {cidr: 10.60.0.0/16, zones: 2, nat: single, endpoints: [], flowLogs: {retention: 1d}}
  access: {admins: ["arn:aws:iam::123456789012:role/admin"]}
  ingress: {domain: herd.example.com}
  nodePools: [{name: general, min: 1}]
  rotation:
    verify: [{http: {path: /healthz, samples: 5, timeout: 2m}}]
    traffic: {steps: [50, 100], interval: 60s, ttl: 60s}
    soak: 20s
    keepBlue: 4h
    approvals: [shift, destroy]
`

// rendered is a platform's file.
func rendered(t testing.TB, platform string, change func(*pipelines.Options)) (name string, content []byte) {
	t.Helper()
	c, said := spec.Parse("cluster.yaml", []byte(cluster))
	if said.HasErrors() {
		t.Fatal(said)
	}
	o := pipelines.Options{File: "cluster.yaml", Out: "infra", Session: 2 * time.Hour}
	change(&o)
	name, content, err := pipelines.Render(platform, c, o)
	if err != nil {
		t.Fatal(err)
	}
	return name, content
}

// variants are what can be asked for.
var variants = map[string]func(*pipelines.Options){
	"as it is":          func(*pipelines.Options) {},
	"with a rehearsal":  func(o *pipelines.Options) { o.Rehearse = true },
	"in an image":       func(o *pipelines.Options) { o.Image = "registry.example.com/tools/drover:0.1.0" },
	"on one's machines": func(o *pipelines.Options) { o.Runner, o.Rehearse = "inside", true },
	"other names": func(o *pipelines.Options) {
		o.File, o.Out, o.Branch, o.OlderThan = "clusters/herd.yaml", "terraform/live", "release/1", "14d"
	},
}

func TestActionlintFindsNothingInAWorkflow(t *testing.T) {
	t.Parallel()
	for variant, change := range variants {
		t.Run(variant, func(t *testing.T) {
			t.Parallel()
			name, content := rendered(t, "github", change)
			linter, err := actionlint.NewLinter(io.Discard, &actionlint.LinterOptions{})
			if err != nil {
				t.Fatal(err)
			}
			found, err := linter.Lint(name, content, nil)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range found {
				if variant != "on one's machines" || !strings.Contains(e.Message, `label "inside" is unknown`) {
					t.Error(e)
				}
			}
			broken := strings.Replace(string(content), "needs.rotate.outputs.gate", "needs.rotate.outputs.door", 1)
			if found, err := linter.Lint(name, []byte(broken), nil); err != nil || len(found) == 0 {
				t.Errorf("a workflow with an output that is not there is found right (%v)", err)
			}
		})
	}
}

// shells are the scripts of a file, by where they are.
func shells(t testing.TB, content []byte) map[string]string {
	t.Helper()
	var tree any
	if err := yaml.Unmarshal(content, &tree); err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	var walk func(path string, v any)
	walk = func(path string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for key, item := range v {
				text, isText := item.(string)
				if isText && (key == "run" || key == "bash" || key == "inlineScript") {
					found[path+"."+key] = text
				}
				if all, isList := item.([]any); isList && key == "script" {
					for _, one := range all {
						if text, isText := one.(string); isText {
							found[path+".script"] += text
						}
					}
				}
				walk(path+"."+key, item)
			}
		case []any:
			for _, item := range v {
				name := ""
				if m, isMap := item.(map[string]any); isMap {
					for _, key := range []string{"name", "displayName", "stage"} {
						if text, isText := m[key].(string); isText {
							name = text
						}
					}
				}
				walk(path+"["+name+"]", item)
			}
		}
	}
	walk("", tree)
	if len(found) < 5 {
		t.Fatalf("there are %d scripts", len(found))
	}
	return found
}

// What differs between clusters is in variables, so that the shell of all is one, which nobody's text is in.
func TestTheShellIsTheSameForEverySpec(t *testing.T) {
	t.Parallel()
	for _, platform := range pipelines.Platforms() {
		_, one := rendered(t, platform, func(*pipelines.Options) {})
		_, other := rendered(t, platform, variants["other names"])
		first, second := shells(t, one), shells(t, other)
		for at, text := range first {
			if second[at] != text {
				t.Errorf("%s: the script at %s differs:\n%s\n%s", platform, at, text, second[at])
			}
			for _, never := range []string{"${{", "$[", "herd", "infra", "cluster.yaml", "set -x"} {
				if strings.Contains(text, never) {
					t.Errorf("%s: the script at %s has %q", platform, at, never)
				}
			}
		}
	}
}

func TestAWorkflowKeepsToWhatMakesItSafe(t *testing.T) {
	t.Parallel()
	for variant, change := range variants {
		_, content := rendered(t, "github", change)
		text := string(content)
		for _, uses := range regexp.MustCompile(`uses: .*`).FindAllString(text, -1) {
			if !regexp.MustCompile(`^uses: [a-z-]+/[a-z-]+@[0-9a-f]{40} # v[0-9]+\.[0-9]+\.[0-9]+$`).MatchString(uses) {
				t.Errorf("%s: %q is not pinned by a commit with its release", variant, uses)
			}
		}
		for _, never := range []string{"pull_request_target", "workflow_run", "secrets.", "write-all", "cancel-in-progress: true", "contents: write", "persist-credentials: true"} {
			if strings.Contains(text, never) {
				t.Errorf("%s: it has %q", variant, never)
			}
		}
		var workflow struct {
			Permissions map[string]string
			Jobs        map[string]struct {
				If          string
				Permissions map[string]string
				Concurrency struct{ Group string }
				Environment string
				RunsOn      string `yaml:"runs-on"`
				Steps       []struct{ With map[string]any }
			}
		}
		if err := yaml.Unmarshal(content, &workflow); err != nil {
			t.Fatal(err)
		}
		if len(workflow.Permissions) > 0 || len(workflow.Jobs) < 7 {
			t.Errorf("%s: %d jobs, with the permissions %v for all", variant, len(workflow.Jobs), workflow.Permissions)
		}
		for name, job := range workflow.Jobs {
			takes := job.Permissions["id-token"] == "write"
			strangers := strings.Contains(job.If, "'pull_request'") && !strings.Contains(job.If, "head.repo.full_name == github.repository")
			if takes && strangers || strangers && job.RunsOn == "inside" {
				t.Errorf("%s: a fork's pull request runs %s with credentials or on machines of one's own, if %s", variant, name, job.If)
			}
			applies := false
			for _, step := range job.Steps {
				role, _ := step.With["role-to-assume"].(string)
				applies = applies || strings.HasSuffix(role, "-apply")
			}
			if applies && (job.Environment == "" || job.Concurrency.Group == "" || strings.Contains(job.If, "pull_request")) {
				t.Errorf("%s: %s takes on the role that applies, in the environment %q and the group %q, if %s", variant, name, job.Environment, job.Concurrency.Group, job.If)
			}
			if job.Permissions["pull-requests"] != "" && takes {
				t.Errorf("%s: %s may write comments and take on a role", variant, name)
			}
		}
	}
}
