package history

import (
	"testing"
	"time"

	"drover/generator/spec"
	"drover/orchestrator/color"
	"drover/orchestrator/journal"
)

// Whoever asks why the bill is higher sees what the color that was rolled back from costs; nothing is said where no price
// is known.
func TestStatusSaysWhatAFailedColorCosts(t *testing.T) {
	t.Parallel()
	c, said := spec.Load("../../examples/aws/minimal.yaml")
	if said.HasErrors() {
		t.Fatal(said)
	}
	now := time.Date(2026, time.November, 29, 0, 0, 0, 0, time.UTC)
	state := journal.State{Active: color.Blue, Failed: &journal.FailedColor{Color: color.Green, Since: now, Until: now.Add(24 * time.Hour)}}
	if f := StatusOf(c, state, nil, now).Failed; f == nil || f.Hourly < 0.3 || f.Hourly > 1 {
		t.Errorf("failed is %+v, want some half a dollar an hour", f)
	}
	c.Spec.Platform = spec.Google
	if f := StatusOf(c, state, nil, now).Failed; f == nil || f.Hourly != 0 {
		t.Errorf("on Google, failed is %+v", f)
	}
}
