package stores

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"drover/orchestrator/store"
	"drover/test/harness"
)

func TestMain(m *testing.M) { os.Exit(harness.Main(m)) }

const cluster = `apiVersion: drover/v1
kind: Cluster
metadata: {name: tiny}
spec:
  platform: aws
  region: eu-west-1
  account: "123456789012"
  network: {cidr: 10.40.0.0/16}
  ingress: {domain: tiny.example.com}
  access: {admins: ["arn:aws:iam::123456789012:role/platform-admin"]}
`

// commands checks that the program finds the store of a spec whose state is in a bucket: it reads a rotation that waits
// at a gate from there as it does from files, and its answer to a person is there for every other machine.
func commands(t *testing.T, place store.Objects, state string, environment map[string]string) {
	t.Helper()
	dir, files := t.TempDir(), t.TempDir()
	for name, value := range waiting(t) {
		if err := place.Create(t.Context(), name, []byte(value)); err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(files, "infra", "tiny", ".drover", filepath.FromSlash(name)), value)
	}
	write(t, filepath.Join(dir, "cluster.yaml"), cluster+"  state: "+state+"\n")
	write(t, filepath.Join(files, "cluster.yaml"), cluster)
	environment = maps.Clone(environment)
	environment["AWS_EC2_METADATA_DISABLED"] = "true"
	for _, args := range [][]string{{"history"}, {"history", "--output", "json"}} {
		want, got := harness.DroverIn(t, files, environment, args...), harness.DroverIn(t, dir, environment, args...)
		if got.Code != 0 || got.Stdout != want.Stdout || !strings.Contains(got.Stdout, "blue") {
			t.Errorf("drover %v exits %d:\n%s%s\nand with the same store in files:\n%s%s", args, got.Code, got.Stdout, got.Stderr, want.Stdout, want.Stderr)
		}
	}
	before := requests(t, place)
	if paused := harness.DroverIn(t, dir, environment, "pause"); paused.Code != 0 {
		t.Errorf("drover pause exits %d: %s", paused.Code, paused.Stderr)
	}
	if after := requests(t, place); len(after) != len(before)+1 || after[len(before)].Verb != "pause" {
		t.Errorf("after drover pause, the store has the requests %v", after)
	}
	if left, err := filepath.Glob(filepath.Join(dir, "infra", "tiny", ".drover", "*")); err != nil || len(left) > 0 {
		t.Errorf("there is a store in files too: %v, %v", left, err)
	}
}

func requests(t *testing.T, place store.Objects) []store.Request {
	t.Helper()
	asked, err := store.Open(place, "tiny", store.Options{}).Requests(t.Context(), store.Head{})
	if err != nil {
		t.Fatal(err)
	}
	return asked
}

// waiting are the values of a store whose rotation waits at a gate.
func waiting(t *testing.T) map[string]string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(harness.Repository(t), "orchestrator", "journal", "testdata", "stores", "2026-11", "waits-at-gate.json"))
	if err != nil {
		t.Fatal(err)
	}
	var left struct {
		Values map[string]string `json:"values"`
	}
	if err := json.Unmarshal(data, &left); err != nil || len(left.Values) == 0 {
		t.Fatalf("the store has %d values: %v", len(left.Values), err)
	}
	return left.Values
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
