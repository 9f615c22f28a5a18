package main

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/urfave/cli/v2"

	"drover/orchestrator/history"
	"drover/orchestrator/journal"
)

func historyCommand(s streams) *cli.Command {
	return &cli.Command{
		Name: "history", Usage: "list a cluster's rotations, newest first",
		Flags: []cli.Flag{fileFlag(), outFlag(), markdownFlag()},
		Action: func(c *cli.Context) error {
			if err := noArguments(c); err != nil {
				return err
			}
			format, err := formatOf(c, "text", "json", "markdown")
			if err != nil {
				return err
			}
			of, events, err := journaled(c)
			if err != nil {
				return err
			}
			rotations := history.Rotations(journal.Fold(events))
			switch format {
			case "json":
				return writeJSON(s.out, rotations)
			case "markdown":
				return historyMarkdown(s.out, of.Metadata.Name, rotations)
			}
			return writeHistory(s.out, of.Metadata.Name, rotations)
		},
	}
}

// writeHistory is a line a rotation, and below it why it did not end as it should.
func writeHistory(w io.Writer, cluster string, rotations []history.PastRotation) error {
	if len(rotations) == 0 {
		_, err := fmt.Fprintf(w, "%s: no rotation yet\n", cluster)
		return err
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	if _, err := fmt.Fprintln(table, "STARTED\tTOOK\tOUTCOME\tCOLORS\tKUBERNETES\tROTATION"); err != nil {
		return err
	}
	for _, r := range rotations {
		took, outcome := "-", "in "+r.Phase
		if r.Finished != nil {
			took, outcome = time.Duration(r.Seconds*float64(time.Second)).Round(time.Second).String(), string(r.Outcome)
		}
		_, err := fmt.Fprintf(table, "%s\t%s\t%s\t%s to %s\t%s\t%s\n", r.Started.UTC().Format("2006-01-02 15:04"), took, outcome, r.From, r.To, cmp.Or(r.Version, "-"), r.ID)
		if err != nil {
			return err
		}
	}
	if err := table.Flush(); err != nil {
		return err
	}
	for _, r := range rotations {
		for _, line := range []struct{ what, text string }{{"ended because", r.Reason}, {"left over", strings.Join(r.Left, ", ")}} {
			if line.text == "" {
				continue
			}
			if _, err := fmt.Fprintf(w, "\n%s %s: %s\n", r.ID, line.what, line.text); err != nil {
				return err
			}
		}
	}
	return nil
}
