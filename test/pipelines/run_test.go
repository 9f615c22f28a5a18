package pipelines

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"drover/generator/pipelines"
	"drover/test/harness"
)

// runner runs steps as GitHub's does: with bash, each job in an empty directory.
type runner struct {
	t       *testing.T
	scripts map[string]string
	env     map[string]string
}

type result struct {
	stdout, stderr, summary string
	outputs                 map[string]string
	code                    int
}

// drift is told, and what could not be asked is a failure.
func TestDriftIsRed(t *testing.T) {
	t.Parallel()
	for code, says := range map[int]string{0: "", 2: "::error title=drift::", 1: "", 3: ""} {
		program, _ := standIn(t, 0, noRotation)
		data, err := os.ReadFile(program)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(program, append(data, fmt.Sprintf("case $1 in plan) echo '### Plan'; exit %d ;; esac\n", code)...), 0o700); err != nil { //nolint:gosec // a program
			t.Fatal(err)
		}
		got := newRunner(t, "github", program, nil).run("[Compare the cluster with the spec].run", true, nil)
		if got.code != code || !strings.Contains(got.stdout, says) || !strings.Contains(got.summary, "### Plan") {
			t.Errorf("a plan that exits %d makes it %+v", code, got)
		}
	}
}

// A status that nobody could ask for does not leave readiness out in silence.
func TestDriftIsRedWhereTheStatusIsNotKnown(t *testing.T) {
	t.Parallel()
	program, _ := standIn(t, 0, noRotation)
	if err := os.WriteFile(program, []byte("#!/bin/bash\ncase $1 in status) exit 1 ;; esac\n"), 0o700); err != nil { //nolint:gosec // a program
		t.Fatal(err)
	}
	for platform, at := range map[string]string{"github": "[Compare the cluster with the spec].run", "gitlab": ".drover herd: drift.script", "azure-devops": "[drift].jobs[].steps[Compare the cluster with the spec].inputs"} {
		if got := newRunner(t, platform, program, nil).run(at, true, map[string]string{"CI_JOB_ID": "1", "DROVER_OIDC": "token"}); got.code != 1 {
			t.Errorf("on %s it is %+v", platform, got)
		}
	}
}

func newRunner(t *testing.T, platform, program string, env map[string]string) runner {
	t.Helper()
	_, content := rendered(t, platform, func(*pipelines.Options) {})
	all := map[string]string{"PATH": filepath.Dir(program) + string(filepath.ListSeparator) + os.Getenv("PATH"),
		"DROVER_FILE": "cluster.yaml", "DROVER_OUT": "infra", "DROVER_CLUSTER": "herd", "DROVER_FOR": "60m", "DROVER_IF_OLDER_THAN": "30d"}
	maps.Copy(all, env)
	return runner{t, shells(t, content), all}
}

// run runs the one script whose place ends so, with the spec checked out or not.
func (r runner) run(at string, checkout bool, env map[string]string) result {
	r.t.Helper()
	script := ""
	for place, text := range r.scripts {
		if strings.Contains(place, at) {
			script = text
		}
	}
	if script == "" {
		r.t.Fatalf("no script is at %s", at)
	}
	dir, files := r.t.TempDir(), r.t.TempDir()
	put := func(path, text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			r.t.Fatal(err)
		}
	}
	if checkout {
		put(filepath.Join(dir, "cluster.yaml"), cluster)
	}
	if plan, has := env["PLAN_FILE"]; has { // what an earlier step or job left
		put(filepath.Join(dir, "drover-plan.md"), plan)
	}
	put(filepath.Join(files, "script.sh"), script)
	command := exec.CommandContext(r.t.Context(), "bash", "--noprofile", "--norc", "-eo", "pipefail", filepath.Join(files, "script.sh"))
	command.Dir = dir
	command.Env = append(os.Environ(), "GITHUB_OUTPUT="+filepath.Join(files, "output"), "GITHUB_STEP_SUMMARY="+filepath.Join(files, "summary"), "AGENT_TEMPDIRECTORY="+files)
	for _, more := range []map[string]string{r.env, env} {
		for name, value := range more {
			command.Env = append(command.Env, name+"="+value)
		}
	}
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	err := command.Run()
	if command.ProcessState == nil {
		r.t.Fatal(err)
	}
	read := func(name string) string {
		data, _ := os.ReadFile(filepath.Join(files, name)) // not there: nothing was written
		return string(data)
	}
	return result{stdout.String(), stderr.String(), read("summary"), outputs(read("output")), command.ProcessState.ExitCode()}
}

