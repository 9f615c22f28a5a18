package main

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"drover/orchestrator/cluster"
)

func destroyCommand(s streams) *cli.Command {
	return &cli.Command{
		Name: "destroy", Usage: "delete the whole cluster: both colors, traffic and foundation",
		Flags: []cli.Flag{fileFlag(), outFlag(), outputFlag(), verboseFlag(),
			&cli.StringFlag{Name: "confirm", Usage: "the cluster's `NAME`, instead of typing it when asked"}},
		Action: func(c *cli.Context) error {
			o, err := options(c, s)
			if err != nil {
				return err
			}
			if err := typedName(c, s, o.Spec.Metadata.Name); err != nil {
				return err
			}
			return act(c, s, o, cluster.DestroyAll)
		},
	}
}

// typedName has the person write the name of what is to go; yes is too easily written.
func typedName(c *cli.Context, s streams, name string) error {
	typed := c.String("confirm")
	if typed == "" {
		if s.in == nil || !isTerminal(s.in) {
			return usageError{fmt.Errorf("destroy needs the cluster's name typed, and there is no terminal to type it on; add --confirm %s", name)}
		}
		var err error
		if typed, err = ask(c.Context, s, fmt.Sprintf("This deletes %s with its network, zone, registry and databases.\nWrite its name to go on: ", name)); err != nil {
			return err
		}
	}
	if typed != name {
		return usageError{fmt.Errorf("%q is not the name of this cluster, %s; nothing was changed", typed, name)}
	}
	return nil
}
