package main

import (
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"drover/orchestrator/cluster"
	"drover/orchestrator/rotation"
)

// askFlags are those of every command that asks something of whoever drives a rotation.
func askFlags() []cli.Flag {
	return []cli.Flag{fileFlag(), outFlag(), byFlag(), &cli.StringFlag{Name: "reason", Usage: "record `WHY` in the journal"}}
}

// leave leaves a request where whoever drives the rotation finds it. It needs no lease.
func leave(c *cli.Context, s streams, q rotation.Request) error {
	all, err := loadAll(c.Context, c.String("file"), s.err)
	if err != nil {
		return err
	}
	if len(all) > 1 {
		return usageError{fmt.Errorf("%s contains %d specs, but %s takes one; name it with -f", c.String("file"), len(all), c.Command.FullName())}
	}
	o, err := optionsOf(c, s, all[0].Cluster, newProgress(s.err, false))
	if err != nil {
		return err
	}
	q.Reason = c.String("reason")
	asked, err := cluster.Ask(c.Context, o, q)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, "requested: %s of rotation %s, by %s; the process that drives the rotation acts on it within seconds, or else the next `drover rotate` does\n",
		strings.TrimSpace(string(q.Asks)+" "+q.Gate), asked.Rotation, asked.By)
	return err
}

// asking is a command that asks for something and has nothing more to say.
func asking(s streams, asks rotation.Asked, usage string) *cli.Command {
	return &cli.Command{
		Name: string(asks), Usage: usage, Flags: askFlags(),
		Action: func(c *cli.Context) error {
			if err := noArguments(c); err != nil {
				return err
			}
			return leave(c, s, rotation.Request{Asks: asks})
		},
	}
}
