package rights

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"drover/generator/spec"
)

var update = flag.Bool("update", false, "write the example's policies anew")

var placeholder = regexp.MustCompile(`\{[a-z-]+\}`)

const examples = "../../../../examples/aws"

// connected is a spec with what the examples lack.
const connected = `apiVersion: drover/v1
kind: Cluster
metadata: {name: connected}
spec:
  platform: aws
  region: eu-west-1
  account: "123456789012"
  network:
    cidr: 10.44.0.0/16
    peerings: [{name: data, network: vpc-0a1b2c3d4e5f60718, cidrs: [10.30.0.0/16]}]
    transitGateway: {id: tgw-0a1b2c3d4e5f60718, cidrs: [10.128.0.0/9]}
  ingress: {domain: connected.example.com}
  access:
    admins: ["arn:aws:iam::123456789012:role/platform-admin"]
    runner: {source: gitlab, repository: https://gitlab.com/acme/clusters, connection: "arn:aws:codeconnections:eu-west-1:123456789012:connection/11111111-1111-1111-1111-111111111111",
      schedule: cron(0 3 ? * MON *), buildspec: drover.buildspec.yml}
  services: {alerts: {webhook: {address: "https://alerts.example.com/drover", key: {vault: connected/webhook}}}}
`

// herd is the spec of the runs that drover drives.
const herd = `apiVersion: drover/v1
kind: Cluster
metadata: {name: herd}
spec:
  platform: aws
  region: eu-west-1
  account: "123456789012"
  state: {backend: s3, bucket: herd-states, region: eu-west-1}
  network: {cidr: 10.60.0.0/16}
  ingress: {domain: herd.example.com, zone: create}
  access: {admins: ["arn:aws:iam::123456789012:role/platform-admin"]}
`

// internal is in a network of others, whose zone nobody outside is told of, and its roles are bounded.
const internal = `apiVersion: drover/v1
kind: Cluster
metadata: {name: internal}
spec:
  platform: aws
  region: eu-west-1
  account: "123456789012"
  network: {cidr: 10.61.0.0/16, pods: 100.64.0.0/16, adopt: {network: vpc-0a1b2c3d4e5f60718}}
  ingress: {domain: internal.example.com, visibility: internal}
  access: {admins: ["arn:aws:iam::123456789012:role/platform-admin"], permissionsBoundary: "arn:aws:iam::123456789012:policy/internal-boundary",
    runner: {source: github, repository: https://github.com/acme/clusters, connection: "arn:aws:codeconnections:eu-west-1:123456789012:connection/11111111-1111-1111-1111-111111111111",
      schedule: rate(1 day), buildspec: drover.buildspec.yml}}
`

// six is a cluster of IPv6.
var six = filepath.Join("..", "..", "..", "..", "generator", "spec", "testdata", "good", "ipv6.yaml")

// specOf is the spec that a recorded run was made with, as far as rights go by it.
func specOf(t *testing.T, run string) spec.Cluster {
	t.Helper()
	switch run {
	case "terraform-shop-prod":
		return load(t, filepath.Join(examples, "production.yaml"))
	case "terraform-demo":
		return load(t, filepath.Join(examples, "demo.yaml"))
	case "terraform-tiny":
		return load(t, filepath.Join(examples, "minimal.yaml"))
	case "terraform-tuned":
		return load(t, filepath.Join(examples, "tuned.yaml"))
	case "terraform-six":
		return load(t, six)
	case "terraform-connected":
		return parse(t, connected)
	case "rotation", "inplace":
		return parse(t, herd)
	case "real":
		return parse(t, strings.Replace(herd, "zone: create", "zone: adopt", 1))
	}
	t.Fatalf("testdata/calls has the run %s, and this test knows no spec of it", run)
	return spec.Cluster{}
}

func load(t *testing.T, file string) spec.Cluster {
	t.Helper()
	c, said := spec.Load(file)
	if said.HasErrors() {
		t.Fatal(said)
	}
	if c.Spec.Account == "" {
		c.Spec.Account = "123456789012"
	}
	return c
}