// outputs reads what a step sets, as GitHub does: NAME=VALUE, or NAME<<END and lines until END.
func outputs(text string) map[string]string {
	all := map[string]string{}
	for lines := strings.Split(text, "\n"); len(lines) > 0; lines = lines[1:] {
		if name, end, heredoc := strings.Cut(lines[0], "<<"); heredoc {
			var value []string
			for lines = lines[1:]; len(lines) > 1 && lines[0] != end; lines = lines[1:] {
				value = append(value, lines[0])
			}
			all[name] = strings.Join(value, "\n")
		} else if name, value, is := strings.Cut(lines[0], "="); is {
			all[name] = value
		}
	}
	return all
}

// standIn is a program in drover's place that answers with one exit code and a status, and notes what it is asked.
func standIn(t *testing.T, code int, status string) (program, log string) {
	t.Helper()
	dir := t.TempDir()
	program, log = filepath.Join(dir, "drover"), filepath.Join(dir, "log")
	script := fmt.Sprintf("#!/bin/bash\necho \"$*\" >> %s\ncase \"$*\" in\n'status --output json') cat <<'END'\n%s\nEND\n;;\nstatus*) echo '### Status of herd' ;;\nrotate*) exit %d ;;\nesac\n", log, status, code)
	if err := os.WriteFile(program, []byte(script), 0o700); err != nil { //nolint:gosec // a program
		t.Fatal(err)
	}
	return program, log
}

const (
	atShift     = `{"rotation": {"id": "r1", "phase": "approve-shift", "approvals": []}}`
	approved    = `{"rotation": {"id": "r1", "phase": "approve-destroy", "approvals": [{"gate": "shift", "by": "ann"}, {"gate": "destroy", "by": "ann"}]}}`
	noRotation  = `{"rotation": null}`
	afterShift  = `{"rotation": {"id": "r1", "phase": "approve-destroy", "approvals": [{"gate": "shift", "by": "ann"}]}}`
	inTheMiddle = `{"rotation": {"phase": "build", "approvals": []}}`
)

func TestAnEndIsToldAndNeverGreenInSilence(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		code             int
		status           string
		github, gitlab   int // the exit codes of the steps
		azure            int
		gate, says, vsso string
	}{
		{0, noRotation, 0, 0, 0, "", "::notice title=drover::done", ""},
		{1, inTheMiddle, 1, 1, 1, "", "", ""},
		{4, noRotation, 4, 4, 4, "", "::error title=rolled back::", "##vso[task.logissue type=error]rolled back"},
		{5, atShift, 0, 5, 0, "shift", "::warning title=waiting::", "##vso[task.complete result=SucceededWithIssues]"},
		{5, afterShift, 0, 5, 0, "destroy", "::warning title=waiting::", "##vso[task.complete result=SucceededWithIssues]"},
		{5, approved, 0, 5, 0, "", "::warning title=waiting::", "##vso[task.logissue type=warning]waiting"},
		{5, noRotation, 0, 5, 0, "", "::warning title=waiting::", ""},
		{5, inTheMiddle, 0, 5, 0, "", "::warning title=waiting::", ""},
		{6, noRotation, 0, 6, 0, "", "::warning title=lease held::", "##vso[task.complete result=SucceededWithIssues]"},
	} {
		t.Run(fmt.Sprint(test.code, test.status), func(t *testing.T) {
			t.Parallel()
			program, _ := standIn(t, test.code, test.status)
			got := newRunner(t, "github", program, nil).run("[drover rotate].run", true, nil)
			if got.code != test.github || got.outputs["gate"] != test.gate || (got.outputs["rotation"] == "r1") != (test.gate != "") || !strings.Contains(got.stdout, test.says) || !strings.Contains(got.summary, "### Status of herd") {
				t.Errorf("on GitHub it is %+v", got)
			}
			got = newRunner(t, "gitlab", program, nil).run(".drover herd: rotate.script", true, map[string]string{"CI_JOB_ID": "1", "DROVER_OIDC": "token"})
			if got.code != test.gitlab || !strings.Contains(got.stdout, "### Status of herd") {
				t.Errorf("on GitLab it is %+v", got)
			}
			got = newRunner(t, "azure-devops", program, nil).run("[rotate].jobs[].strategy.runOnce.deploy.steps[drover rotate].inputs", true, nil)
			if got.code != test.azure || !strings.Contains(got.stdout, test.vsso) || !strings.Contains(got.stdout, "##vso[task.uploadsummary]") {
				t.Errorf("on Azure it is %+v", got)
			}
		})
	}
}

