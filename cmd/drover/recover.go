package main

import (
	"context"
	"fmt"

	"github.com/urfave/cli/v2"

	"drover/orchestrator/cluster"
	"drover/orchestrator/color"
)

func recoverCommand(s streams) *cli.Command {
	return &cli.Command{
		Name: "recover", Usage: "write a journal from what is there, where the journal was lost or is not the newest; changes nothing else",
		Flags: append(driveFlags(),
			&cli.StringFlag{Name: "active", Usage: "the `COLOR` that is to have all traffic, where both have some"}, byFlag()),
		Action: func(c *cli.Context) error {
			if err := noArguments(c); err != nil {
				return err
			}
			active := color.Color(c.String("active"))
			if active != "" && active != color.Blue && active != color.Green {
				return usageError{fmt.Errorf("--active is %q; write blue or green", active)}
			}
			o, err := options(c, s)
			if err != nil {
				return err
			}
			ask := func(found string) error {
				if _, err := fmt.Fprint(s.err, found); err != nil {
					return err
				}
				return confirm(c, s, "Write that to the journal of "+o.Spec.Metadata.Name+"?")
			}
			return act(c, s, o, func(ctx context.Context, o cluster.Options) error {
				return cluster.Recover(ctx, o, active, ask)
			})
		},
	}
}
