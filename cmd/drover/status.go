package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/urfave/cli/v2"

	"drover/orchestrator/cluster"
	"drover/orchestrator/color"
	"drover/orchestrator/history"
	"drover/orchestrator/journal"
	"drover/orchestrator/rotation"
)

func statusCommand(s streams) *cli.Command {
	return &cli.Command{
		Name: "status", Usage: "show the active color and the progress of a rotation",
		Description: "With a directory for -f: one line for each cluster, by the journals alone.\n\n" +
			"--watch follows a rotation from any machine that reaches the store. It ends with the rotation: exit 0 if it is done, 4 if it was\n" +
			"rolled back, 1 if it failed. In a pipe or a log, it prints a line for each change.",
		Flags:  []cli.Flag{fileFlag(), outFlag(), markdownFlag(), &cli.BoolFlag{Name: "watch", Aliases: []string{"w"}, Usage: "show the status until the rotation in progress ends"}},
		Action: func(c *cli.Context) error { return statusAction(c, s) },
	}
}

func statusAction(c *cli.Context, s streams) error {
	format, err := formatOf(c, "text", "json", "markdown")
	if err != nil {
		return err
	}
	if c.Bool("watch") && format != "text" {
		return usageError{fmt.Errorf("--watch prints text only, and --output is %q; for a program, use drover status --output json", format)}
	}
	if err := noArguments(c); err != nil {
		return err
	}
	all, err := loadAll(c.Context, c.String("file"), io.Discard)
	if err != nil {
		return err
	}
	if len(all) > 1 && c.Bool("watch") {
		return usageError{fmt.Errorf("%s contains %d specs, but --watch takes one; name it with -f", c.String("file"), len(all))}
	}
	if len(all) > 1 {
		return fleetStatus(c, s, all, format)
	}
	o, err := optionsOf(c, s, all[0].Cluster, newProgress(s.err, false))
	if err != nil {
		return err
	}
	if c.Bool("watch") {
		return watch(c.Context, s, o, screenOf(s.out))
	}
	status, err := statusOf(c.Context, o)
	if err != nil {
		return err
	}
	write := writeStatus
	switch format {
	case "markdown":
		write = statusMarkdown
	case "json":
		write = func(w io.Writer, status history.Status) error { return writeJSON(w, status) }
	}
	return errors.Join(write(s.out, status), o.Stands(status))
}

// statusOf is what a cluster is by its journal, and whether the account agrees.
func statusOf(ctx context.Context, o cluster.Options) (history.Status, error) {
	events, err := cluster.Events(ctx, o.Store)
	if err != nil {
		return history.Status{}, err
	}
	state := journal.Fold(events)
	var asked []rotation.Request
	if state.Rotation != nil {
		if asked, err = cluster.Asked(ctx, o.Store); err != nil {
			return history.Status{}, err
		}
	}
	status := history.StatusOf(o.Spec, state, asked, o.Clock.Now())
	if status.Undelivered, err = undelivered(ctx, o); err != nil {
		return status, err
	}
	if status.Account, err = cluster.Account(ctx, o, connectPlatform); err != nil || status.Rotation == nil {
		return status, err
	}
	status.Rotation.Health, err = cluster.Health(ctx, o, connectChecks)
	return status, err
}

