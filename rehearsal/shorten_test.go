package rehearsal

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"drover/generator/spec"
)

const production = `
apiVersion: drover/v1
kind: Cluster
metadata: {name: shop-prod, labels: {team: shop}}
spec:
  platform: aws
  region: eu-west-1
  account: "123456789012"
  kubernetes: {version: "1.33"}
  network: {cidr: 10.20.0.0/16, nat: single}
  ingress: {domain: shop.example.com}
  access: {admins: ["arn:aws:iam::123456789012:role/platform-admin"]}
  rotation:
    maxAge: 30d
    window: {days: [TUE], from: "02:00", to: "06:00", timezone: Europe/Amsterdam}
    verify:
      - kubernetes: {nodesReady: all, timeout: 15m}
      - http: {path: /healthz, status: 200, samples: 50, maxLatency: 500ms}
      - prometheus: {url: "https://prometheus.example.com", query: up, max: 1}
      - command: {run: [./smoke.sh], timeout: 10m}
    traffic: {steps: [5, 25, 50, 100], interval: 5m, ttl: 60s}
    soak: 1h
    keepBlue: 24h
    approvals: [shift, destroy]
`

func parsed(t *testing.T, data string) spec.Cluster {
	t.Helper()
	c, diagnostics := spec.Parse("cluster.yaml", []byte(data))
	if diagnostics.HasErrors() {
		t.Fatal(diagnostics)
	}
	return c
}

func TestWithControlPlanesTheKubernetesCheckStays(t *testing.T) {
	t.Parallel()
	before := parsed(t, production)
	edited, err := apply([]byte(production), shorten(before, answering{kubernetes: true, commands: true}))
	if err != nil {
		t.Fatal(err)
	}
	got, want := parsed(t, string(edited)).Spec.Rotation.Verify, before.Spec.Rotation.Verify
	kinds := func(checks []spec.Check) (kubernetes, others int) {
		for _, c := range checks {
			if c.Kubernetes != nil {
				kubernetes++
			} else {
				others++
			}
		}
		return kubernetes, others
	}
	is, others := kinds(got)
	if all, _ := kinds(want); is != all || all == 0 || others != 2 {
		t.Errorf("%d of %d kubernetes checks stayed, and %d others; want all, and 2", is, all, others)
	}
	for _, c := range got {
		if c.Kubernetes != nil && !reflect.DeepEqual(c, want[0]) {
			t.Errorf("the check became %+v, from %+v", c.Kubernetes, want[0].Kubernetes)
		}
	}
}

func TestShortenCutsWaitsAndAsksNobody(t *testing.T) {
	t.Parallel()
	before := parsed(t, production)
	edited, err := apply([]byte(production), append(shorten(before, answering{commands: true}), edit{path: "kubernetes.version", value: "1.34"}))
	if err != nil {
		t.Fatal(err)
	}
	after := parsed(t, string(edited))

	want := before
	want.Spec.Kubernetes.Version = "1.34"
	r := &want.Spec.Rotation
	r.Traffic.Interval, r.Traffic.TTL = spec.Duration(10*time.Second), spec.Duration(5*time.Second)
	r.Soak, r.Quiet, r.KeepBlue = spec.Duration(15*time.Second), spec.Duration(15*time.Second), spec.Duration(15*time.Second)
	want.Spec.Accept = append(want.Spec.Accept, spec.Acceptance{Warning: "short-ttl", Reason: "the records of a rehearsal live for 5s"})
	r.Window, r.Approvals = nil, []string{}
	r.Verify = []spec.Check{before.Spec.Rotation.Verify[1], before.Spec.Rotation.Verify[3]}
	if !reflect.DeepEqual(after, want) {
		t.Errorf("the copy says\n%+v\nwant\n%+v", after.Spec, want.Spec)
	}
	notes := ""
	for _, e := range shorten(before, answering{commands: true}) {
		notes += e.note + "\n"
	}
	for _, say := range []string{"rotation.soak is 15s instead of 1h", "no approval is required for shift and destroy", "kubernetes, prometheus", "window"} {
		if !strings.Contains(notes, say) {
			t.Errorf("nobody is told of %q:\n%s", say, notes)
		}
	}
}

