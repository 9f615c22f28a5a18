// Package gitops rotates a cluster whose applications come from a Git repository, with Argo CD's own programs beside each
// color, by `drover rehearse --repository`.
package gitops

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"drover/test/harness"
)

func TestMain(m *testing.M) { os.Exit(harness.Main(m)) }

// summary is what is read of `drover rehearse --output json`.
type summary struct {
	Outcome, Reason string
	Phases          []struct{ Name, Outcome string }
	Requests        struct{ Total, Blue, Green, Failed int }
	GitOps          struct{ Release, Commit string }
	Kubernetes      struct{ StandIns []string }
	Notes           []string
	Handover        struct {
		Detail  string
		Seconds float64
		Jobs    map[string]int
		Twice   []string
	}
}

func (s summary) ran(phase string) bool {
	return slices.ContainsFunc(s.Phases, func(p struct{ Name, Outcome string }) bool { return p.Name == phase })
}

func rehearse(t *testing.T, file, repository string) (summary, harness.Result) {
	t.Helper()
	r := harness.Drover(t, t.TempDir(), "rehearse", "-f", file, "--repository", repository, "--output", "json")
	var s summary
	if err := json.Unmarshal([]byte(r.Stdout), &s); err != nil {
		t.Fatalf("the summary is no JSON: %v\n%s%s", err, r.Stdout, r.Stderr)
	}
	return s, r
}

// The ingress of a color answers only while the web application that Argo CD brings there does, so that no failed request
// means that green's was there before any traffic was.
func TestTheExampleRotatesWithoutAFailedRequest(t *testing.T) {
	t.Parallel()
	examples := filepath.Join(harness.Repository(t), "examples")
	s, r := rehearse(t, filepath.Join(examples, "aws", "gitops.yaml"), filepath.Join(examples, "gitops"))
	if r.Code != 0 || s.Outcome != "done" || s.Requests.Failed != 0 || s.Requests.Blue == 0 || s.Requests.Green == 0 {
		t.Errorf("exit %d, %+v\n%s", r.Code, s, r.Stderr)
	}
	if s.GitOps.Release == "" || s.GitOps.Commit == "" || len(s.Kubernetes.StandIns) != 0 {
		t.Errorf("Argo CD followed %+v, and in place of applications there were %v", s.GitOps, s.Kubernetes.StandIns)
	}
	if h := s.Handover; h.Seconds <= 0 || h.Seconds > 60 || len(h.Twice) != 0 || h.Jobs["blue"] == 0 || !strings.Contains(h.Detail, "consumer/consumer, CronJob report/report: on green") {
		t.Errorf("the singletons were handed over as %+v", h)
	}
	if !strings.Contains(r.Stderr, "4 Applications") {
		t.Errorf("nobody is told of the Applications:\n%s", r.Stderr)
	}
}

// Each color has a branch here, and an Application of green's names a directory that is not there.
func TestARepositoryThatIsBrokenForGreenGetsNoTraffic(t *testing.T) {
	t.Parallel()
	examples := filepath.Join(harness.Repository(t), "examples")
	text, err := os.ReadFile(filepath.Join(examples, "aws", "gitops.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "cluster.yaml")
	changed := strings.Replace(string(text), "    path: apps ", "    revision: '{{color}}'\n    path: apps ", 1)
	if err := os.WriteFile(file, []byte(changed), 0o600); err != nil || changed == string(text) {
		t.Fatalf("the spec names no path of the repository (%v)", err)
	}
	s, r := rehearse(t, file, branches(t, filepath.Join(examples, "gitops")))
	if r.Code != 1 || s.Outcome != "rolled-back" || s.ran("shift") {
		t.Errorf("exit %d, %+v\n%s", r.Code, s, r.Stderr)
	}
	if s.Requests.Failed != 0 || s.Requests.Green != 0 || s.Requests.Blue == 0 {
		t.Errorf("requests: %+v", s.Requests)
	}
	if !strings.Contains(s.Reason+r.Stderr, "Application argocd/web") {
		t.Errorf("nobody is told which Application is not well: %s\n%s", s.Reason, r.Stderr)
	}
}

// branches is a repository with the files of dir on main and blue, and on green with an Application that leads nowhere.
func branches(t *testing.T, dir string) string {
	t.Helper()
	to := t.TempDir()
	if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	git(t, to, "init", "-q", "-b", "main")
	git(t, to, "add", ".")
	git(t, to, "commit", "-q", "-m", "Three applications")
	git(t, to, "branch", "blue")
	git(t, to, "checkout", "-q", "-b", "green")
	web := filepath.Join(to, "apps", "web.yaml")
	data, err := os.ReadFile(web)
	if err != nil {
		t.Fatal(err)
	}
	broken := strings.Replace(string(data), "path: web", "path: nowhere", 1)
	if err := os.WriteFile(web, []byte(broken), 0o600); err != nil || broken == string(data) {
		t.Fatalf("the Application names no path (%v)", err)
	}
	git(t, to, "commit", "-q", "-a", "-m", "Look elsewhere for the web")
	git(t, to, "checkout", "-q", "main")
	return to
}

func git(t *testing.T, dir string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "git", append([]string{"-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgSign=false"}, args...)...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}