// Runs that rotate are repeated every hour. One that applies is not, so that nothing makes up for it.
func TestAnApplyThatAnotherProcessKeepsOutIsRed(t *testing.T) {
	t.Parallel()
	program, _ := standIn(t, 0, noRotation)
	script := "#!/bin/bash\ncase $1 in plan) echo \"$PLANNED\" ;; apply) exit 6 ;; esac\n"
	if err := os.WriteFile(program, []byte(script), 0o700); err != nil { //nolint:gosec // a program
		t.Fatal(err)
	}
	for platform, at := range map[string]string{"github": "[drover apply].run", "gitlab": ".drover herd: apply.script", "azure-devops": "[apply].jobs[].strategy.runOnce.deploy.steps[drover apply].inputs"} {
		for _, planned := range []string{`{"takes": "apply"}`, `[]`, `{"takes":`} {
			got := newRunner(t, platform, program, nil).run(at, true, map[string]string{"CI_JOB_ID": "1", "DROVER_OIDC": "token", "PLANNED": planned})
			if got.code != 1 || planned == `{"takes": "apply"}` && !strings.Contains(got.stdout+got.stderr, "no later run") {
				t.Errorf("on %s, of %s, it is %+v", platform, planned, got)
			}
		}
	}
}

// api is GitHub's, as far as the scripts ask.
type api struct {
	mu        sync.Mutex
	comments  []map[string]any
	approvals string
	calls     []string
}