func TestShortenLeavesShortSpecsAlone(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(filepath.Join("..", "examples", "aws", "demo.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	before := parsed(t, string(data))
	if edits := shorten(before, answering{kubernetes: true, commands: true}); len(edits) != 0 {
		t.Errorf("the demo is written to be watched as it is, and these are changed: %+v", edits)
	}
	same, err := apply(data, nil)
	if err != nil {
		t.Fatal(err)
	}
	if after := parsed(t, string(same)); !reflect.DeepEqual(after, before) {
		t.Errorf("a copy without edits says\n%+v\nwant\n%+v", after.Spec, before.Spec)
	}
}

func TestApplyMakesSectionsThatTheFileLeavesOut(t *testing.T) {
	t.Parallel()
	minimal := "apiVersion: drover/v1\nkind: Cluster\nmetadata: {name: tiny}\nspec:\n  platform: aws\n  region: eu-west-1\n" +
		"  network: {cidr: 10.40.0.0/16}\n  ingress: {domain: tiny.example.com}\n  access: {admins: [\"arn:aws:iam::123456789012:role/platform-admin\"]}\n"
	before := parsed(t, minimal)
	edited, err := apply([]byte(minimal), append(shorten(before, answering{commands: true}), edit{path: "kubernetes.version", value: "1.30"}))
	if err != nil {
		t.Fatal(err)
	}
	after := parsed(t, string(edited))
	if after.Spec.Kubernetes.Version != "1.30" || after.Spec.Rotation.Soak.Std() > longestSoak || after.Spec.Rotation.KeepBlue.Std() > longestKeep {
		t.Errorf("the copy says %+v", after.Spec)
	}
}

func TestNextMinor(t *testing.T) {
	t.Parallel()
	if got, err := nextMinor("1.33"); got != "1.34" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	if _, err := nextMinor("latest"); err == nil {
		t.Error("latest has no next minor")
	}
}

func TestOnlyWhatRunsInAClusterIsLeftOutAndSaid(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(filepath.Join("..", "examples", "aws", "production.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	before := parsed(t, string(data))
	edits := shorten(before, answering{kubernetes: true, commands: true})
	edited, err := apply(data, edits)
	if err != nil {
		t.Fatal(err)
	}
	after := parsed(t, string(edited))
	if before.Spec.GitOps == nil || after.Spec.GitOps != nil {
		t.Errorf("gitops was %+v and is %+v", before.Spec.GitOps, after.Spec.GitOps)
	}
	if all := strings.Join(notes(edits), "; "); !strings.Contains(all, "GitOps is off") || !strings.Contains(all, "no message is sent to slack, pagerduty") {
		t.Errorf("the summary would say only: %s", all)
	}
	want := before.Spec
	want.GitOps, want.Notify, want.Rotation, want.Accept = nil, nil, after.Spec.Rotation, after.Spec.Accept
	if !reflect.DeepEqual(after.Spec, want) {
		t.Errorf("the copy says\n%+v\nwant\n%+v", after.Spec, want)
	}
}

// What stands for load balancers in a rehearsal answers by IPv4 alone. Whoever reads the summary is told.
func TestAClusterOfIPv6IsRehearsedOnIPv4(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		allow string
		want  []string
	}{
		"the default":       {"", []string{"0.0.0.0/0"}},
		"ranges of both":    {`, allow: ["203.0.113.0/24", "2001:db8::/32"]`, []string{"203.0.113.0/24"}},
		"ranges of one":     {`, allow: ["2001:db8::/32"]`, []string{"0.0.0.0/0"}},
		"ranges of the old": {`, allow: ["203.0.113.0/24"]`, []string{"203.0.113.0/24"}},
	} {
		data := strings.NewReplacer("nat: single", "nat: single, ipFamily: ipv6", "domain: shop.example.com", "domain: shop.example.com"+c.allow).Replace(production)
		edits := shorten(parsed(t, data), answering{commands: true})
		edited, err := apply([]byte(data), edits)
		if err != nil {
			t.Fatal(err)
		}
		got := parsed(t, string(edited)).Spec
		if got.Network.IPv6() || !reflect.DeepEqual(got.Ingress.Allow, c.want) {
			t.Errorf("%s: the family is %s and the ranges %v, want ipv4 and %v", name, got.Network.IPFamily, got.Ingress.Allow, c.want)
		}
		if said := strings.Join(notes(edits), "\n"); !strings.Contains(said, "rehearsed on IPv4") {
			t.Errorf("%s: the notes do not say so:\n%s", name, said)
		}
	}
}

// A stranger's spec may name a variable with a credential of the machine; a rehearsal gives it to nobody.
func TestARehearsalReadsTheRepositoryWithoutCredentials(t *testing.T) {
	t.Parallel()
	c := parsed(t, "apiVersion: drover/v1\nkind: Cluster\nmetadata: {name: tiny}\nspec:\n  platform: aws\n  region: eu-west-1\n  network: {cidr: 10.40.0.0/16}\n  ingress: {domain: tiny.example.com}\n"+
		"  access: {admins: [\"arn:aws:iam::123456789012:role/a\"]}\n  gitops: {repository: \"https://git.example.com/x.git\", credentials: {env: AWS_SECRET_ACCESS_KEY}}\n")
	for _, e := range shorten(c, answering{kubernetes: true, commands: true}) {
		if e.path == "gitops.credentials" && e.value == nil && strings.Contains(e.note, "AWS_SECRET_ACCESS_KEY") {
			return
		}
	}
	t.Error("the credentials stay")
}
