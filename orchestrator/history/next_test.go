package history

import (
	"strings"
	"testing"

	"drover/orchestrator/journal"
)

func TestAReportSaysWhatToDoNext(t *testing.T) {
	t.Parallel()
	gated := journal.Plan{Approvals: []string{"shift"}}
	for name, c := range map[string]struct {
		r    journal.Rotation
		want []string
		not  string
	}{
		"done":            {journal.Rotation{Outcome: journal.Done}, []string{"Nothing. green has all traffic"}, "drover"},
		"done, with left": {journal.Rotation{Outcome: journal.Done, Leftovers: []string{"a volume"}}, []string{"Delete the leftovers of blue"}, "Nothing"},
		"rolled back":     {journal.Rotation{Outcome: journal.RolledBack}, []string{"drover rotate --again", "All traffic is on blue"}, "rollback"},
		"failed":          {journal.Rotation{Outcome: journal.Failed}, []string{"start another rotation"}, "rollback"},
		"under way":       {journal.Rotation{Phase: "build"}, []string{"it resumes", "drover rollback"}, "approve"},
		"held":            {journal.Rotation{Hold: &journal.Hold{Why: journal.Frozen}}, []string{"is frozen", "drover resume", "drover rollback"}, "approve"},
		"going back":      {journal.Rotation{Back: &journal.Decision{}}, []string{"back to blue"}, "rollback"},
		"at a gate":       {journal.Rotation{Phase: "approve-shift", Plan: gated}, []string{"drover approve shift"}, "resumes"},
		"approved": {journal.Rotation{Phase: "approve-shift", Plan: gated, Approved: map[string]journal.Approved{"shift": {By: "ann"}}},
			[]string{"it resumes"}, "approve"},
		"keeping blue": {journal.Rotation{Phase: "approve-destroy", Plan: gated}, []string{"it resumes", "drover rollback"}, "approve"},
		"too late":     {journal.Rotation{Phase: "destroy", Destroying: true}, []string{"it resumes"}, "rollback"},
	} {
		c.r.From, c.r.To = "blue", "green"
		got := strings.Join(nextSteps(c.r), "\n")
		for _, want := range c.want {
			if !strings.Contains(got, want) {
				t.Errorf("%s: %q does not say %q", name, got, want)
			}
		}
		if strings.Contains(got, c.not) {
			t.Errorf("%s: %q says %q", name, got, c.not)
		}
	}
}

func TestAReportKnowsTheVersionThatWasReplaced(t *testing.T) {
	t.Parallel()
	events := []journal.Event{
		{Kind: journal.Applied, Root: "blue", Version: "1.35"},
		{Kind: journal.Activated, To: "blue"},
		{Kind: journal.RotationStarted, Rotation: "r", From: "blue", To: "green", Version: "1.36"},
		{Kind: journal.Destroyed, Rotation: "r", Root: "blue"},
		{Kind: journal.RotationFinished, Rotation: "r", Outcome: journal.Done, From: "blue", To: "green"},
	}
	report, err := ReportOf("shop", events, "")
	if err != nil || report.FromVersion != "1.35" || report.Version != "1.36" {
		t.Errorf("the report is of %q to %q (%v), want 1.35 to 1.36", report.FromVersion, report.Version, err)
	}
}
