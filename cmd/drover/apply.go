package main

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"drover/orchestrator"
)

func applyCommand(s streams) *cli.Command {
	return &cli.Command{
		Name: "apply", Usage: "build the first cluster; later, change what can be changed in place",
		Flags: driveFlags(),
		Action: func(c *cli.Context) error {
			o, err := options(c, s)
			if err != nil {
				return err
			}
			question := fmt.Sprintf("Apply %s to %s in %s?", o.SpecFile, o.Spec.Metadata.Name, o.Spec.Spec.Region)
			return drive(c, s, o, question, orchestrator.Apply)
		},
	}
}

// sayStatus ends a command that changed the cluster with what it is now.
func sayStatus(c *cli.Context, s streams, o orchestrator.Options) error {
	status, err := orchestrator.StatusOf(c.Context, o)
	if err != nil {
		return err
	}
	if inJSON, _ := asJSON(c); inJSON {
		return nil // the events said it
	}
	return writeStatus(s.out, status)
}
