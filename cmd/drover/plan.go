package main

import (
	"fmt"
	"io"

	"github.com/urfave/cli/v2"

	"drover/orchestrator/cluster"
)

func planCommand(s streams) *cli.Command {
	return &cli.Command{
		Name: "plan", Usage: "say what apply or rotate would do, and which of them it takes; changes nothing",
		Flags: []cli.Flag{fileFlag(), outFlag(), outputFlag(), verboseFlag()},
		Action: func(c *cli.Context) error {
			if err := noArguments(c); err != nil {
				return err
			}
			inJSON, err := asJSON(c)
			if err != nil {
				return err
			}
			o, err := options(c, s)
			if err != nil {
				return err
			}
			o.Observer = newProgress(s.err, c.Bool("verbose"))
			planned, err := inScratch(c.Context, o, cluster.Plan)
			if err != nil {
				return err
			}
			if inJSON {
				return writeJSON(s.out, planned)
			}
			return writePlan(s.out, planned)
		},
	}
}

// writePlan says the command first, then every change.
func writePlan(w io.Writer, p cluster.Planned) error {
	if _, err := fmt.Fprintf(w, "%s: %s: %s\n", p.Cluster, p.Takes, p.Reason); err != nil {
		return err
	}
	for _, root := range p.Roots {
		says := fmt.Sprintf("%d changes", len(root.Changes))
		switch {
		case root.Later != "":
			says = root.Later
		case len(root.Changes) == 0:
			says = "no changes"
		case len(root.Changes) == 1:
			says = "1 change"
		}
		if _, err := fmt.Fprintf(w, "%-10s  %s\n", root.Root, says); err != nil {
			return err
		}
		for _, c := range root.Changes {
			if _, err := fmt.Fprintf(w, "  %-7s %s\n", c.Action, c.Address); err != nil {
				return err
			}
		}
	}
	for _, l := range timingLines(p.Timing) {
		if _, err := fmt.Fprintf(w, "%-10s  %s\n", l[0], l[1]); err != nil {
			return err
		}
	}
	return nil
}
