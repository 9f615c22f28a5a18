// Package inplace holds what a change of the spec does to a cluster that stands: Terraform changes it in place, or
// drover refuses it and offers a rotation. It must never change anything but by drover's ordinary commands.
package inplace

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	tfjson "github.com/hashicorp/terraform-json"

	"drover/generator"
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
  kubernetes: {version: "1.33", addons: {coredns: v1.12.1-eksbuild.2}}
  network: {cidr: 10.60.0.0/16, zones: 2, nat: single, endpoints: [], flowLogs: {retention: 1d}}
  ingress: {domain: herd.example.com}
  access: {admins: ["arn:aws:iam::123456789012:role/platform-admin"]}
  nodePools:
    - {name: general, min: 1, max: 4}
    - {name: batch, min: 1, max: 4, labels: {work: batch}}
    - {name: data, min: 1, max: 4, disk: 80Gi}
  rotation:
    verify: [{http: {path: /healthz, samples: 5, timeout: 2m}}]
`

// The changes of a spec that a running cluster takes, and what Terraform updates for each.
var taken = []struct {
	name, from, to string
	updates        []string
}{
	{"a pool's size", "{name: general, min: 1, max: 4}", "{name: general, min: 1, max: 6}",
		[]string{`module.cluster.aws_eks_node_group.this["general"]`}},
	{"a label", "labels: {work: batch}", "labels: {work: batches}",
		[]string{`module.cluster.aws_eks_node_group.this["batch"]`}},
	{"a pool's disk", "disk: 80Gi", "disk: 100Gi",
		[]string{`module.cluster.aws_eks_node_group.this["data"]`, `module.cluster.aws_launch_template.node["data"]`}},
	{"an add-on's version", "coredns: v1.12.1-eksbuild.2", "coredns: v1.12.4-eksbuild.1",
		[]string{`module.cluster.aws_eks_addon.after_nodes["coredns"]`}},
}

// The steps follow one another on one cluster, because a build takes minutes.
func TestAChangeIsMadeInPlaceOrOfferedAsARotation(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.write(cluster)
	s.expect(s.drover("apply", "--auto-approve"), 0)
	if got := s.plan(cluster); len(got) != 0 {
		t.Fatalf("the spec is applied, and still plans %v", got)
	}

	changed, want := cluster, map[string]string{}
	for _, c := range taken {
		changed = replaced(t, changed, c.from, c.to)
		for _, address := range c.updates {
			want[address] = "update"
		}
	}
	if got := s.plan(changed); !maps.Equal(got, want) {
		t.Errorf("the changed spec plans\n%v\nwant\n%v", got, want)
	}
	without := changed
	changed = replaced(t, changed, "{domain: herd.example.com}", "{domain: herd.example.com, management: {domain: ops.herd.example.com}}")
	s.managementIsOnlyAdded(without, changed)
	s.write(changed)
	s.expect(s.drover("apply", "--auto-approve"), 0)
	if got := s.plan(changed); len(got) != 0 {
		t.Errorf("applied, the changed spec still plans %v", got)
	}

	s.write(without)
	s.expect(s.drover("apply", "--auto-approve"), 1, `delete module.cluster.aws_lb.management["this"]`, "take it as a rotation", "drover rotate")

	s.write(replaced(t, changed, "{name: general, min: 1, max: 6}", "{name: general, min: 1, max: 6, zones: [1]}"))
	s.expect(s.drover("apply", "--auto-approve"), 1, `replace module.cluster.aws_eks_node_group.this["general"]`, "take it as a rotation", "drover rotate")

	s.keeps(changed, "network: {cidr: 10.60.0.0/16", "network: {cidr: 10.61.0.0/16",
		"blue runs on it", "replace module.foundation.aws_vpc.this[0] (for another cidr_block)", "nothing was changed", "a second cluster")
	s.keeps(changed, "network: {cidr: 10.60.0.0/16", "network: {services: 172.21.0.0/16, cidr: 10.60.0.0/16",
		"replace module.cluster.aws_eks_cluster.this (for another kubernetes_network_config)", "nothing of blue was changed", "take it as a rotation", "drover rotate")
	s.keeps(changed, `version: "1.33"`, `version: "1.34"`, "an upgrade in place cannot be undone", "take it as a rotation", "drover rotate")

	s.write(changed)
	override := filepath.Join(s.dir, "infra", "herd", "blue", "main_override.tf")
	text := "module \"cluster\" {\n  kms_key_arn = \"arn:aws:kms:eu-west-1:123456789012:key/00000000-0000-0000-0000-000000000000\"\n}\n"
	if err := os.WriteFile(override, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s.expect(s.drover("apply", "--auto-approve"), 1, "replace module.cluster.aws_eks_cluster.this", "take it as a rotation", "drover rotate")
	if err := os.Remove(override); err != nil {
		t.Fatal(err)
	}
	if got := s.plan(changed); len(got) != 0 {
		t.Errorf("what was refused left something behind: %v", got)
	}
	s.grows(changed, replaced(t, changed, "zones: 2", "zones: 3"))
	harness.CheckCalls(t, "inplace", s.calls)
}

// grows holds that a further zone moves nothing of the network that stands: its subnets come beside the others. The
// cluster cannot take them in place: it waits for a rotation, and until then its own files want nothing of it.
func (s *session) grows(before, text string) {
	s.t.Helper()
	subnets := 0
	for address, action := range s.planRoot(text, generator.Foundation) {
		if action != "create" {
			s.t.Errorf("a third zone would %s %s", action, address)
		}
		if strings.Contains(address, ".aws_subnet.") {
			subnets++
		}
	}
	if subnets != 4 { // public, blue, green and data
		s.t.Errorf("a third zone brings %d subnets, want 4", subnets)
	}
	s.write(text)
	if r := s.drover("plan"); r.Code != 0 || !strings.Contains(r.Stdout, "herd: apply: nothing of the foundation is replaced") {
		s.t.Errorf("exit %d, and the plan says\n%s%s", r.Code, r.Stdout, r.Stderr)
	}
	s.expect(s.drover("apply", "--auto-approve"), 1, "foundation applied", `replace module.cluster.aws_eks_node_group.this["general"] (for another subnet_ids)`,
		"take it as a rotation", "drover rotate")
	if got := s.plan(text)["module.cluster.aws_eks_cluster.this"]; got != "create delete" {
		s.t.Errorf("a third zone would %q the control plane, which EKS never moves to other zones", got)
	}
	if got := s.plan(before); len(got) != 0 {
		s.t.Errorf("with a third zone in the foundation, the cluster of two plans %v", got)
	}
}

// keeps holds that a change of the spec is refused, with all the words, and that neither the files nor the account are
// then other than they were.
func (s *session) keeps(text, from, to string, words ...string) {
	s.t.Helper()
	files := s.files()
	s.write(replaced(s.t, text, from, to))
	s.expect(s.drover("apply", "--auto-approve"), 1, words...)
	if after := s.files(); len(files) == 0 || !maps.Equal(files, after) {
		s.t.Errorf("with %s, the refusal left other files: %v", to, differing(files, after))
	}
	for _, root := range []generator.Root{generator.Foundation, generator.Blue} {
		if got := s.planRoot(text, root); len(got) != 0 {
			s.t.Errorf("with %s, the refusal left something behind in %s: %v", to, root, got)
		}
	}
}

// managementIsOnlyAdded holds that management interfaces are a second load balancer, and leave the first as it is.
func (s *session) managementIsOnlyAdded(without, with string) {
	s.t.Helper()
	before, after := s.plan(without), s.plan(with)
	added := map[string]string{}
	for address, action := range after {
		if before[address] != action {
			added[address] = action
		}
	}
	for address, action := range added {
		if action != "create" {
			s.t.Errorf("with management, the spec plans to %s %s", action, address)
		}
	}
	if added[`module.cluster.aws_lb.management["this"]`] == "" || added[`module.cluster.aws_lb_listener.this["management-https"]`] == "" || len(after) != len(before)+len(added) {
		s.t.Errorf("with management, the spec plans\n%v\nand without\n%v", after, before)
	}
}

// session is one person at a shell, in a directory with a spec, with the cloud's variables set.
type session struct {
	t     *testing.T
	dir   string
	env   map[string]string
	calls string // the file that the account's API calls are in
	plain harness.Plain
}

func start(t *testing.T) *session {
	t.Helper()
	s := &session{t: t, dir: t.TempDir(), plain: harness.Terraform(t)}
	s.write(cluster)
	s.calls = filepath.Join(t.TempDir(), "calls")
	s.env = harness.Cloud(t, filepath.Join(s.dir, "cluster.yaml"), "--calls", s.calls)
	for name, value := range s.env {
		s.plain.Env = append(s.plain.Env, name+"="+value)
	}
	return s
}

func (s *session) write(text string) {
	s.t.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, "cluster.yaml"), []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

func (s *session) drover(args ...string) harness.Result {
	s.t.Helper()
	return harness.DroverIn(s.t, s.dir, s.env, args...)
}

// expect holds a command's exit code, and that its error has all the words.
func (s *session) expect(r harness.Result, code int, words ...string) {
	s.t.Helper()
	if r.Code != code {
		s.t.Fatalf("exit %d, want %d\n%s%s", r.Code, code, r.Stdout, r.Stderr)
	}
	for _, word := range words {
		if !strings.Contains(r.Stderr, word) {
			s.t.Fatalf("the error does not say %q:\n%s", word, r.Stderr)
		}
	}
}

// files are what Terraform reads in the roots.
func (s *session) files() map[string]string {
	s.t.Helper()
	found := map[string]string{}
	for _, pattern := range []string{"*.tf", "*.tfvars.json"} {
		paths, err := filepath.Glob(filepath.Join(s.dir, "infra", "herd", "*", pattern))
		if err != nil {
			s.t.Fatal(err)
		}
		for _, path := range paths {
			data, err := os.ReadFile(path)
			if err != nil {
				s.t.Fatal(err)
			}
			found[strings.TrimPrefix(path, s.dir)] = string(data)
		}
	}
	return found
}

func differing(a, b map[string]string) (names []string) {
	for name := range a {
		if a[name] != b[name] {
			names = append(names, name)
		}
	}
	return names
}

// plan gives what Terraform would do to blue for a spec.
func (s *session) plan(text string) map[string]string {
	s.t.Helper()
	return s.planRoot(text, generator.Blue)
}

// planRoot gives what Terraform would do to a root for a spec, by the plan's JSON: an action for each address. It plans
// on a copy of the roots, so that drover finds its own as it left them.
func (s *session) planRoot(text string, root generator.Root) map[string]string {
	s.t.Helper()
	c, diagnostics := spec.Parse("cluster.yaml", []byte(text))
	if diagnostics.HasErrors() {
		s.t.Fatal(diagnostics)
	}
	out := filepath.Join(s.t.TempDir(), "infra")
	if err := copyTree(out, filepath.Join(s.dir, "infra")); err != nil {
		s.t.Fatal(err)
	}
	files, err := generator.Render(s.t.Context(), c, generator.Options{Version: "test", Roots: []generator.Root{root}})
	if err != nil {
		s.t.Fatal(err)
	}
	if _, err := generator.Write(out, files, generator.WriteOptions{}); err != nil {
		s.t.Fatal(err)
	}
	dir := filepath.Join(out, "herd", string(root))
	s.plain.Run(s.t, dir, "plan", "-input=false", "-no-color", "-out=changed.tfplan")
	var plan tfjson.Plan
	if err := json.Unmarshal([]byte(s.plain.Run(s.t, dir, "show", "-json", "changed.tfplan").Stdout), &plan); err != nil {
		s.t.Fatalf("reading the plan: %v", err)
	}
	actions := map[string]string{}
	for _, change := range plan.ResourceChanges {
		if a := change.Change.Actions; !a.NoOp() && !a.Read() {
			words := make([]string, len(a))
			for i, action := range a {
				words[i] = string(action)
			}
			slices.Sort(words)
			actions[change.Address] = strings.Join(words, " ")
		}
	}
	return actions
}

// copyTree copies files, and links as they are: Terraform links its providers.
func copyTree(to, from string) error {
	return filepath.WalkDir(from, func(path string, entry os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, name)
		switch {
		case entry.IsDir():
			return os.MkdirAll(target, 0o755)
		case entry.Type()&os.ModeSymlink != 0:
			link, err := os.Readlink(path)
			if err != nil {
				return err
			}
			return os.Symlink(link, target)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(target, data, 0o600)
	})
}

func replaced(t *testing.T, text, from, to string) string {
	t.Helper()
	if strings.Count(text, from) != 1 {
		t.Fatalf("the spec has %q not once:\n%s", from, text)
	}
	return strings.Replace(text, from, to, 1)
}
