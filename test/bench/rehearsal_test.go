//go:build unix

package bench

import (
	"encoding/json"
	"errors"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"drover/test/harness"
)

// The proxy and the name servers cost less than 5 % of a rotation's time. Measured is the processor time of the whole
// process that they are in, so that the ingresses and the twelve clients are in the figure too. One iteration is a
// whole rehearsal of the demo, without control planes.
func BenchmarkRehearsal(b *testing.B) {
	demo := filepath.Join(harness.Repository(b), "examples", "aws", "demo.yaml")
	var own, rotated, calls []float64
	for b.Loop() {
		command := exec.CommandContext(b.Context(), harness.Program(b), "rehearse", "-f", demo, "--kubernetes", "off", "--output", "json")
		var stderr strings.Builder
		command.Stderr = &stderr
		output, err := command.Output()
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			b.Fatal(err)
		}
		var report struct {
			Rotate float64 `json:"rotateSeconds"`
			Own    float64 `json:"ownSeconds"`
			Calls  []struct{ Moto, Rehearsal float64 }
		}
		if jsonErr := json.Unmarshal(output, &report); jsonErr != nil || err != nil || report.Rotate == 0 || report.Own == 0 {
			b.Fatalf("%v: %v\n%s", err, jsonErr, stderr.String())
		}
		sum := 0.0
		for _, c := range report.Calls {
			sum += c.Moto + c.Rehearsal
		}
		own, rotated, calls = append(own, 100*report.Own/report.Rotate), append(rotated, report.Rotate), append(calls, sum)
	}
	b.ReportMetric(median(own), "%-of-rotation(max:5)")
	b.ReportMetric(median(rotated), "s/rotation")
	b.ReportMetric(median(calls), "calls")
}