func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.calls = append(a.calls, r.Method+" "+r.URL.Path)
	if r.Header.Get("Authorization") != "Bearer the-token" {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	var sent struct{ Body string }
	if r.Method != http.MethodGet {
		if err := json.NewDecoder(r.Body).Decode(&sent); err != nil || len(sent.Body) > 65_536 {
			w.WriteHeader(http.StatusUnprocessableEntity)
			return
		}
	}
	var id int
	switch {
	case r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/actions/runs/17/approvals"):
		_, _ = w.Write([]byte(a.approvals))
	case r.Method == http.MethodGet && r.URL.Path == "/repos/acme/shop/issues/5/comments":
		var page int
		_, _ = fmt.Sscan(r.URL.Query().Get("page"), &page)
		from := min((page-1)*100, len(a.comments))
		_ = json.NewEncoder(w).Encode(append([]map[string]any{}, a.comments[from:min(from+100, len(a.comments))]...))
	case r.Method == http.MethodPost && r.URL.Path == "/repos/acme/shop/issues/5/comments":
		a.comments = append(a.comments, map[string]any{"id": 1000 + len(a.comments), "body": sent.Body, "user": map[string]any{"type": "Bot"}})
		_, _ = w.Write([]byte("{}"))
	case r.Method == http.MethodPatch && func() bool { n, _ := fmt.Sscanf(r.URL.Path, "/repos/acme/shop/issues/comments/%d", &id); return n == 1 }():
		a.comments[id-1000]["body"] = sent.Body
		_, _ = w.Write([]byte("{}"))
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

func served(t *testing.T, a *api) map[string]string {
	t.Helper()
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	return map[string]string{"GITHUB_API_URL": server.URL, "GITHUB_REPOSITORY": "acme/shop", "GITHUB_SERVER_URL": "https://github.example", "GITHUB_RUN_ID": "17", "GH_TOKEN": "the-token", "PULL": "5"}
}

func TestAPlanIsOneCommentThatStays(t *testing.T) {
	t.Parallel()
	a := &api{}
	person := map[string]any{"id": 1000, "body": "<!-- drover plan of herd -->\nby a person", "user": map[string]any{"type": "User"}}
	a.comments = append(a.comments, person)
	for i := range 150 { // more than a page
		a.comments = append(a.comments, map[string]any{"id": 1001 + i, "body": "another", "user": map[string]any{"type": "Bot"}})
	}
	r := newRunner(t, "github", harness.Program(t), served(t, a))
	smuggled := "$(touch pwned) `touch pwned` \"; touch pwned; ' \\ ${{ secrets.X }}\nline two"
	for i, plan := range []string{smuggled, "second", ""} {
		if got := r.run("Comment on the pull request", false, map[string]string{"PLAN": plan}); got.code != 0 {
			t.Fatalf("comment %d: %+v", i, got)
		}
		if len(a.comments) != 152 || person["body"] != "<!-- drover plan of herd -->\nby a person" {
			t.Fatalf("after %d there are %d comments, the person's is %v", i, len(a.comments), person)
		}
		body := a.comments[151]["body"].(string)
		want := plan
		if plan == "" {
			want = "The plan of `herd` failed: https://github.example/acme/shop/actions/runs/17"
		}
		if body != "<!-- drover plan of herd -->\n"+want {
			t.Errorf("comment %d is %q", i, body)
		}
	}
}

// notes are what GitLab and Azure DevOps keep of comments: one is found again by its mark.
type notes struct {
	mu        sync.Mutex
	all       []string
	strangers int    // how many of them, the first ones, somebody else wrote
	token     string // a header and its value
}

func (n *notes) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n.mu.Lock()
	defer n.mu.Unlock()
	name, value, _ := strings.Cut(n.token, ": ")
	gitlab := strings.HasPrefix(r.URL.Path, "/api/v4/projects/7/merge_requests/5/notes")
	azure := strings.HasPrefix(r.URL.Path, "/acme/shop/_apis/git/repositories/7/pullRequests/5/threads") && r.URL.Query().Get("api-version") == "7.1"
	if r.Header.Get(name) != value || !gitlab && !azure && r.URL.Path != "/api/v4/user" {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	if r.URL.Path == "/api/v4/user" {
		_, _ = w.Write([]byte(`{"id": 3}`))
		return
	}
	var sent struct {
		Body, Content string
		Comments      []struct{ Content string }
	}
	if r.Method != http.MethodGet {
		if err := json.NewDecoder(r.Body).Decode(&sent); err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
	}
	text := sent.Body + sent.Content
	for _, c := range sent.Comments {
		text += c.Content
	}
	switch r.Method {
	case http.MethodPost:
		n.all = append(n.all, text)
	case http.MethodPut, http.MethodPatch: // …/notes/1, …/threads/1/comments/1
		var id int
		_, _ = fmt.Sscan(r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:], &id)
		n.all[id] = text
	default:
		kept, threads := []map[string]any{}, []map[string]any{{"id": 99, "comments": nil}}
		for id, text := range n.all {
			author := 3
			if id < n.strangers {
				author = 4
			}
			kept = append(kept, map[string]any{"id": id, "body": text, "author": map[string]any{"id": author}})
			threads = append(threads, map[string]any{"id": id, "comments": []map[string]any{{"id": id, "content": text}}})
		}
		if gitlab {
			_ = json.NewEncoder(w).Encode(kept)
		} else {
			_ = json.NewEncoder(w).Encode(map[string]any{"value": threads})
		}
		return
	}
	_, _ = w.Write([]byte("{}"))
}

func TestAPlanIsOneCommentOnGitLabAndAzureToo(t *testing.T) {
	t.Parallel()
	for platform, test := range map[string]struct {
		at, token string
		env       func(url string) map[string]string
	}{
		"gitlab": {".drover herd: comment.script", "PRIVATE-TOKEN: the-token", func(url string) map[string]string {
			return map[string]string{"CI_API_V4_URL": url + "/api/v4", "CI_PROJECT_ID": "7", "CI_MERGE_REQUEST_IID": "5", "DROVER_GITLAB_TOKEN": "the-token"}
		}},
		"azure-devops": {"steps[Comment on the pull request].bash", "Authorization: Bearer the-token", func(url string) map[string]string {
			return map[string]string{"SYSTEM_COLLECTIONURI": url + "/acme/", "SYSTEM_TEAMPROJECTID": "shop", "BUILD_REPOSITORY_ID": "7", "SYSTEM_PULLREQUEST_PULLREQUESTID": "5", "SYSTEM_ACCESSTOKEN": "the-token"}
		}},
	} {
		t.Run(platform, func(t *testing.T) {
			t.Parallel()
			n := &notes{token: test.token, all: []string{"another"}}
			if platform == "gitlab" { // somebody's note with the mark stays: its author could change the plan later
				n.all, n.strangers = []string{"<!-- drover plan of herd -->\nby a person"}, 1
			}
			first := n.all[0]
			server := httptest.NewServer(n)
			t.Cleanup(server.Close)
			r := newRunner(t, platform, harness.Program(t), test.env(server.URL))
			for i, plan := range []string{"$(touch pwned) `touch pwned` \" \\ '\nline two\n", "second\n"} {
				got := r.run(test.at, false, map[string]string{"PLAN_FILE": plan})
				if got.code != 0 || len(n.all) != 2 || n.all[0] != first || n.all[1] != "<!-- drover plan of herd -->\n"+plan {
					t.Fatalf("comment %d: %+v, and there is %q", i, got, n.all)
				}
			}
		})
	}
}

// curl's own exit codes 5 and 6 are not those of a wait.
func TestACommentThatGitLabCannotTakeIsAFailure(t *testing.T) {
	t.Parallel()
	program, _ := standIn(t, 0, noRotation)
	if err := os.WriteFile(filepath.Join(filepath.Dir(program), "curl"), []byte("#!/bin/bash\nexit 6\n"), 0o700); err != nil { //nolint:gosec // a program
		t.Fatal(err)
	}
	got := newRunner(t, "gitlab", program, nil).run(".drover herd: comment.script", false, map[string]string{"PLAN_FILE": "plan",
		"CI_API_V4_URL": "http://127.0.0.1:1/api/v4", "CI_PROJECT_ID": "7", "CI_MERGE_REQUEST_IID": "5", "DROVER_GITLAB_TOKEN": "the-token"})
	if got.code != 1 {
		t.Errorf("it is %+v", got)
	}
}

func TestAGateOpensInTheReviewersNameAndInNobodyElses(t *testing.T) {
	t.Parallel()
	const approvedByAnn = `[{"state":"approved","environments":[{"name":"drover-herd-approve-shift"}],"user":{"login":"ann"}}]`
	for name, test := range map[string]struct{ approvals, rotation, asks string }{
		"nobody":                 {`[]`, "r1", ""},
		"of another environment": {`[{"state":"approved","environments":[{"name":"drover-herd"}],"user":{"login":"eve"}}]`, "r1", ""},
		"rejected":               {`[{"state":"rejected","environments":[{"name":"drover-herd-approve-shift"}],"user":{"login":"eve"}}]`, "r1", ""},
		"for another rotation":   {approvedByAnn, "r0", ""},
		"for none":               {approvedByAnn, "", ""},
		"approved":               {approvedByAnn, "r1", "approve shift --by ann --reason https://github.example/acme/shop/actions/runs/17\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			program, log := standIn(t, 0, atShift)
			env := served(t, &api{approvals: test.approvals})
			got := newRunner(t, "github", program, env).run("[Approve shift].run", true, map[string]string{"DROVER_GATE": "shift", "DROVER_ENVIRONMENT": "drover-herd-approve-shift", "DROVER_ROTATION": test.rotation})
			data, _ := os.ReadFile(log) // not there: it was not asked
			asked := strings.TrimPrefix(string(data), "status --output json\n")
			if asked != test.asks || (got.code == 0) != (test.asks != "") {
				t.Errorf("it exits %d, and drover is asked %q\n%s", got.code, asked, got.stdout)
			}
		})
	}
}

