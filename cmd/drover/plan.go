package main

import (
	"fmt"
	"io"

	"github.com/urfave/cli/v2"

	"drover/generator/cost"
	"drover/orchestrator/cluster"
)

// pricedPlan is a plan with what the cluster costs: the shape of `plan --output json`.
type pricedPlan struct {
	cluster.Planned
	Cost *cost.Estimate `json:"cost"` // null on platforms that drover has no prices for
}

func planCommand(s streams) *cli.Command {
	return &cli.Command{
		Name: "plan", Usage: "show what would change and what it costs, and whether to apply or rotate",
		Flags: []cli.Flag{fileFlag(), outFlag(), markdownFlag(), verboseFlag(),
			&cli.BoolFlag{Name: "check", Usage: "exit 2 if the cluster differs from the spec and no rotation is in progress"}},
		Action: func(c *cli.Context) error {
			if err := noArguments(c); err != nil {
				return err
			}
			format, err := formatOf(c, "text", "json", "markdown")
			if err != nil {
				return err
			}
			l, err := loadOne(c, s.err)
			if err != nil {
				return err
			}
			o, err := optionsOf(c, s, l.Cluster, newProgress(s.err, c.Bool("verbose")))
			if err != nil {
				return err
			}
			planned, err := inScratch(c.Context, o, cluster.Plan)
			if err != nil {
				return err
			}
			priced := pricedPlan{Planned: planned}
			if estimate, known := cost.Of(o.Spec, o.Clock.Now()); known {
				priced.Cost = &estimate
			}
			if err := answerPlan(s.out, format, priced); err != nil {
				return err
			}
			if c.Bool("check") && planned.Differs() {
				return errDifferences
			}
			return nil
		},
	}
}

// answerPlan writes a plan in a format.
func answerPlan(w io.Writer, format string, p pricedPlan) error {
	switch format {
	case "json":
		return writeJSON(w, p)
	case "markdown":
		return planMarkdown(w, p)
	}
	if err := writePlan(w, p.Planned); err != nil || p.Cost == nil {
		return err
	}
	return writeCost(w, *p.Cost)
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
