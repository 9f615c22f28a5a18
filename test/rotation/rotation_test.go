// Package rotation drives one cluster through a whole rotation with the ordinary commands, against a simulated
// account, and breaks things on the way: every command must say what happened and what to do, exit as documented, and
// go on when it is run again. It must never look into drover's files: what it knows, the commands and the account say.
package rotation

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"drover/test/harness"
)

func TestMain(m *testing.M) { os.Exit(harness.Main(m)) }

const cluster = `apiVersion: drover/v1
kind: Cluster
metadata: {name: herd}
spec:
  platform: aws
  region: eu-west-1
  kubernetes: {version: "VERSION"}
  network: {cidr: 10.60.0.0/16, zones: 2, nat: single, endpoints: [], flowLogs: {retention: 1d}}
  access: {admins: ["arn:aws:iam::123456789012:role/admin"]}
  ingress: {domain: herd.example.comMANAGEMENT}
  nodePools: [{name: general, min: 1}]
  rotation:
    verify: [{http: {path: /healthz, samples: 5, timeout: 2m}}CHECKS]
    traffic: {steps: [50, 100], interval: 3s, ttl: 2s}
    soak: 4s
    quiet: 10s
    keepBlue: 1s
    approvals: [destroy]
  accept: [{warning: short-ttl, reason: the records of a rehearsal live for 5 seconds}]
`

// The steps follow one another on one cluster, because a build takes minutes.
func TestARotationSurvivesWhatGoesWrong(t *testing.T) {
	t.Parallel()
	s := start(t, smokes)
	s.plant()

	r := s.drover("rotate", "--auto-approve")
	s.expect(r, 1, "no active cluster to rotate", "drover apply")

	s.planTakes("apply")
	s.plantInTraffic()
	s.expect(s.drover("apply", "--auto-approve", "--verbose"), 0)
	s.planTakes("nothing")
	s.isReady()
	if got := s.status(); got.Active != "blue" || got.Version != "1.35" || got.Rotation != nil {
		t.Fatalf("after apply, status is %+v", got)
	}
	before := s.clusters()
	if len(before) != 1 || before[0] != "herd-blue" {
		t.Fatalf("after apply, the account has the clusters %v", before)
	}

	s.asked = ", management: {domain: " + managementDomain + ", allow: [10.0.0.0/16]}"
	s.version("1.36")
	s.planTakes("rotate")
	s.expect(s.drover("apply", "--auto-approve"), 1, "upgrade in place cannot be undone", "drover rotate")

	s.killedDuringShift()
	s.expect(s.drover("rotate", "--auto-approve"), 5, "approve", "destroy")
	if got := s.clusters(); len(got) != 2 {
		t.Fatalf("while destroy waits for a person, the account has the clusters %v", got)
	}
	s.managementIsGreens()

	s.expect(s.drover("approve", "destroy"), 0)
	s.expect(s.without("AWS_ENDPOINT_URL", "rotate", "--auto-approve"), 1, "AWS does not answer", "drover rotate")
	s.expect(s.drover("rotate", "--auto-approve"), 0)
	if got := s.status(); got.Active != "green" || got.Version != "1.36" || got.Rotation != nil {
		t.Errorf("after the rotation, status is %+v", got)
	}
	if got := s.clusters(); len(got) != 1 || got[0] != "herd-green" {
		t.Errorf("after the rotation, the account has the clusters %v", got)
	}
	s.managementIsGreens()
	s.showsNoSecret()
}

// session is one person at a shell, in a directory with a spec, with the cloud's variables set.
type session struct {
	t      *testing.T
	dir    string
	env    map[string]string
	calls  string // the file that the account's API calls are in
	asked  string // what the spec says of ingress beside its domain
	checks string // more of the spec's
	// What was planted where it must not come from, by name, and what every command said, by its line.
	canaries map[string]string
	said     []said
}

func start(t *testing.T, checks string, flags ...string) *session {
	t.Helper()
	s := &session{t: t, dir: t.TempDir(), checks: checks}
	s.version("1.35")
	s.calls = filepath.Join(t.TempDir(), "calls")
	s.env = harness.Cloud(t, filepath.Join(s.dir, "cluster.yaml"), append(flags, "--calls", s.calls)...)
	return s
}

// version writes the spec with that version of Kubernetes.
func (s *session) version(version string) {
	s.t.Helper()
	text := strings.NewReplacer("VERSION", version, "MANAGEMENT", s.asked, "CHECKS", s.checks).Replace(cluster)
	if err := os.WriteFile(filepath.Join(s.dir, "cluster.yaml"), []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

func (s *session) drover(args ...string) harness.Result {
	s.t.Helper()
	return s.heard(harness.DroverIn(s.t, s.dir, s.env, args...), args...)
}

// without runs a command with one of the cloud's addresses leading nowhere.
func (s *session) without(name string, args ...string) harness.Result {
	s.t.Helper()
	env := make(map[string]string, len(s.env))
	for key, value := range s.env {
		env[key] = value
	}
	env[name] = "http://" + closedPort(s.t)
	return s.heard(harness.DroverIn(s.t, s.dir, env, args...), args...)
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

// planTakes holds which command a plan names.
func (s *session) planTakes(command string) {
	s.t.Helper()
	r := s.drover("plan", "--output", "json")
	s.expect(r, 0)
	var planned struct {
		Takes string `json:"takes"`
	}
	if err := json.Unmarshal([]byte(r.Stdout), &planned); err != nil {
		s.t.Fatalf("plan --output json is not JSON: %v\n%s", err, r.Stdout)
	}
	if planned.Takes != command {
		s.t.Errorf("the plan takes %s, want %s:\n%s", planned.Takes, command, r.Stdout)
	}
}

// isReady holds that a rotation could begin, as the one that follows does.
func (s *session) isReady() {
	s.t.Helper()
	r := s.drover("ready", "--output", "json")
	s.expect(r, 0)
	var said struct {
		Ready  bool `json:"ready"`
		Checks []struct {
			Name    string `json:"name"`
			Verdict string `json:"verdict"`
		} `json:"checks"`
	}
	if err := json.Unmarshal([]byte(r.Stdout), &said); err != nil || !said.Ready || len(said.Checks) < 8 {
		s.t.Errorf("ready is %s (%v)\n%s", r.Stdout, err, r.Stderr)
	}
}

type status struct {
	Active   string           `json:"active"`
	Version  string           `json:"version"`
	Rotation *json.RawMessage `json:"rotation"`
}

func (s *session) status() status {
	s.t.Helper()
	r := s.drover("status", "--output", "json")
	s.expect(r, 0)
	var got status
	if err := json.Unmarshal([]byte(r.Stdout), &got); err != nil {
		s.t.Fatalf("reading status: %v\n%s", err, r.Stdout)
	}
	return got
}