// The real drover, for an account without the cluster: the check, the plan, the comment.
func TestAPullRequestIsCheckedPlannedAndCommented(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "cluster.yaml")
	if err := os.WriteFile(file, []byte(cluster), 0o600); err != nil {
		t.Fatal(err)
	}
	env := harness.Cloud(t, file)
	a := &api{}
	maps.Copy(env, served(t, a))
	r := newRunner(t, "github", harness.Program(t), env)
	if got := r.run("[Check the spec and what is generated].run", true, nil); got.code != 0 || !strings.Contains(got.stdout, "nothing to compare") {
		t.Errorf("the check is %+v", got)
	}
	planned := r.run("[Plan].run", true, nil)
	if planned.code != 0 || !strings.Contains(planned.outputs["plan"], "### Plan of `herd`: apply\n") || strings.TrimSpace(planned.summary) != planned.outputs["plan"] {
		t.Fatalf("the plan is %+v", planned)
	}
	if got := r.run("Comment on the pull request", false, map[string]string{"PLAN": planned.outputs["plan"]}); got.code != 0 || len(a.comments) != 1 {
		t.Fatalf("the comment is %+v", got)
	}
	if body := a.comments[0]["body"].(string); !strings.Contains(body, "| foundation | create |") {
		t.Errorf("the comment is %s", body)
	}
}
