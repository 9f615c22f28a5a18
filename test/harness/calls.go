package harness

import (
	"bytes"
	"encoding/json"
	"maps"
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
// the latter with the rights that drover asks for, in milliseconds.
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
	data, err := os.ReadFile(kept)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]string{}
	if err := json.Unmarshal(data, &want); err != nil {
		t.Fatalf("reading %s: %v", kept, err)
	}
	for _, caller := range slices.Sorted(maps.Keys(got)) {
		for _, call := range got[caller] {
			if !slices.Contains(want[caller], call) {
				t.Errorf("%s called %s, which %s does not have: run this test with %s=1, and see that the tests of orchestrator/platform/aws/rights pass", caller, call, kept, updateCalls)
			}
		}
	}
	if !strings.HasPrefix(run, "terraform-") {
		return // what breaks and is done again there is not the same each time
	}
	for _, call := range want["terraform"] {
		if !slices.Contains(got["terraform"], call) {
			t.Errorf("terraform did not call %s, which %s has", call, kept)
		}
	}
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
