package rehearsal

import (
	"strings"
	"testing"

	"drover/generator/spec"
)

const withCommand = `
apiVersion: drover/v1
kind: Cluster
metadata: {name: tiny}
spec:
  platform: aws
  region: eu-west-1
  network: {cidr: 10.40.0.0/16}
  ingress: {domain: tiny.example.com}
  access: {admins: ["arn:aws:iam::123456789012:role/platform-admin"]}
  rotation: {verify: [CHECKS]}
`

func TestCommandsOfASpecAreLeftOutUnlessAPersonAllowsThem(t *testing.T) {
	t.Parallel()
	const command, http = "{command: {run: [./smoke.sh]}}", "{http: {path: /healthz}}"
	for name, c := range map[string]struct {
		checks  string
		answers answering
		kept    string // kinds of checks
		says    string // empty: nothing
	}{
		"beside others":      {command + ", " + http + ", " + command, answering{}, "http", "left out: 2 command; --allow-commands"},
		"with nothing else":  {command, answering{}, "http", "the check of / takes their place"},
		"allowed":            {command + ", " + http, answering{commands: true}, "command http", ""},
		"no control plane":   {"{kubernetes: {minNodes: 1}}, " + command, answering{}, "http", "real cluster are left out: kubernetes; checks that run a program"},
		"with control plane": {"{kubernetes: {minNodes: 1}}, " + command, answering{kubernetes: true}, "kubernetes", "1 command"},
		"a judge":            {"{webhook: {url: \"https://judge.example.com\", key: {env: JUDGE_KEY}}}", answering{}, "http", "real cluster are left out: webhook"},
		"metrics":            {"{cloudwatch: {metrics: [{namespace: Shop, metric: Errors}], max: 1}}, {cloudwatch: {metrics: [{namespace: AWS/NetworkELB, metric: NewFlowCount}], max: 1}}", answering{}, "cloudwatch", "real cluster are left out: cloudwatch"},
		"names of its own":   {"{dns: {name: \"{{host}}\"}}, {dns: {name: api.example.com}}", answering{}, "dns", "real cluster are left out: dns"},
		"certificate":        {"{http: {path: /, certificate: {daysLeft: 30}}}", answering{}, "http", "valid for 6 more days"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := strings.ReplaceAll(withCommand, "CHECKS", c.checks)
			edits := shorten(parsed(t, file), c.answers)
			edited, err := apply([]byte(file), edits)
			if err != nil {
				t.Fatal(err)
			}
			if kept := kinds(parsed(t, string(edited)).Spec.Rotation.Verify); kept != c.kept {
				t.Errorf("the copy verifies %s, want %s", kept, c.kept)
			}
			said := strings.Join(notes(edits), "\n")
			if !strings.Contains(said, c.says) || c.says == "" && strings.Contains(said, "left out") {
				t.Errorf("the summary would say %q, want %q", said, c.says)
			}
		})
	}
}

func kinds(checks []spec.Check) string {
	var all []string
	for _, c := range checks {
		for name, set := range map[string]bool{"kubernetes": c.Kubernetes != nil, "http": c.HTTP != nil, "prometheus": c.Prometheus != nil, "command": c.Command != nil, "dns": c.DNS != nil, "webhook": c.Webhook != nil, "cloudwatch": c.CloudWatch != nil} {
			if set {
				all = append(all, name)
			}
		}
	}
	return strings.Join(all, " ")
}
