package main

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"drover/orchestrator"
)

func rotateCommand(s streams) *cli.Command {
	return &cli.Command{
		Name: "rotate", Usage: "replace the active cluster by a new one, or go on with the rotation under way",
		Flags: driveFlags(),
		Action: func(c *cli.Context) error {
			o, err := options(c, s)
			if err != nil {
				return err
			}
			if err := orchestrator.Rotatable(c.Context, o); err != nil {
				return err
			}
			question := fmt.Sprintf("Replace the active cluster of %s in %s by a new one at Kubernetes %s?",
				o.Spec.Metadata.Name, o.Spec.Spec.Region, o.Spec.Spec.Kubernetes.Version)
			return drive(c, s, o, question, orchestrator.Rotate)
		},
	}
}

func rollbackCommand(s streams) *cli.Command {
	return &cli.Command{
		Name: "rollback", Usage: "end the rotation under way with all traffic on the old color",
		Flags: driveFlags(),
		Action: func(c *cli.Context) error {
			o, err := options(c, s)
			if err != nil {
				return err
			}
			question := "Send all traffic of " + o.Spec.Metadata.Name + " back to the old color and end the rotation?"
			return drive(c, s, o, question, orchestrator.Rollback)
		},
	}
}
