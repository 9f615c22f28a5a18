package kills

import (
	"bufio"
	"cmp"
	"encoding/json"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"drover/test/harness"
)

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

// stage is one cluster and where it is driven from.
type stage struct {
	t         *testing.T
	env       map[string]string
	dir       string // of the next process
	dirs      int
	text      string // of the spec
	random    *rand.Rand
	matrix    *matrix
	deletions *deletions
	from, to  string // the colors of the rotation
	phase     string // the last one that a process named
	starts    int
	adopted   int // resources that were taken over
}

func newStage(t *testing.T, m *matrix) *stage {
	t.Helper()
	s := &stage{t: t, random: rand.New(rand.NewPCG(m.seed, m.seed)), matrix: m, deletions: &deletions{times: map[string]int{}}}
	s.version("1.35")
	s.move()
	s.env = harness.Cloud(t, filepath.Join(s.dir, "cluster.yaml"))
	s.env["AWS_ENDPOINT_URL"] = s.deletions.between(t, s.env["AWS_ENDPOINT_URL"])
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

// last is the phase after which a rotation is done.
const last = "sweep"

// event is a line of `rotate --output json`.
type event struct {
	Kind  string `json:"kind"`
	Phase string `json:"phase"`
	Root  string `json:"root"`
}

// record names what is recorded, whichever color the rotation makes.
func (s *stage) record(e event) string {
	words := []string{e.Kind, e.Phase, strings.NewReplacer(s.from, "old", s.to, "new").Replace(e.Root)}
	return strings.Join(slices.DeleteFunc(words, func(word string) bool { return word == "" }), " ")
}

// rotate runs one process, and kills after the first record for which the matrix lacks a kill. It returns the exit code,
// and -1 for a process that was killed.
func (s *stage) rotate() (int, string) {
	s.t.Helper()
	s.starts++
	command := harness.Command(s.t, s.dir, s.env, "rotate", "--again", "--auto-approve", "--verbose", "--output", "json")
	stdout, err := command.StdoutPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	said := &diagnostics{}
	command.Stderr = said
	if err := command.Start(); err != nil {
		s.t.Fatal(err)
	}
	lines := bufio.NewScanner(stdout)
	lines.Buffer(nil, 1<<20)
	for killed := false; lines.Scan(); {
		var e event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			s.t.Errorf("a line of rotate --output json is not an event: %v: %s", err, lines.Text())
		}
		s.phase = cmp.Or(e.Phase, s.phase)
		after := s.record(e)
		what, wanted := s.matrix.next(after)
		if killed || !wanted {
			continue
		}
		killed = what != terraform // drover goes on without it, or ends by itself
		s.wait(e, said)
		s.t.Logf("%s: after %s, %s is killed", time.Now().Format(time.TimeOnly), after, what)
		s.kill(command.Process.Pid, what)
		s.matrix.count(after, what)
	}
	_, _ = io.Copy(io.Discard, stdout)
	_ = command.Wait()
	s.adopted += said.count("taking over ")
	s.t.Logf("%s: process %d exited %d", time.Now().Format(time.TimeOnly), s.starts, command.ProcessState.ExitCode())
	return command.ProcessState.ExitCode(), said.tail()
}

// wait lets a moment pass after a record, or none: records that come in a burst would never be the last ones that a process
// wrote. Where Terraform changes a root, it is killed in the middle of that.
func (s *stage) wait(e event, said *diagnostics) {
	sign, least := "Creation complete", 1+s.random.IntN(12)
	switch e.Kind {
	case "destroy-intended":
		sign = "Destruction complete"
	case "apply-intended":
	default:
		if s.random.IntN(3) == 0 {
			time.Sleep(time.Duration(s.random.IntN(1500)) * time.Millisecond)
		}
		return
	}
	for until := time.Now().Add(time.Minute); said.count(sign) < least && time.Now().Before(until); {
		time.Sleep(50 * time.Millisecond)
	}
}

// diagnostics is what a process writes to standard error.
type diagnostics struct {
	lock sync.Mutex
	text strings.Builder
}

func (d *diagnostics) Write(p []byte) (int, error) {
	d.lock.Lock()
	defer d.lock.Unlock()
	return d.text.Write(p)
}

func (d *diagnostics) count(text string) int {
	d.lock.Lock()
	defer d.lock.Unlock()
	return strings.Count(d.text.String(), text)
}

func (d *diagnostics) tail() string {
	d.lock.Lock()
	defer d.lock.Unlock()
	const most = 6000
	text := d.text.String()
	return text[max(0, len(text)-most):]
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

func (s *stage) drover(args ...string) harness.Result {
	s.t.Helper()
	return harness.DroverIn(s.t, s.dir, s.env, args...)
}
