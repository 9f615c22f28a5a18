package history

import (
	"strings"
	"testing"
	"time"

	"drover/orchestrator/color"
	"drover/orchestrator/journal"
)

func TestTheReportComparesWeightsWithTraffic(t *testing.T) {
	t.Parallel()
	began := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	at := func(minutes int, e journal.Event) journal.Event {
		e.Time, e.Rotation = began.Add(time.Duration(minutes)*time.Minute), "r"
		return e
	}
	report, err := ReportOf("shop", []journal.Event{
		at(0, journal.Event{Kind: journal.RotationStarted, From: color.Blue, To: color.Green}),
		at(1, journal.Event{Kind: journal.Weights, Weights: color.Shared(color.Green, 25)}),
		at(2, journal.Event{Kind: journal.Shared, Verdict: "pass", Detail: "<b>seen</b>", Share: &journal.Share{Asked: 25, Arrived: 23.4, From: 766, To: 234}}),
		at(3, journal.Event{Kind: journal.Weights, Weights: color.Shared(color.Green, 100)}),
		at(4, journal.Event{Kind: journal.Shared, Verdict: "error", Detail: "no metrics", Share: &journal.Share{Asked: 100}}),
	}, "")
	if err != nil || len(report.Arrivals) != 2 || report.Arrivals[0].Measured() != "23.4 %" || report.Arrivals[1].Measured() != "" {
		t.Fatalf("%+v, %v", report.Arrivals, err)
	}
	if c := report.chart(); len(c.Dots) != 1 || c.Dots[0].Percent != "23.4" || c.Dots[0].Y <= 0 || c.Dots[0].Y >= chartHigh {
		t.Errorf("the chart has %+v", c.Dots)
	}
	var page, text strings.Builder
	if err := report.Page(&page); err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"Weights asked, traffic measured", `23.4 %`, `class="verdict error"`, "&lt;b&gt;seen", "<circle"} {
		if !strings.Contains(page.String(), part) {
			t.Errorf("the page has no %q", part)
		}
	}
	if err := report.Markdown(&text); err != nil || !strings.Contains(text.String(), "23.4 %") {
		t.Errorf("%v:\n%s", err, &text)
	}
}
