package main

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"drover/orchestrator/history"
)

func reportCommand(s streams) *cli.Command {
	return &cli.Command{
		Name: "report", Usage: "print a rotation as an HTML page",
		Flags: []cli.Flag{fileFlag(), outFlag(),
			&cli.StringFlag{Name: "rotation", Usage: "print the rotation with this `ID`, from drover history (default: the newest)"},
			&cli.StringFlag{Name: "output", Value: "html", Usage: "output `FORMAT`: html or json"}},
		Action: func(c *cli.Context) error {
			format := c.String("output")
			if format != "html" && format != "json" {
				return usageError{fmt.Errorf("--output is %q; use html or json", format)}
			}
			of, events, err := journaled(c)
			if err != nil {
				return err
			}
			report, err := history.ReportOf(of.Metadata.Name, events, c.String("rotation"))
			if err != nil {
				return err
			}
			if format == "html" {
				return report.Page(s.out)
			}
			return writeJSON(s.out, report)
		},
	}
}
