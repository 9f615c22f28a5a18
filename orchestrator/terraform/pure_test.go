package terraform

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/go-version"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	tfjson "github.com/hashicorp/terraform-json"
)

func TestCommandLines(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ got, want []string }{
		{planArgs(PlanOptions{}, 0, "/r/p"),
			[]string{"plan", "-json", "-input=false", "-detailed-exitcode", "-lock-timeout=0s", "-out=/r/p"}},
		{planArgs(PlanOptions{Destroy: true}, time.Minute, "/r/p"),
			[]string{"plan", "-json", "-input=false", "-detailed-exitcode", "-lock-timeout=1m0s", "-out=/r/p", "-destroy"}},
		{planArgs(PlanOptions{RefreshOnly: true}, 0, "/r/p"),
			[]string{"plan", "-json", "-input=false", "-detailed-exitcode", "-lock-timeout=0s", "-out=/r/p", "-refresh-only"}},
		{planArgs(PlanOptions{AsKnown: true}, 0, "/r/p"),
			[]string{"plan", "-json", "-input=false", "-detailed-exitcode", "-lock-timeout=0s", "-out=/r/p", "-refresh=false"}},
		{planArgs(PlanOptions{Set: map[string]string{"b": "false", "a": "1"}, Only: []string{`module.m.t.n["x"]`}}, 0, "/r/p"),
			[]string{"plan", "-json", "-input=false", "-detailed-exitcode", "-lock-timeout=0s", "-out=/r/p", "-var=a=1", "-var=b=false", `-target=module.m.t.n["x"]`}},
		{applyArgs(0, "/r/p"), []string{"apply", "-json", "-input=false", "-lock-timeout=0s", "/r/p"}},
	} {
		if !slices.Equal(c.got, c.want) {
			t.Errorf("got  %q\nwant %q", c.got, c.want)
		}
	}
}

func TestTheEnvironmentKeepsWhatTerraformNeedsAndDropsWhatChangesIt(t *testing.T) {
	t.Parallel()
	config := filepath.Join(t.TempDir(), "rc")
	write(t, config, "")
	got := environment(map[string]string{
		"AWS_PROFILE": "prod", "HOME": "/home/me", "TF_VAR_team": "web", "TF_PLUGIN_CACHE_DIR": "/c", "TF_CLI_CONFIG_FILE": config,
		"TF_CLI_ARGS": "-lock=false", "TF_CLI_ARGS_plan": "-target=x", "TF_WORKSPACE": "w", "TF_DATA_DIR": "/d", "TF_INPUT": "1",
		"TF_LOG": "TRACE", "TF_REATTACH_PROVIDERS": "{}",
	}, map[string]string{"TF_PLUGIN_CACHE_DIR": "/other"})
	want := []string{"AWS_PROFILE=prod", "CHECKPOINT_DISABLE=1", "HOME=/home/me", "TF_CLI_CONFIG_FILE=" + config, "TF_INPUT=0",
		"TF_IN_AUTOMATION=1", "TF_PLUGIN_CACHE_DIR=/other", "TF_VAR_team=web"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	logged := environment(map[string]string{"TF_LOG": "TRACE", "TF_LOG_PATH": "/l", "TF_CLI_CONFIG_FILE": config + ".missing"}, nil)
	if !slices.Contains(logged, "TF_LOG=TRACE") || !slices.Contains(logged, "TF_LOG_PATH=/l") {
		t.Errorf("a log that goes to a file is dropped: %q", logged)
	}
	if slices.ContainsFunc(logged, func(pair string) bool { return strings.HasPrefix(pair, "TF_CLI_CONFIG_FILE=") }) {
		t.Errorf("a configuration that does not exist is kept: %q", logged)
	}
}

func TestMirrorsAreSearchedInOrder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	provider := func(parts ...string) string {
		base := filepath.Join(append([]string{dir}, parts...)...)
		must(t, os.MkdirAll(filepath.Join(base, "registry.terraform.io", "hashicorp", "aws", "5.0.0"), 0o755))
		return base
	}
	given, implied, addOn := provider("given"), provider("implied"), provider("opt", "providers")
	must(t, os.MkdirAll(filepath.Join(dir, "opt", "another", "registry.terraform.io"), 0o755)) // holds no provider
	empty := t.TempDir()
	t.Run("cases", func(t *testing.T) {
		for name, c := range map[string]struct {
			flavor  string
			env     map[string]string
			implied []string
			want    string
		}{
			"the variable first":           {Terraform, map[string]string{"DROVER_PLUGIN_MIRROR": given}, []string{implied}, given},
			"then what Terraform implies":  {Terraform, nil, []string{implied}, ""},
			"then add-on packages":         {Terraform, nil, []string{empty}, addOn},
			"not for the other registry":   {OpenTofu, nil, []string{empty}, ""},
			"never beside a user's choice": {Terraform, map[string]string{"TF_CLI_CONFIG_FILE": writeTemp(t)}, []string{empty}, ""},
		} {
			found, err := findMirror(c.flavor, withHome(c.env, empty), c.implied, filepath.Join(dir, "opt"))
			must(t, err)
			got := ""
			if found != nil {
				got = found.dir
			}
			if got != c.want {
				t.Errorf("%s: found %q, want %q", name, got, c.want)
			}
		}
	})
	_, err := findMirror(Terraform, map[string]string{"DROVER_PLUGIN_MIRROR": empty}, nil, "")
	if err == nil || !strings.Contains(err.Error(), "providers mirror") {
		t.Errorf("a mirror without a provider: %v", err)
	}
}

