package history

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"drover/generator/markdown"
	"drover/orchestrator/color"
)

// Markdown writes the report for a comment or the summary of a job.
func (r Report) Markdown(w io.Writer) error {
	d := markdown.New(markdown.Join(markdown.Code(r.Cluster), markdown.Textf(": %s to %s", r.From, r.To)))
	d.Table([]string{"", ""}, r.facts())
	d.Heading("Traffic, as the authoritative servers answered")
	if len(r.Weights) == 0 {
		d.Paragraph(markdown.Text("It never moved."))
	}
	var rows [][]markdown.Inline
	for _, at := range r.Weights {
		rows = append(rows, []markdown.Inline{clock(at.Time), percent(at.Weights, r.From), percent(at.Weights, r.To)})
	}
	d.Table([]string{"from (UTC)", string(r.From), string(r.To)}, rows, 1, 2)
	rows = nil
	for _, a := range r.Arrivals {
		rows = append(rows, []markdown.Inline{clock(a.Time), markdown.Textf("%d %%", a.Asked), markdown.Text(a.Measured()), markdown.Text(a.Verdict), markdown.Text(a.Detail)})
	}
	d.Table([]string{"measured (UTC)", "asked", "arrived", "result", "detail"}, rows, 1, 2)
	d.Heading("Phases")
	d.Table([]string{"phase", "outcome", "took", "what happened"}, r.phaseRows(), 2)
	d.Heading("Checks")
	if len(r.Checks) == 0 {
		d.Paragraph(markdown.Text("None was asked."))
	}
	rows = nil
	for _, c := range r.Checks {
		rows = append(rows, []markdown.Inline{markdown.Text(c.Phase), markdown.Code(c.Check), verdicts(c.Verdicts), markdown.Text(c.Detail)})
	}
	d.Table([]string{"phase", "check", "verdicts", "the last"}, rows)
	d.Heading("What it changed")
	if len(r.Changes) == 0 {
		d.Paragraph(markdown.Text("Nothing."))
	}
	rows = nil
	for _, c := range r.Changes {
		rows = append(rows, []markdown.Inline{clock(c.Time), markdown.Text(string(c.Kind)), markdown.Text(c.Root), markdown.Code(c.Revision), markdown.Text(c.Detail)})
	}
	d.Table([]string{"at (UTC)", "what", "where", "revision", "detail"}, rows)
	rows = nil
	for _, left := range r.Left {
		rows = append(rows, []markdown.Inline{markdown.Code(left)})
	}
	d.Table([]string{"left over in the cloud"}, rows)
	return d.Write(w, "drover report --output json")
}

// facts are what the rotation was, and who decided in it.
func (r Report) facts() [][]markdown.Inline {
	outcome := markdown.Bold(markdown.Text(string(r.Outcome)))
	if r.Outcome == "" {
		outcome = markdown.Text("under way, in " + r.Phase)
	}
	if r.Reason != "" {
		outcome = markdown.Join(outcome, markdown.Text(": "+r.Reason))
	}
	row := func(name string, i markdown.Inline) []markdown.Inline {
		return []markdown.Inline{markdown.Text(name), i}
	}
	rows := [][]markdown.Inline{
		row("rotation", markdown.Code(r.ID)), row("outcome", outcome),
		row("Kubernetes", markdown.Text(cmp.Or(r.Version, "not built"))), row("started", markdown.Join(clock(r.Started), markdown.Text(" UTC"))),
	}
	if r.Finished != nil {
		rows = append(rows, row("finished", markdown.Join(clock(*r.Finished), markdown.Textf(" UTC, after %s", took(r.Seconds)))))
	}
	for _, a := range r.Approvals {
		rows = append(rows, row("approved", markdown.Join(markdown.Textf("%s, by ", a.Gate), markdown.Code(a.By), markdown.Text(", "), clock(a.Time), markdown.Text(" UTC"))))
	}
	return rows
}

func (r Report) phaseRows() (rows [][]markdown.Inline) {
	for _, p := range r.Phases {
		outcome, seconds, detail := string(p.Outcome), "", cmp.Or(p.Detail, p.Does)
		switch {
		case p.Outcome != "":
		case p.Started == nil:
			outcome = "not begun"
		case r.Finished == nil:
			outcome = "under way"
		default:
			outcome = "begun"
		}
		if p.Started != nil {
			seconds = took(p.Seconds)
		}
		if p.Starts > 1 {
			detail += fmt.Sprintf(" (begun %d times)", p.Starts)
		}
		rows = append(rows, []markdown.Inline{markdown.Text(p.Name), markdown.Text(outcome), markdown.Text(seconds), markdown.Text(detail)})
	}
	return rows
}

func verdicts(of map[string]int) markdown.Inline {
	var all []string
	for _, verdict := range slices.Sorted(maps.Keys(of)) {
		all = append(all, fmt.Sprintf("%d %s", of[verdict], verdict))
	}
	return markdown.Text(strings.Join(all, ", "))
}

func clock(t time.Time) markdown.Inline { return markdown.Text(t.UTC().Format("2006-01-02 15:04:05")) }

func percent(w color.Weights, c color.Color) markdown.Inline { return markdown.Textf("%d %%", w[c]) }
