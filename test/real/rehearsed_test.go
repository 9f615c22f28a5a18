package main

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"testing"
	"time"

	"drover/orchestrator/platform/aws"
	"drover/test/harness"
)

// The job is run to its last line against a simulated account: with waits of seconds, and a check that somebody answers
// there. Nothing else is different.
// It is not parallel, because the SDK reads the endpoint from the environment of this process.
func TestTheJobRunsToItsEndInASimulatedAccount(t *testing.T) { //nolint:paralleltest // it sets variables of the environment
	o, err := orders(lookup(complete()))
	if err != nil {
		t.Fatal(err)
	}
	shortWaits := waits{interval: 3 * time.Second, ttl: 2 * time.Second, soak: 4 * time.Second, quiet: 10 * time.Second, keep: time.Second,
		lease: time.Minute, look: time.Second, verify: "{http: {path: /healthz, samples: 5, timeout: 2m}}"}
	file := filepath.Join(t.TempDir(), "cluster.yaml")
	if err := os.WriteFile(file, []byte(specText(o, shortWaits, firstVersion)), 0o600); err != nil {
		t.Fatal(err)
	}
	calls := filepath.Join(t.TempDir(), "calls")
	for variable, value := range maps.All(harness.Cloud(t, file, "--calls", calls)) {
		t.Setenv(variable, value)
	}
	var out bytes.Buffer
	j := &job{orders: o, waits: shortWaits, program: harness.Program(t), out: &out}
	if err := j.prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(j.cleanUp)
	if j.cloud, err = aws.New(t.Context(), o.region, func(...string) {}); err != nil {
		t.Fatal(err)
	}
	if err := j.run(t.Context()); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	if !bytes.Contains(out.Bytes(), []byte("destroyed, nothing left")) {
		t.Errorf("it does not say how it ended:\n%s", out.String())
	}
	harness.CheckCalls(t, "real", calls)
}
