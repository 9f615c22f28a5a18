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
			&cli.StringFlag{Name: "confirm", Usage: "confirm with the cluster's `NAME` instead of typing it at the prompt"}},
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
			return usageError{fmt.Errorf("destroy asks you to type the cluster's name, but there is no terminal; add --confirm %s", name)}
		}
		var err error
		if typed, err = ask(c.Context, s, fmt.Sprintf("This deletes %s with its network, zone, registry and databases.\nType its name to continue: ", name)); err != nil {
			return err
		}
	}
	if typed != name {
		return usageError{fmt.Errorf("%q is not the name of this cluster, %s; nothing was changed", typed, name)}
	}
	return nil
}