func writeTemp(t *testing.T) string {
	path := filepath.Join(t.TempDir(), "rc")
	write(t, path, "")
	return path
}

// withHome keeps a test away from the configuration of whoever runs it.
func withHome(env map[string]string, home string) map[string]string {
	with := map[string]string{"HOME": home}
	for name, value := range env {
		with[name] = value
	}
	return with
}

func TestTheConfigurationQuotesAnyPath(t *testing.T) {
	t.Parallel()
	dir := `/odd "name" ${file("/etc/passwd")} %{ if true }`
	data := cliConfig(&mirror{dir: dir, providers: []string{"registry.terraform.io/hashicorp/aws"}})
	file, diagnostics := hclsyntax.ParseConfig(data, "rc", hcl.InitialPos)
	if diagnostics.HasErrors() {
		t.Fatalf("%v\n%s", diagnostics, data)
	}
	blocks := file.Body.(*hclsyntax.Body).Blocks[0].Body.Blocks
	value, diagnostics := blocks[0].Body.Attributes["path"].Expr.Value(nil)
	if diagnostics.HasErrors() || value.AsString() != dir {
		t.Errorf("path = %v, %v", value, diagnostics)
	}
	if blocks[0].Type != "filesystem_mirror" || blocks[1].Type != "direct" || blocks[1].Body.Attributes["exclude"] == nil {
		t.Errorf("configuration:\n%s", data)
	}
}

func TestTheBackendIsReadFromTheFiles(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]string{
		"":               "",
		"terraform {\n}": "",
		"terraform {\n  required_version = \">= 1\"\n  backend \"s3\" {\n  }\n}": "s3",
		"backend \"s3\" {\n}":   "",
		"terraform { backend {": "",
	} {
		dir := t.TempDir()
		write(t, filepath.Join(dir, "a[1].tf"), content)
		got, err := backendType(dir)
		if err != nil || got != want {
			t.Errorf("backend of %q = %q, %v, want %q", content, got, err, want)
		}
	}
}

func TestExtraBackendSettingsAreForBackendsThatHaveSettings(t *testing.T) {
	t.Parallel()
	local, remote := t.TempDir(), t.TempDir()
	write(t, filepath.Join(remote, "backend.tf"), "terraform {\n  backend \"s3\" {\n  }\n}")
	for _, c := range []struct {
		dir, extra string
		options    int
		fails      bool
	}{
		{remote, "", 1, false},
		{remote, "a=1,b=2", 2, false},
		{local, "a=1", 1, false},
		{remote, "a", 0, true},
	} {
		options, _, err := initOptions(c.dir, t.TempDir(), c.extra)
		if len(options) != c.options || (err != nil) != c.fails {
			t.Errorf("%q: %d options, %v", c.extra, len(options), err)
		}
	}
}

