package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"

	"drover/generator/cost"
	"drover/generator/markdown"
	"drover/orchestrator/cluster"
)

// planMarkdown writes a plan for a comment on a pull request: the command first, then each root, then every change.
func planMarkdown(w io.Writer, p pricedPlan) error {
	d := markdown.New(markdown.Join(markdown.Text("Plan of "), markdown.Code(p.Cluster), markdown.Text(": "), markdown.Text(p.Takes)))
	d.Paragraph(markdown.Text(p.Reason))
	roots := make([][]markdown.Inline, 0, len(p.Roots))
	var changes [][]markdown.Inline
	for _, root := range p.Roots {
		roots = append(roots, []markdown.Inline{markdown.Text(root.Root), markdown.Text(cmp.Or(root.Later, counted(root.Changes)))})
		for _, c := range root.Changes {
			action := markdown.Text(c.Action)
			if takesAway(c) {
				action = markdown.Bold(action)
			}
			changes = append(changes, []markdown.Inline{markdown.Text(root.Root), action, markdown.Code(c.Address)})
		}
	}
	d.Table([]string{"root", "changes"}, roots)
	d.Table([]string{"", ""}, markdownPairs(timingLines(p.Timing)))
	if p.Cost != nil {
		costMarkdown(d, *p.Cost)
	}
	d.Folded(fmt.Sprintf("All changes: %d", len(changes)), []string{"root", "action", "resource"}, changes)
	return d.Write(w, "drover plan")
}

// takesAway is true of a change that somebody has to see.
func takesAway(c cluster.PlannedChange) bool { return c.Action == "delete" || c.Action == "replace" }

// counted is how many changes a root has of each kind.
func counted(changes []cluster.PlannedChange) string {
	if len(changes) == 0 {
		return "none"
	}
	count := map[string]int{}
	var kinds []string
	for _, c := range changes {
		if count[c.Action]++; count[c.Action] == 1 {
			kinds = append(kinds, c.Action)
		}
	}
	slices.Sort(kinds)
	text := ""
	for _, kind := range kinds {
		if text != "" {
			text += ", "
		}
		text += fmt.Sprintf("%d to %s", count[kind], kind)
	}
	return text
}

// costMarkdown writes the sums, and what they are made of below a line that opens it.
func costMarkdown(d *markdown.Document, e cost.Estimate) {
	d.Paragraph(markdown.Textf("The cluster costs at least %.2f USD an hour (%.0f a month). A rotation adds a second color, %.2f an hour: %.2f for the %s in which both exist, if it waits for nobody.",
		e.Standing.Hourly, e.Standing.Hourly*hoursOfMonth, e.Color.Hourly, e.Rotation.Total, hours(e.Rotation.Hours)))
	if !e.Regional {
		d.Paragraph(markdown.Textf("drover has no prices of %s: only what costs the same in every region is included, and the real cost is several times as high.", e.Region))
	}
	var rows [][]markdown.Inline
	for _, l := range e.Standing.Lines {
		rows = append(rows, []markdown.Inline{markdown.Text(l.Root), markdown.Textf("%s × %s", number(l.Count), l.What), markdown.Textf("%.4f", l.Hourly)})
	}
	for _, unknown := range e.Unknown {
		rows = append(rows, []markdown.Inline{{}, markdown.Text(unknown), markdown.Text("no price is known")})
	}
	for _, not := range e.NotCounted {
		rows = append(rows, []markdown.Inline{{}, markdown.Text(not), markdown.Text("depends on use")})
	}
	d.Folded(fmt.Sprintf("Cost at AWS's list prices of %s in %s, before tax and discounts", e.PricesOf, e.Region), []string{"root", "what", "USD an hour"}, rows)
}

// markdownPairs are lines of a name and a text, as rows.
func markdownPairs(lines [][2]string) [][]markdown.Inline {
	rows := make([][]markdown.Inline, 0, len(lines))
	for _, l := range lines {
		rows = append(rows, []markdown.Inline{markdown.Text(l[0]), markdown.Text(l[1])})
	}
	return rows
}
