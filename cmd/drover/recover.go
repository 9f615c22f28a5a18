package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/urfave/cli/v2"

	"drover/orchestrator/cluster"
	"drover/orchestrator/color"
)

func recoverCommand(s streams) *cli.Command {
	return &cli.Command{
		Name: "recover", Usage: "rebuild a lost or outdated journal from what exists; changes nothing else",
		Flags: append(driveFlags(),
			&cli.StringFlag{Name: "active", Usage: "send all traffic to `COLOR`, if both have some"},
			&cli.StringFlag{Name: "machine-gone", Usage: "break the state locks that drover left on `HOST`, a machine that no longer exists; requires --reason"},
			&cli.StringFlag{Name: "reason", Usage: "record `WHY` you are sure that the machine no longer exists"}, byFlag()),
		Action: func(c *cli.Context) error {
			if err := noArguments(c); err != nil {
				return err
			}
			active := color.Color(c.String("active"))
			if active != "" && active != color.Blue && active != color.Green {
				return usageError{fmt.Errorf("--active is %q; use blue or green", active)}
			}
			o, err := options(c, s)
			if err != nil {
				return err
			}
			ask := func(question string) func(string) error {
				return func(found string) error {
					if _, err := fmt.Fprint(s.err, found); err != nil {
						return err
					}
					return confirm(c, s, question)
				}
			}
			if host := c.String("machine-gone"); host != "" || c.IsSet("machine-gone") {
				return machineGone(c, s, o, host, ask("Is "+host+" gone for good, and are these locks to be broken?"))
			}
			return act(c, s, o, func(ctx context.Context, o cluster.Options) error {
				return cluster.Recover(ctx, o, active, ask("Write that to the journal of "+o.Spec.Metadata.Name+"?"))
			})
		},
	}
}

// machineGone breaks the locks of a machine on a person's word, which the journal keeps.
func machineGone(c *cli.Context, s streams, o cluster.Options, host string, ask func(string) error) error {
	reason := c.String("reason")
	switch {
	case host == "":
		return usageError{errors.New("--machine-gone requires the name of the machine, as shown in the lock")}
	case reason == "":
		return usageError{errors.New("--machine-gone requires --reason: how you know that nothing runs on that machine any more")}
	case c.IsSet("active"):
		return usageError{errors.New("--machine-gone only breaks locks; run recover again with --active")}
	}
	return act(c, s, o, func(ctx context.Context, o cluster.Options) error {
		return cluster.MachineGone(ctx, o, host, reason, ask)
	})
}