func parse(t *testing.T, text string) spec.Cluster {
	t.Helper()
	file := filepath.Join(t.TempDir(), "cluster.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return load(t, file)
}

func documents(t *testing.T, c spec.Cluster) []Document {
	t.Helper()
	docs, err := Of(c)
	if err != nil {
		t.Fatal(err)
	}
	return docs
}

// statements are those of all documents whose name is kept.
func statements(t *testing.T, c spec.Cluster, keep func(name string) bool) []allowed {
	t.Helper()
	var all []allowed
	for _, d := range documents(t, c) {
		if !keep(d.Name) {
			continue
		}
		var p policy
		if err := json.Unmarshal(d.JSON, &p); err != nil {
			t.Fatal(err)
		}
		all = append(all, p.Statement...)
	}
	return all
}

func applies(name string) bool { return name != "boundary" }
func plans(name string) bool   { return name == "plan" }

// actionsOf are what statements allow.
func actionsOf(list []allowed) map[string]bool {
	actions := map[string]bool{}
	for _, s := range list {
		if s.Effect == "Allow" {
			for _, a := range s.Action {
				actions[a] = true
			}
		}
	}
	return actions
}

// Each call of a run is allowed by the rights for the very spec of that run.
func TestEveryCallThatWasMadeHasItsRight(t *testing.T) {
	t.Parallel()
	for run, calls := range recorded(t) {
		c := specOf(t, run)
		actions := actionsOf(statements(t, c, applies))
		slack := c.Spec.Services.Alerts != nil && c.Spec.Services.Alerts.Slack != nil // else no stack has a channel
		if len(calls["terraform"]) < 50 {
			t.Errorf("%s: Terraform made %d calls only", run, len(calls["terraform"]))
		}
		for caller, list := range calls {
			for _, call := range list {
				for _, action := range needs(call) {
					if !actions[action] && (slack || !strings.HasPrefix(action, "chatbot:")) {
						t.Errorf("%s: %s called %s, which needs %s, and no policy allows that", run, caller, call, action)
					}
				}
			}
		}
	}
}

// written are the calls of drover's own that change something: weights, and the way into a cluster that stands.
var written = []string{"eks:AssociateAccessPolicy", "eks:DisassociateAccessPolicy", "route53:ChangeResourceRecordSets"}

// What drover itself asks is allowed to who only plans, but for what it writes.
func TestEveryCallOfDroversOwnHasItsRight(t *testing.T) {
	t.Parallel()
	actions := func(file string) (planned, applied map[string]bool) {
		c := load(t, file)
		return actionsOf(statements(t, c, plans)), actionsOf(statements(t, c, applies))
	}
	planned, applied := actions(filepath.Join(examples, "production.yaml"))
	const gateways = "ec2:DescribeEgressOnlyInternetGateways" // which only IPv6 has
	plannedIPv6, appliedIPv6 := actions("../../../../generator/spec/testdata/good/ipv6.yaml")
	planned[gateways], applied[gateways] = plannedIPv6[gateways], appliedIPv6[gateways]
	for _, action := range ownActions(t) {
		if writes := slices.Contains(written, action); !applied[action] || planned[action] == writes {
			t.Errorf("drover calls %s: to apply allows it: %t, to plan: %t", action, applied[action], planned[action])
		}
	}
}

// What is allowed is needed by a call that was made or by drover's source, or is listed with a reason; and the list holds nothing else.
func TestNoRightIsThereThatNothingNeeds(t *testing.T) {
	t.Parallel()
	want := needed(t)
	all := map[string]bool{}
	for _, c := range everySpec(t) {
		for action := range actionsOf(statements(t, c, applies)) {
			all[action] = true
			if _, listed := unseen[action]; !listed && !slices.Contains(want, action) {
				t.Errorf("%s: %s is allowed, and no recorded call needs it; take it away, or say why in unseen", c.Metadata.Name, action)
			}
		}
	}
	for action, why := range unseen {
		if slices.Contains(want, action) || !all[action] || why == "" {
			t.Errorf("unseen lists %s, which a call needs, or which no policy has, or which has no reason", action)
		}
	}
}

func everySpec(t *testing.T) []spec.Cluster {
	t.Helper()
	return []spec.Cluster{
		load(t, filepath.Join(examples, "production.yaml")), load(t, filepath.Join(examples, "demo.yaml")), load(t, filepath.Join(examples, "minimal.yaml")),
		load(t, filepath.Join(examples, "tuned.yaml")), parse(t, connected), parse(t, herd), parse(t, internal), load(t, six),
	}
}

// To plan is to look: what a plan may do changes nothing but the lock of a state.
func TestPlanningChangesNothingButLocks(t *testing.T) {
	t.Parallel()
	for _, c := range everySpec(t) {
		for _, s := range statements(t, c, plans) {
			for _, action := range s.Action {
				_, verb, _ := strings.Cut(action, ":")
				looks := strings.HasPrefix(verb, "Describe") || strings.HasPrefix(verb, "Get") || strings.HasPrefix(verb, "BatchGet") || strings.HasPrefix(verb, "List")
				lock := s.Sid == "LockStates" && len(s.Resource) == 1 && strings.HasSuffix(s.Resource[0], ".tflock")
				if !looks && !lock {
					t.Errorf("%s: who plans may %s %v", c.Metadata.Name, action, s.Resource)
				}
			}
		}
	}
}

// The example's policies are what its spec needs now.
func TestExamplePoliciesAreThoseOfTheExample(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(examples, "iam", "policies")
	var names []string
	for _, d := range documents(t, load(t, filepath.Join(examples, "production.yaml"))) {
		file := filepath.Join(dir, d.Name+".json")
		names = append(names, filepath.Base(file))
		if *update {
			if err := os.WriteFile(file, d.JSON, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := os.ReadFile(file); err != nil || !bytes.Equal(got, d.JSON) {
			t.Errorf("%s is not what drover writes for production.yaml (%v); go test ./orchestrator/platform/aws/rights -update writes it", file, err)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != len(names) {
		t.Errorf("%s holds %d files, want %v (%v)", dir, len(entries), names, err)
	}
}

func TestRightsAreRefusedWithoutAnAccount(t *testing.T) {
	t.Parallel()
	c := parse(t, herd)
	c.Spec.Account = ""
	if _, err := Of(c); err == nil || !strings.Contains(err.Error(), "add account:") {
		t.Errorf("it says %v", err)
	}
	c.Spec.Account, c.Spec.Platform = "123456789012", spec.Google
	if _, err := Of(c); err == nil {
		t.Error("Google has IAM policies of AWS")
	}
}

// With a boundary, no role gets a right that it does not hold; and no placeholder is left in any document.
func TestABoundaryBoundsEveryRole(t *testing.T) {
	t.Parallel()
	for _, s := range statements(t, parse(t, internal), applies) {
		for _, action := range s.Action {
			bounded := slices.Equal(s.Condition["StringEquals"]["iam:PermissionsBoundary"], []string{"arn:aws:iam::123456789012:policy/internal-boundary"})
			if s.Effect == "Allow" && slices.Contains(roleChanges, action) && !bounded {
				t.Errorf("%s is allowed without the boundary", action)
			}
		}
	}
	for _, c := range everySpec(t) {
		for _, d := range documents(t, c) {
			if text := string(d.JSON); placeholder.MatchString(text) {
				t.Errorf("%s of %s has a placeholder left", d.Name, c.Metadata.Name)
			}
		}
	}
}
