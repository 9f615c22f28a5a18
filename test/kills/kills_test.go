// Package kills rotates a cluster with real Terraform against a simulated account, with state and store in its bucket,
// and kills what runs again and again: drover, Terraform, both, or both with the whole working directory. The next
// process starts in another directory. It must never help drover on: what goes on is the next `drover rotate`.
package kills

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

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
  kubernetes: {version: "VERSION"}
  network: {cidr: 10.60.0.0/16, zones: 2, nat: single, endpoints: [], flowLogs: {retention: 1d}}
  access: {admins: ["arn:aws:iam::123456789012:role/admin"]}
  ingress: {domain: herd.example.com}
  nodePools: [{name: general, min: 1}]
  rotation:
    verify: [{http: {path: /healthz, samples: 5, timeout: 2m}}]
    traffic: {steps: [50, 100], interval: 3s, ttl: 2s}
    soak: 4s
    quiet: 10s
    keepBlue: 1s
  accept: [{warning: short-ttl, reason: the records of a rehearsal live for 5 seconds}]
`

// kind is what is killed.
type kind string

const (
	drover    kind = "drover"
	terraform kind = "Terraform"
	both      kind = "both"
	directory kind = "both, and the directory is lost"
)

var kinds = []kind{drover, terraform, both, directory}

// stage is one cluster and where it is driven from.
type stage struct {
	t      *testing.T
	env    map[string]string
	dir    string // of the next process
	dirs   int
	text   string // of the spec
	random *rand.Rand
	killed map[string]map[kind]int // by the event after which it was
	starts int
}

func newStage(t *testing.T, seed uint64) *stage {
	t.Helper()
	s := &stage{t: t, random: rand.New(rand.NewPCG(seed, seed)), killed: map[string]map[kind]int{}}
	s.version("1.35")
	s.move()
	s.env = harness.Cloud(t, filepath.Join(s.dir, "cluster.yaml"))
	return s
}

func (s *stage) version(version string) {
	s.text = strings.ReplaceAll(cluster, "VERSION", version)
	if s.dir != "" {
		s.write()
	}
}

func (s *stage) write() {
	s.t.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, "cluster.yaml"), []byte(s.text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// move has the next process run in a directory that holds the spec and nothing else, as a fresh checkout does.
func (s *stage) move() {
	s.t.Helper()
	s.dirs++
	s.dir = filepath.Join(s.t.TempDir(), "checkout-"+strconv.Itoa(s.dirs))
	if err := os.MkdirAll(s.dir, 0o755); err != nil {
		s.t.Fatal(err)
	}
	s.write()
}

// event is a line of `rotate --output json`.
type event struct {
	Kind    string `json:"kind"`
	Phase   string `json:"phase"`
	Root    string `json:"root"`
	Outcome string `json:"outcome"`
}

func (e event) String() string {
	return strings.Join(slices.DeleteFunc([]string{e.Kind, e.Phase, e.Root}, func(s string) bool { return s == "" }), " ")
}

// again are the events of every new process: they are no progress.
func (e event) again() bool {
	return e.Kind == "driving" || e.Phase == "preflight" || slices.Contains([]string{"preflighted", "stands", "checked", "measured", "verdict", "end-planned", "rotation-started"}, e.Kind)
}

// rotate runs one process until it has made so many events of progress, and then kills. It returns the exit code, and
// -1 for a process that was killed.
func (s *stage) rotate(after int, what kind) (int, string) {
	s.t.Helper()
	s.starts++
	command := harness.Command(s.t, s.dir, s.env, "rotate", "--auto-approve", "--output", "json")
	stdout, err := command.StdoutPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	diagnostics := &strings.Builder{}
	command.Stderr = diagnostics
	if err := command.Start(); err != nil {
		s.t.Fatal(err)
	}
	lines := bufio.NewScanner(stdout)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var e event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			s.t.Errorf("a line of rotate --output json is not an event: %v: %s", err, lines.Text())
		}
		if e.again() {
			continue
		}
		if after--; after == 0 {
			// Anywhere in what comes next: right away, or while a plan, an apply or a confirmation is under way.
			time.Sleep(time.Duration(s.random.IntN(3000)) * time.Millisecond)
			s.t.Logf("%s: after %s, %s is killed", time.Now().Format(time.TimeOnly), e, what)
			s.kill(command.Process.Pid, what)
			s.count(e, what)
		}
	}
	_, _ = io.Copy(io.Discard, stdout)
	_ = command.Wait()
	s.t.Logf("%s: process %d exited %d", time.Now().Format(time.TimeOnly), s.starts, command.ProcessState.ExitCode())
	return command.ProcessState.ExitCode(), diagnostics.String()
}

func (s *stage) count(e event, what kind) {
	if s.killed[e.String()] == nil {
		s.killed[e.String()] = map[kind]int{}
	}
	s.killed[e.String()][what]++
}

// kill ends processes at once, as a power cut does.
func (s *stage) kill(pid int, what kind) {
	if what != terraform {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
	if what != drover {
		for _, child := range s.terraforms() {
			_ = syscall.Kill(child, syscall.SIGKILL)
		}
	}
	if what == directory {
		for range 50 { // a provider that is being killed may still write
			if err := os.RemoveAll(s.dir); err == nil {
				break
			}
			time.Sleep(20 * time.Millisecond)
		}
	}
	if what != terraform {
		s.move()
	}
}

// terraforms are the processes of Terraform and its providers that run in the directory.
func (s *stage) terraforms() []int {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		s.t.Fatal(err)
	}
	var found []int
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		cwd, err := os.Readlink(filepath.Join("/proc", entry.Name(), "cwd"))
		if err == nil && strings.HasPrefix(cwd, s.dir+string(filepath.Separator)) {
			found = append(found, pid)
		}
	}
	return found
}

// clusters are those that the account has.
func (s *stage) clusters() []string {
	s.t.Helper()
	out := s.aws("eks", "list-clusters")
	var answer struct {
		Clusters []string `json:"clusters"`
	}
	if err := json.Unmarshal([]byte(out), &answer); err != nil {
		s.t.Fatalf("listing clusters: %v\n%s", err, out)
	}
	slices.Sort(answer.Clusters)
	return answer.Clusters
}

func (s *stage) aws(args ...string) string {
	s.t.Helper()
	command := exec.CommandContext(s.t.Context(), harness.Found(s.t, "aws"), append(args, "--output", "json")...)
	command.Env = os.Environ()
	for _, name := range slices.Sorted(maps.Keys(s.env)) {
		command.Env = append(command.Env, name+"="+s.env[name])
	}
	out, err := command.Output()
	if err != nil {
		s.t.Fatalf("aws %s: %v", strings.Join(args, " "), err)
	}
	return string(out)
}

// tagged are the ARNs of what the account has of a color.
func (s *stage) tagged(color string) []string {
	s.t.Helper()
	var answer struct {
		ResourceTagMappingList []struct{ ResourceARN string }
	}
	out := s.aws("resourcegroupstaggingapi", "get-resources", "--tag-filters", "Key=drover:cluster,Values=herd", "Key=drover:color,Values="+color)
	if err := json.Unmarshal([]byte(out), &answer); err != nil {
		s.t.Fatalf("listing resources: %v\n%s", err, out)
	}
	var arns []string
	for _, r := range answer.ResourceTagMappingList {
		arns = append(arns, r.ResourceARN)
	}
	return arns
}

// locks are the states' locks that are left in the bucket.
func (s *stage) locks() []string {
	s.t.Helper()
	var answer struct{ Contents []struct{ Key string } }
	out := s.aws("s3api", "list-objects-v2", "--bucket", "herd-states")
	if err := json.Unmarshal([]byte(out), &answer); err != nil {
		s.t.Fatalf("listing the bucket: %v\n%s", err, out)
	}
	var left []string
	for _, o := range answer.Contents {
		if strings.HasSuffix(o.Key, ".tflock") {
			left = append(left, o.Key)
		}
	}
	return left
}

func (s *stage) drover(args ...string) harness.Result {
	s.t.Helper()
	return harness.DroverIn(s.t, s.dir, s.env, args...)
}

// table is how often what was killed after which event, as Markdown.
func (s *stage) table() string {
	var b strings.Builder
	fmt.Fprintf(&b, "| after | %s | %s | %s | %s |\n| --- | --- | --- | --- | --- |\n", drover, terraform, both, directory)
	for _, after := range slices.Sorted(maps.Keys(s.killed)) {
		fmt.Fprintf(&b, "| %s", after)
		for _, k := range kinds {
			fmt.Fprintf(&b, " | %d", s.killed[after][k])
		}
		b.WriteString(" |\n")
	}
	return b.String()
}

func TestARotationThatIsKilledAgainAndAgainIsDoneOrRolledBack(t *testing.T) {
	t.Parallel()
	every, seed := 10, uint64(1)
	if os.Getenv("DROVER_ALL_KILLS") != "" {
		every = 1
	}
	if text := os.Getenv("DROVER_KILL_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatalf("DROVER_KILL_SEED is %q; write a number", text)
		}
	}
	s := newStage(t, seed)
	if r := s.drover("apply", "--auto-approve"); r.Code != 0 {
		t.Fatalf("apply exited %d\n%s", r.Code, r.Stderr)
	}
	s.version("1.36")
	clients := startClients(t, s.env, "herd.example.com")
	const mostStarts = 150
	code, said := -1, ""
	for code != 0 && code != 4 && s.starts < mostStarts {
		code, said = s.rotate(1+s.random.IntN(2*every-1), kinds[s.random.IntN(len(kinds))])
		if code == 6 { // the lease of a process that was killed on what looks like another machine
			time.Sleep(5 * time.Second)
		}
	}
	failed, asked := clients()
	t.Logf("seed %d: exit %d after %d starts, %d requests, %d failed\n%s", seed, code, s.starts, asked, failed, s.table())
	if code != 0 && code != 4 {
		t.Fatalf("the rotation did not end in %d starts; the last said\n%s", s.starts, said)
	}
	if failed > 0 || asked < 100 {
		t.Errorf("%d of %d requests failed", failed, asked)
	}
	active, gone := "green", "blue"
	if code == 4 {
		active, gone = "blue", "green"
	}
	want := []string{"herd-" + active}
	if got := s.clusters(); code == 0 && !slices.Equal(got, want) {
		t.Errorf("the account has the clusters %v, want %v", got, want)
	}
	if left := s.tagged(gone); code == 0 && len(left) > 0 {
		t.Errorf("left of %s: %v", gone, left)
	}
	if len(s.tagged(active)) == 0 {
		t.Errorf("nothing has the tags of %s: the search for what is left sees nothing", active)
	}
	if left := s.locks(); len(left) > 0 {
		t.Errorf("locks are left: %v", left)
	}
	s.move() // whoever comes later
	r := s.drover("status", "--output", "json")
	var status struct {
		Active   string
		Rotation *json.RawMessage
	}
	if err := json.Unmarshal([]byte(r.Stdout), &status); err != nil || status.Active != active || status.Rotation != nil {
		t.Errorf("status from another directory is %s (%v)\n%s", r.Stdout, err, r.Stderr)
	}
	if r := s.drover("plan", "--output", "json"); !strings.Contains(r.Stdout, `"takes": "nothing"`) && code == 0 {
		t.Errorf("after it, a plan takes something:\n%s%s", r.Stdout, r.Stderr)
	}
}
