package harness

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// updateCalls has CheckCalls write what was recorded anew.
const updateCalls = "DROVER_UPDATE_CALLS"

// CheckCalls compares the API calls that Terraform and drover made in a run, as `drover rehearse --calls` wrote them,
// with those that the repository has of this run: none may be new, and where plain Terraform is
// run, none may be missing. The tests of orchestrator/platform/aws/rights compare
// the latter with the rights that drover asks for, in milliseconds; what drover itself calls, they read in its source.
func CheckCalls(t testing.TB, run, file string) {
	t.Helper()
	got := calls(t, file)
	if len(got) == 0 {
		t.Fatal("no API call was recorded")
	}
	kept := filepath.Join(Repository(t), "orchestrator", "platform", "aws", "rights", "testdata", "calls", run+".json")
	if os.Getenv(updateCalls) != "" {
		text, err := json.MarshalIndent(got, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(kept, append(text, '\n'), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, own := recordOf(t, kept)
	for _, call := range got["terraform"] {
		if !slices.Contains(want["terraform"], call) {
			t.Errorf("Terraform called %s, which %s does not have: run this test with %s=1, and see that the tests of orchestrator/platform/aws/rights pass", call, kept, updateCalls)
		}
	}
	if !own || !strings.HasPrefix(run, "terraform-") {
		return // what breaks and is done again there is not the same each time
	}
	for _, call := range want["terraform"] {
		if !slices.Contains(got["terraform"], call) {
			t.Errorf("Terraform did not call %s, which %s has", call, kept)
		}
	}
}

// recordOf is the record of a run. A run that has none may call what the others do, all together.
func recordOf(t testing.TB, kept string) (want map[string][]string, own bool) {
	t.Helper()
	files := []string{kept}
	if _, err := os.Stat(kept); err != nil {
		if files, err = filepath.Glob(filepath.Join(filepath.Dir(kept), "*.json")); err != nil || len(files) == 0 {
			t.Fatalf("no run was recorded beside %s (%v)", kept, err)
		}
	}
	want = map[string][]string{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var calls map[string][]string
		if err := json.Unmarshal(data, &calls); err != nil {
			t.Fatalf("reading %s: %v", file, err)
		}
		for caller, list := range calls {
			want[caller] = append(want[caller], list...)
		}
	}
	return want, files[0] == kept && len(files) == 1
}

// calls are the calls of Terraform and of drover by caller, sorted.
func calls(t testing.TB, file string) map[string][]string {
	t.Helper()
	data, err := os.ReadFile(file) //nolint:gosec // a file of the test
	if err != nil {
		t.Fatal(err)
	}
	made := map[string][]string{}
	for line := range bytes.Lines(data) {
		var call struct{ Caller, Service, Operation string }
		if err := json.Unmarshal(line, &call); err != nil {
			t.Fatalf("reading the recorded calls: %v", err)
		}
		if call.Caller == "other" { // the test itself asks the account
			continue
		}
		made[call.Caller] = append(made[call.Caller], call.Service+":"+call.Operation)
	}
	for _, list := range made {
		slices.Sort(list)
	}
	return made
}