func TestEventsAreReadFromTerraformsLines(t *testing.T) {
	t.Parallel()
	progress := parseEvent([]byte(`{"@level":"info","@message":"aws_vpc.q: Still creating... [10s elapsed]","@timestamp":"2026-11-22T09:36:19.210481Z","hook":{"resource":{"addr":"aws_vpc.q"},"action":"create","elapsed_seconds":10},"type":"apply_progress"}`))
	if progress.Type != "apply_progress" || progress.Address != "aws_vpc.q" || progress.Action != "create" ||
		progress.Elapsed != 10*time.Second || progress.Time.IsZero() {
		t.Errorf("progress = %+v", progress)
	}
	summary := parseEvent([]byte(`{"@message":"Plan: 2 to add","changes":{"add":2,"change":1,"remove":3,"import":0,"operation":"plan"},"type":"change_summary"}`))
	if summary.Summary == nil || *summary.Summary != (Summary{"plan", 2, 1, 3, 0}) {
		t.Errorf("summary = %+v", summary.Summary)
	}
	if crash := parseEvent([]byte("panic: out of range")); crash.Type != "log" || crash.Message != "panic: out of range" {
		t.Errorf("crash = %+v", crash)
	}
}

func TestAGrowingFileIsReadInWholeLines(t *testing.T) {
	t.Parallel()
	var got []string
	see := func(e Event) { got = append(got, e.Message) }
	f := &follower{}
	for i, part := range []string{"on", "e\ntwo\n\nth", "ree"} {
		f.source = strings.NewReader(part)
		must(t, f.read(i == 2, see))
	}
	if !slices.Equal(got, []string{"one", "two", "three"}) {
		t.Errorf("lines = %q", got)
	}
}

// What Terraform 1.11.4 and the AWS provider 5.100.0 really said.
func TestFailuresAreSortedByWhatAPersonHasToDo(t *testing.T) {
	t.Parallel()
	sts := "Retrieving AWS account details: validating provider credentials: retrieving caller identity from STS: operation error STS: GetCallerIdentity, "
	for said, want := range map[string]Kind{
		sts + "https response error StatusCode: 403, RequestID: 1, api error ExpiredToken: The security token included in the request is expired":                                                             CredentialsExpired,
		sts + "https response error StatusCode: 403, RequestID: 1, api error InvalidClientTokenId: The security token included in the request is invalid":                                                     CredentialsRefused,
		sts + "exceeded maximum number of attempts, 9, https response error StatusCode: 0, RequestID: , request send failed, Post \"http://127.0.0.1:1/\": dial tcp 127.0.0.1:1: connect: connection refused": Unreachable,
		"No valid credential sources found\nError: failed to refresh cached credentials, no EC2 IMDS role found, operation error ec2imds: GetMetadata, access disabled to EC2 IMDS via client option":         NoCredentials,
		"AWS account ID not allowed: 222222222222": WrongAccount,
		"Saved plan is stale\nThe given plan file can no longer be applied because the state was changed by another operation":                                                                           StalePlan,
		"Backend initialization required, please run \"terraform init\"\nReason: Backend type changed from \"local\" to \"s3\"":                                                                          BackendChanged,
		"Error: Failed to query available provider packages\nCould not retrieve the list of available versions":                                                                                          NoProvider,
		"creating EC2 VPC: operation error EC2: CreateVpc, api error VpcLimitExceeded: The maximum number of VPCs":                                                                                       QuotaReached,
		"api error UnauthorizedOperation: You are not authorized to perform this operation":                                                                                                              Denied,
		"creating EKS Cluster (herd-green): operation error EKS: CreateCluster, https response error StatusCode: 409, RequestID: , ResourceInUseException: Cluster already exists with name: herd-green": AlreadyThere,
		"creating IAM Role (x): operation error IAM: CreateRole, https response error StatusCode: 409, RequestID: 1, EntityAlreadyExists: Role with name x already exists.":                              AlreadyThere,
		"Invalid value for variable": Other,
	} {
		if got := classify(said); got != want {
			t.Errorf("%q is %s, want %s", said, got, want)
		}
	}
}

