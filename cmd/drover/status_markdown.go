package main

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"time"

	"drover/generator/markdown"
	"drover/orchestrator/history"
)

// statusMarkdown writes what a cluster is for the summary of a job.
func statusMarkdown(w io.Writer, status history.Status) error {
	d := markdown.New(markdown.Join(markdown.Text("Status of "), markdown.Code(status.Cluster)))
	switch {
	case status.Active != "":
		d.Table([]string{"", ""}, markdownPairs(statusLines(status)[1:])) // the first is the cluster
	case status.Account == nil || status.Account.Asked && len(status.Account.Disagreements) == 0:
		d.Paragraph(markdown.Text("It is not built yet. drover apply builds it."))
	default:
		d.Paragraph(markdown.Text("Whether it is built is not known: " + cmp.Or(status.Account.Reason, "the account and the journal disagree")))
	}
	if r := status.Rotation; r != nil {
		d.Heading("Rotation " + r.ID)
		var rows [][]markdown.Inline
		for _, p := range r.Phases {
			rows = append(rows, []markdown.Inline{markdown.Text(mark(p.Outcome)), markdown.Text(p.Name), markdown.Text(p.Detail)})
		}
		d.Table([]string{"", "phase", "what happened"}, rows)
	}
	if a := status.Account; a != nil && len(a.Disagreements) > 0 {
		d.Heading("Where the account and the journal disagree")
		var rows [][]markdown.Inline
		for _, x := range a.Disagreements {
			rows = append(rows, []markdown.Inline{markdown.Text(x.Journal), markdown.Text(x.Seen), markdown.Text(x.Do)})
		}
		d.Table([]string{"the journal", "the account", "what to do"}, rows)
	}
	return d.Write(w, "drover status")
}

// historyMarkdown writes the rotations of a cluster, the newest first.
func historyMarkdown(w io.Writer, cluster string, rotations []history.PastRotation) error {
	d := markdown.New(markdown.Join(markdown.Text("Rotations of "), markdown.Code(cluster)))
	if len(rotations) == 0 {
		d.Paragraph(markdown.Text("There was none yet."))
	}
	var rows [][]markdown.Inline
	for _, r := range rotations {
		took, outcome := "", "in "+r.Phase
		if r.Finished != nil {
			took, outcome = time.Duration(r.Seconds*float64(time.Second)).Round(time.Second).String(), string(r.Outcome)
		}
		why := r.Reason
		if len(r.Left) > 0 {
			why = strings.TrimPrefix(why+"; left over: "+strings.Join(r.Left, ", "), "; ")
		}
		rows = append(rows, []markdown.Inline{markdown.Text(r.Started.UTC().Format("2006-01-02 15:04")), markdown.Text(took), markdown.Text(outcome),
			markdown.Text(fmt.Sprintf("%s to %s", r.From, r.To)), markdown.Text(r.Version), markdown.Code(r.ID), markdown.Text(why)})
	}
	d.Table([]string{"started (UTC)", "took", "outcome", "colors", "Kubernetes", "rotation", "why, and what is left"}, rows)
	return d.Write(w, "drover history")
}
