package terratest

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gruntwork-io/terratest/modules/terraform"

	"drover/generator/spec"
	"drover/test/harness"
)

// project is what is looked at of a project of CodeBuild.
type project struct {
	Source struct{ Type, Location, Buildspec string }
	Vpc    struct {
		ID      string `json:"vpcId"`
		Subnets []string
		Groups  []string `json:"securityGroupIds"`
	} `json:"vpcConfig"`
	Webhook struct {
		Filters [][]struct{ Type, Pattern string } `json:"filterGroups"`
	}
	Role string `json:"serviceRole"`
}

func (e *example) runner(t *testing.T) project {
	t.Helper()
	var answer struct{ Projects []project }
	e.account.json(t, "codebuild", "CodeBuild_20161006", "BatchGetProjects", map[string]any{"names": []string{e.name + "-runner"}}, &answer)
	if len(answer.Projects) != 1 {
		t.Fatalf("there are %d runners", len(answer.Projects))
	}
	return answer.Projects[0]
}

// checkRunnerOfJobs: jobs of the repository start in the private subnets of both colors, and nobody reaches them there.
func checkRunnerOfJobs(t *testing.T, e *example, foundation *terraform.Options) {
	t.Helper()
	p := e.runner(t)
	var ids map[string][]string
	terraform.OutputStruct(t, foundation, "subnet_ids", &ids)
	want := slices.Sorted(slices.Values(slices.Concat(ids["blue"], ids["green"])))
	if p.Source.Type != "GITLAB" || p.Source.Location != e.spec.Spec.Access.Runner.Repository || p.Source.Buildspec != "" {
		t.Errorf("it runs %+v", p.Source)
	}
	if got := slices.Sorted(slices.Values(p.Vpc.Subnets)); !slices.Equal(got, want) || p.Vpc.ID != terraform.Output(t, foundation, "vpc_id") {
		t.Errorf("jobs start in %v of %s, want %v", got, p.Vpc.ID, want)
	}
	if len(p.Webhook.Filters) != 1 || len(p.Webhook.Filters[0]) != 1 || p.Webhook.Filters[0][0].Pattern != "WORKFLOW_JOB_QUEUED" {
		t.Errorf("jobs start it by %+v", p.Webhook)
	}
	if len(p.Vpc.Groups) != 1 {
		t.Fatalf("it has the security groups %v", p.Vpc.Groups)
	}
	for _, rule := range e.account.rules(t, p.Vpc.Groups[0]) {
		if strings.HasPrefix(rule, "in") {
			t.Errorf("somebody reaches it: %s", rule)
		}
	}
	if !strings.HasSuffix(p.Role, "-runner") {
		t.Errorf("it runs as %s", p.Role)
	}
}

// schedule has the runner started by a schedule from here on, which is done in place.
func schedule(t *testing.T, e *example, file string, foundation *terraform.Options) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	const runner = "    runner:\n"
	changed := strings.Replace(string(text), runner, runner+"      schedule: cron(0 3 ? * MON *)\n      buildspec: drover.buildspec.yml\n", 1)
	if err := os.WriteFile(file, []byte(changed), 0o600); err != nil {
		t.Fatal(err)
	}
	if r := harness.Drover(t, t.TempDir(), "generate", "-f", file, "-o", filepath.Dir(e.dir)); r.Code != 0 {
		t.Fatalf("generating the roots with a schedule: exit %d\n%s", r.Code, r.Stderr)
	}
	var said spec.Diagnostics
	if e.spec, said = spec.Load(file); said.HasErrors() {
		t.Fatal(said)
	}
	terraform.Apply(t, foundation)
	if p := e.runner(t); p.Source.Buildspec != "drover.buildspec.yml" || len(p.Webhook.Filters) != 0 {
		t.Errorf("with a schedule it runs %+v and is started by %+v", p.Source, p.Webhook)
	}
	var rules struct {
		Rules []struct {
			Name     string
			Schedule string `json:"ScheduleExpression"`
		}
	}
	e.account.json(t, "events", "AWSEvents", "ListRules", map[string]any{"NamePrefix": e.name + "-runner"}, &rules)
	if len(rules.Rules) != 1 || rules.Rules[0].Schedule != "cron(0 3 ? * MON *)" {
		t.Errorf("the schedules are %+v", rules.Rules)
	}
}