func TestAnErrorSaysWhatToDoAndQuotesTheBeginning(t *testing.T) {
	t.Parallel()
	err := &Error{Kind: NoCredentials, Command: "plan", Dir: "infra/shop/blue", Err: errors.New("exit status 1"),
		Diagnostics: []tfjson.Diagnostic{
			{Summary: "No valid credential sources found", Detail: "Please see the page\n\nError: failed", Range: &tfjson.Range{Filename: "providers.tf", Start: tfjson.Pos{Line: 6}}},
			{Summary: "another"},
		}}
	want := "`terraform plan` in infra/shop/blue: there are no credentials for the cloud: log in (`aws sso login`), set AWS_PROFILE, or give the pipeline a role; `aws sts get-caller-identity` shows who you are\n" +
		"  No valid credential sources found (providers.tf:6)\n  Please see the page\n  Error: failed\n  (and 1 more)"
	if err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
	long := head(strings.Repeat("line\n", 50), 3, 100)
	if long != "line\nline\nline\n…" {
		t.Errorf("head = %q", long)
	}
	if one := head(strings.Repeat("é", 60)+"\nmore", 3, 101); one != strings.Repeat("é", 50)+"…\n…" {
		t.Errorf("head of a long line = %q", one)
	}
	for kind := range kinds {
		if kinds[kind].what == "" {
			t.Errorf("kind %s says nothing", kind)
		}
	}
}

func TestVersionsAreConstrainedByWhatIsAskedAndByTheModules(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		asked, version string
		fits           bool
	}{
		{"", "1.9.5", true}, {"", "1.9.4", false}, {">= 1.10", "1.9.8", false}, {">= 1.0", "1.8.0", false}, {"~> 1.11.0", "1.11.4", true},
	} {
		all, err := constraints(c.asked)
		must(t, err)
		if got := all.Check(version.Must(version.NewVersion(c.version))); got != c.fits {
			t.Errorf("%q allows %s: %v", c.asked, c.version, got)
		}
	}
	if _, err := constraints("newest"); err == nil || !strings.Contains(err.Error(), `"newest"`) {
		t.Errorf("a constraint that is none: %v", err)
	}
}

func TestWhatRefusesDeletionIsFoundInAState(t *testing.T) {
	t.Parallel()
	managed, err := managedIn(`{"version": 4, "resources": [
		{"mode": "data", "type": "aws_lb", "name": "read", "instances": [{"attributes": {"enable_deletion_protection": true}}]},
		{"module": "module.cluster", "mode": "managed", "type": "aws_lb", "name": "this", "instances": [{"attributes": {"enable_deletion_protection": true}}]},
		{"mode": "managed", "type": "aws_lb", "name": "open", "instances": [{"attributes": {"enable_deletion_protection": false}}]},
		{"mode": "managed", "type": "aws_lb", "name": "gone", "instances": []},
		{"module": "module.foundation[0]", "mode": "managed", "type": "aws_db_instance", "name": "this", "instances": [
			{"index_key": "orders", "attributes": {"deletion_protection": true}}, {"index_key": "trial", "attributes": {"deletion_protection": null}}]}]}`)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, resource := range managed {
		for _, instance := range resource.Instances {
			if instance.refuses() {
				got = append(got, resource.address(instance))
			}
		}
	}
	if want := []string{"module.cluster.aws_lb.this", `module.foundation[0].aws_db_instance.this["orders"]`}; !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if _, err := managedIn(`{"version": 5}`); err == nil {
		t.Error("a state of a format that drover cannot read is read")
	}
}

func TestAStateInBriefCountsWhatTerraformManages(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]State{
		"": {},
		`{"version": 4, "serial": 3, "lineage": "l", "resources": []}`: {Lineage: "l", Serial: 3},
		`{"version": 4, "serial": 7, "lineage": "l", "resources": [
			{"mode": "data", "type": "aws_lb", "name": "read", "instances": [{}]}, {"mode": "managed", "type": "aws_lb", "name": "gone", "instances": []},
			{"mode": "managed", "type": "aws_lb", "name": "this", "instances": [{"index_key": 0}, {"index_key": 1}]}]}`: {Lineage: "l", Serial: 7, Resources: 2},
	} {
		if got, err := stateIn(text); err != nil || got != want {
			t.Errorf("of %s: %+v, %v; want %+v", text, got, err, want)
		}
	}
	if got, err := stateIn(`{"version": 5}`); err == nil {
		t.Errorf("a state of a format that drover cannot read is %+v", got)
	}
}
