package history

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"drover/orchestrator/color"
	"drover/orchestrator/journal"
)

// A report has what each check measured over time, in every phase, whether anything was wrong or not.
func TestAReportHasWhatChecksMeasured(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, time.November, 29, 3, 0, 0, 0, time.UTC)
	value := func(v float64) *float64 { return &v }
	round := func(after time.Duration, phase, verdict string, measured *float64) journal.Event {
		return journal.Event{Time: at.Add(after), Rotation: "r", Kind: journal.Checked, Phase: phase,
			Verdicts: []journal.Result{{Check: "http-1f", Name: "http-1", Verdict: verdict, Detail: "seen", Value: measured, Unit: "s"}}}
	}
	events := []journal.Event{
		{Time: at, Rotation: "r", Kind: journal.RotationStarted, From: color.Blue, To: color.Green, Plan: &journal.Plan{}},
		{Time: at, Rotation: "r", Kind: journal.Verdict, Phase: "verify", Check: "http-1", Verdict: "pass"},
		round(time.Minute, "verify", "pass", value(0.1)),
		{Time: at, Rotation: "r", Kind: journal.Verdict, Phase: "soak", Check: "http-1", Verdict: "inconclusive"},
		round(2*time.Minute, "soak", "inconclusive", nil), round(3*time.Minute, "soak", "pass", value(0.2)), round(4*time.Minute, "soak", "pass", value(0.4)),
	}
	report, err := ReportOf("tiny", events, "")
	if err != nil || len(report.Checks) != 2 {
		t.Fatalf("%+v, %v", report.Checks, err)
	}
	verify, soak := report.Checks[0], report.Checks[1]
	if verify.Verdicts["pass"] != 1 || verify.LastMeasured() != "0.1 s" || verify.Plot() != "" {
		t.Errorf("verify: %+v", verify)
	}
	if soak.Verdicts["pass"] != 2 || soak.Verdicts["inconclusive"] != 1 || soak.LastMeasured() != "0.4 s (0.2 s to 0.4 s)" || soak.Plot() != "0.0,12.0 120.0,0.0" {
		t.Errorf("soak: %+v, %s, %s", soak, soak.LastMeasured(), soak.Plot())
	}
	var page bytes.Buffer
	if err := report.Page(&page); err != nil || !strings.Contains(page.String(), "0.4 s (0.2 s to 0.4 s)") || !strings.Contains(page.String(), `points="0.0,12.0 120.0,0.0"`) {
		t.Errorf("the page lacks the values: %v", err)
	}
}
