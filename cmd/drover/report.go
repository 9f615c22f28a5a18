package main

import (
	"github.com/urfave/cli/v2"

	"drover/orchestrator/history"
)

func reportCommand(s streams) *cli.Command {
	return &cli.Command{
		Name: "report", Usage: "print a rotation as an HTML page, or as Markdown",
		Flags: []cli.Flag{fileFlag(), outFlag(),
			&cli.StringFlag{Name: "rotation", Usage: "print the rotation with this `ID`, from drover history (default: the newest)"},
			&cli.StringFlag{Name: "output", Value: "html", Usage: "output `FORMAT`: html, json or markdown"}},
		Action: func(c *cli.Context) error {
			format, err := formatOf(c, "html", "json", "markdown")
			if err != nil {
				return err
			}
			of, events, err := journaled(c)
			if err != nil {
				return err
			}
			report, err := history.ReportOf(of.Metadata.Name, events, c.String("rotation"))
			if err != nil {
				return err
			}
			switch format {
			case "html":
				return report.Page(s.out)
			case "markdown":
				return report.Markdown(s.out)
			}
			return writeJSON(s.out, report)
		},
	}
}