// writeStatus says in a few lines what a person asks first.
func writeStatus(w io.Writer, status history.Status) error {
	a := status.Account
	if status.Active == "" && a != nil && (!a.Asked || len(a.Disagreements) > 0) {
		return nil // that it is not built is not known
	}
	if status.Active == "" {
		_, err := fmt.Fprintf(w, "%s: not built yet; `drover apply` builds it\n", status.Cluster)
		return err
	}
	lines := statusLines(status)
	if r := status.Rotation; r != nil {
		for _, p := range r.Phases {
			lines = append(lines, [2]string{"", strings.TrimRight(fmt.Sprintf("%s %-16s %s", mark(p.Outcome), p.Name, p.Detail), " ")})
		}
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, l := range lines {
		if _, err := fmt.Fprintf(table, "%s\t%s\n", l[0], l[1]); err != nil {
			return err
		}
	}
	return table.Flush()
}

// statusLines are what a status says, but the phases of a rotation.
func statusLines(status history.Status) [][2]string {
	lines := [][2]string{
		{"cluster", status.Cluster},
		{"active", fmt.Sprintf("%s, Kubernetes %s, revision %s", status.Active, status.Version, status.Revision)},
		{"traffic", trafficText(status.Weights)},
	}
	if a := status.Account; a != nil {
		lines = append(lines, [2]string{"account", accountText(*a)})
	}
	lines = append(lines, timingLines(status.Timing)...)
	if f := status.Failed; f != nil {
		lines = append(lines, [2]string{"failed", failedText(*f)})
	}
	lines = append(lines, undeliveredLines(status.Undelivered)...)
	if r := status.Rotation; r != nil {
		lines = append(lines, [2]string{"rotation", fmt.Sprintf("%s, %s to %s at Kubernetes %s, in %s", r.ID, r.From, r.To, r.Version, r.Phase)})
		if r.Health != nil {
			lines = append(lines, [2]string{string(r.Health.Color), healthText(*r.Health)})
		}
		if n := len(r.Arrivals); n > 0 {
			lines = append(lines, [2]string{"arrived", fmt.Sprintf("%s (%s)", r.Arrivals[n-1].Verdict, r.Arrivals[n-1].Detail)})
		}
		lines = append(lines, decisionLines(r)...)
	} else {
		lines = append(lines, [2]string{"rotation", "none in progress"})
	}
	return lines
}

func healthText(h history.Health) string {
	switch {
	case !h.Asked:
		return "has traffic, but could not be checked: " + h.Reason
	case !h.Well:
		return "has traffic, but is unhealthy: " + h.Reason + "; `drover rotate` watches it and follows rotation.onFailure; `drover rollback` sends all traffic back"
	case h.NotAsked > 0:
		return fmt.Sprintf("healthy just now; command and webhook checks not run: %d", h.NotAsked)
	}
	return "healthy just now"
}

func failedText(f history.FailedColor) string {
	costs := ""
	if f.Hourly > 0 {
		costs = fmt.Sprintf(", at about %.2f USD an hour", f.Hourly)
	}
	text := fmt.Sprintf("%s, rolled back %s ago and kept until %s%s: %s", f.Color, history.Age(time.Since(f.Since)), f.Until.Format(time.RFC3339), costs, f.Reason)
	if !time.Now().Before(f.Until) {
		text += "; the next `drover rotate` or `drover apply` destroys it"
	}
	return text
}

func accountText(a history.Account) string {
	switch {
	case !a.Asked:
		return "not checked: " + a.Reason
	case len(a.Disagreements) > 0:
		return "disagrees with the journal; see below"
	}
	return "agrees with the journal"
}

// decisionLines say what keeps a rotation where it is, or sends it back, and what was asked and nobody answered yet.
func decisionLines(r *history.UnderWay) [][2]string {
	var lines [][2]string
	if h := r.Hold; h != nil {
		lines = append(lines, [2]string{"held", strings.TrimSpace(fmt.Sprintf("%s %s since %s: %s", h.Why, by(h.By), h.Since.Format(time.RFC3339), h.Reason))})
	}
	if b := r.Back; b != nil {
		lines = append(lines, [2]string{"going back", strings.TrimSpace(fmt.Sprintf("%s %s", b.Reason, by(b.By)))})
	}
	for _, q := range r.Asked {
		lines = append(lines, [2]string{"asked", fmt.Sprintf("%s %s by %s at %s", q.Asks, q.Gate, q.By, q.Time.Format(time.RFC3339))})
	}
	return lines
}

func by(who string) string {
	if who == "" {
		return "by the spec's rotation.onFailure"
	}
	return "by " + who
}

// timingLines say how old the active color is, whether it is due, and when a pipeline is to start the next rotation.
func timingLines(t history.Timing) [][2]string {
	if t.Built == nil {
		return nil
	}
	age := history.Age(time.Since(*t.Built))
	switch {
	case t.Due:
		age += fmt.Sprintf(", due: rotation.maxAge is %s", t.MaxAge)
	case t.MaxAge > 0:
		age += fmt.Sprintf(", due at %s", t.MaxAge)
	}
	lines := [][2]string{{"age", age}}
	if t.Next != nil {
		lines = append(lines, [2]string{"next start", t.Next.Format("Mon 2006-01-02 15:04 MST") + ", by rotation.schedule"})
	}
	return lines
}

func trafficText(weights color.Weights) string {
	if len(weights) == 0 {
		return "no weights confirmed yet"
	}
	var parts []string
	for _, c := range []color.Color{color.Blue, color.Green} {
		if weight, ok := weights[c]; ok {
			parts = append(parts, fmt.Sprintf("%s %d %%", c, weight))
		}
	}
	return strings.Join(parts, ", ")
}
