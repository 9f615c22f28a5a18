// Package fence has two drovers drive one cluster from two directories, with one store in the simulated account's S3: one
// is stopped for longer than its lease lives, and continued. It must never touch a lease or a record itself.
package fence

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
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
    traffic: {steps: [50, 100], interval: 20s, ttl: 60s}
    soak: 20s
    keepBlue: 4h
`

// door is the account as one process reaches it: a log of the calls that come through says which process made them.
type door struct {
	env map[string]string

	lock  sync.Mutex
	calls []string // those that may change something, as "PUT /bucket/key"
}

// newDoor opens a door of its own to a cloud.
func newDoor(t *testing.T, env map[string]string) *door {
	t.Helper()
	account, err := url.Parse(env["AWS_ENDPOINT_URL"])
	if err != nil || account.Host == "" {
		t.Fatalf("AWS_ENDPOINT_URL is %q: %v", env["AWS_ENDPOINT_URL"], err)
	}
	d := &door{env: map[string]string{}}
	forward := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(account)
		r.Out.Host = r.In.Host
	}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		d.note(r)
		forward.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	for name, value := range env {
		d.env[name] = value
	}
	d.env["AWS_ENDPOINT_URL"] = server.URL
	return d
}

// note writes a call down unless it only reads. Terraform and drover ask EC2, IAM and others by POST too: what is asked is
// in the body, which is passed on as it came.
func (d *door) note(r *http.Request) {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return
	}
	d.lock.Lock()
	defer d.lock.Unlock()
	d.calls = append(d.calls, r.Method+" "+r.URL.Path)
}

// made are the calls so far that may change something.
func (d *door) made() []string {
	d.lock.Lock()
	defer d.lock.Unlock()
	return slices.Clone(d.calls)
}

// weighed counts the writes of DNS records among calls.
func weighed(calls []string) (n int) {
	for _, call := range calls {
		if strings.HasSuffix(strings.TrimSuffix(call, "/"), "/rrset") {
			n++
		}
	}
	return n
}

// checkout is a directory with the spec and nothing else.
func checkout(t *testing.T, version string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "cluster.yaml"), []byte(strings.ReplaceAll(cluster, "VERSION", version)), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// driver is a drover that runs.
type driver struct {
	*door
	t      *testing.T
	pid    int
	stderr *strings.Builder
	events chan event
	ended  chan int // its exit code
}

type event struct {
	Kind, Phase string
	Weights     map[string]int
}

// drive starts a rotate of some drover in a directory of its own.
func drive(t *testing.T, program string, d *door) *driver {
	t.Helper()
	command := start(t.Context(), program, checkout(t, "1.36"), d.env, "rotate", "--auto-approve", "--output", "json")
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	r := &driver{door: d, t: t, stderr: &strings.Builder{}, events: make(chan event, 10_000), ended: make(chan int, 1)}
	command.Stderr = r.stderr
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	r.pid = command.Process.Pid
	go func() {
		lines := bufio.NewScanner(stdout)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			var e event
			if json.Unmarshal(lines.Bytes(), &e) == nil {
				r.events <- e
			}
		}
		_, _ = io.Copy(io.Discard, stdout)
		close(r.events)
		_ = command.Wait()
		r.ended <- command.ProcessState.ExitCode()
	}()
	return r
}

// until waits for an event; it is false if the process ended before it.
func (r *driver) until(is func(event) bool) bool {
	for e := range r.events {
		if is(e) {
			return true
		}
	}
	return false
}

func (r *driver) end(within time.Duration) int {
	r.t.Helper()
	select {
	case code := <-r.ended:
		return code
	case <-time.After(within):
		r.t.Fatalf("process %d did not end within %s:\n%s", r.pid, within, r.stderr)
		return -1
	}
}

func atHalf(e event) bool { return e.Kind == "weights" && e.Weights["green"] == 50 }

// The first, a drover of an earlier commit, is stopped in the middle of the shift, and continued while the second, today's,
// moves traffic: what one release began is also finished by the next.
func TestOfTwoDriversOfWhichOneWasStoppedExactlyOneActs(t *testing.T) {
	t.Parallel()
	dir := checkout(t, "1.35")
	cloud := harness.Cloud(t, filepath.Join(dir, "cluster.yaml"))
	// All that stands is of the earlier release: begun on what another has rendered, it would refuse to rotate.
	release := earlierDrover(t)
	run(t, start(t.Context(), release, dir, cloud, "apply", "--auto-approve"))
	first := drive(t, release, newDoor(t, cloud))
	if !first.until(atHalf) {
		t.Fatalf("the first never moved traffic: exit %d\n%s", first.end(time.Minute), first.stderr)
	}
	if err := syscall.Kill(first.pid, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Kill(first.pid, syscall.SIGCONT) })
	if weighed(first.made()) == 0 {
		t.Fatalf("the log does not show that the first moved traffic: %v", first.made())
	}

	second := takesOver(t, cloud)
	if !second.until(func(e event) bool { return e.Kind == "driving" }) {
		t.Fatalf("the second does not drive: exit %d\n%s", second.end(time.Minute), second.stderr)
	}
	before := first.made()
	if err := syscall.Kill(first.pid, syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	code := first.end(2 * time.Minute)
	if said := first.stderr.String(); code == 0 || !strings.Contains(said, "lost the lease") || !strings.Contains(said, "drover status") {
		t.Errorf("the first, continued, exited %d and said\n%s", code, said)
	}
	if after := first.made()[len(before):]; len(after) > 0 {
		t.Errorf("the first, continued, called %v", after)
	}
	if code := second.end(10 * time.Minute); code != 5 { // blue is kept
		t.Errorf("the second exited %d\n%s", code, second.stderr)
	}
	if weighed(second.made()) == 0 {
		t.Errorf("the log does not show that the second moved traffic: %v", second.made())
	}
	if after := first.made()[len(before):]; len(after) > 0 {
		t.Errorf("after its end, something of the first called %v", after)
	}
	shifted(t, cloud)
}

// takesOver starts drovers in directories of their own until one is not told that the lease is held.
func takesOver(t *testing.T, cloud map[string]string) *driver {
	t.Helper()
	const held, most = 6, 5 * time.Minute
	d, refused := newDoor(t, cloud), 0
	for began := time.Now(); time.Since(began) < most; {
		r := drive(t, harness.Program(t), d)
		select {
		case e, more := <-r.events:
			if more {
				if refused == 0 {
					t.Error("the second took the lease at once, though the first may live")
				}
				r.events <- e
				return r
			}
		case <-time.After(most):
			t.Fatalf("the second says nothing:\n%s", r.stderr)
		}
		if code := r.end(time.Minute); code != held || !strings.Contains(r.stderr.String(), "holds the lease") {
			t.Fatalf("the second exited %d\n%s", code, r.stderr)
		}
		if calls := r.made(); len(calls) > 0 {
			t.Errorf("told that the lease is held, the second called %v", calls)
		}
		refused++
		time.Sleep(5 * time.Second) // what is waited for is an expiry, of which nobody is told
	}
	t.Fatal("the lease never expired")
	return nil
}

// shifted wants green to have all traffic, as status in a third directory says.
func shifted(t *testing.T, cloud map[string]string) {
	t.Helper()
	r := harness.DroverIn(t, checkout(t, "1.36"), cloud, "status", "--output", "json")
	var status struct {
		Active  string
		Weights map[string]int
		Account struct{ Disagreements []any }
	}
	if err := json.Unmarshal([]byte(r.Stdout), &status); err != nil || r.Code != 0 {
		t.Fatalf("status exited %d (%v)\n%s%s", r.Code, err, r.Stdout, r.Stderr)
	}
	if status.Active != "green" || status.Weights["green"] != 100 || status.Weights["blue"] != 0 || len(status.Account.Disagreements) > 0 {
		t.Errorf("in the end, status is\n%s", r.Stdout)
	}
}
