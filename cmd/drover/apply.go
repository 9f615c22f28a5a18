package main

import (
	"fmt"
	"time"

	"github.com/urfave/cli/v2"

	"drover/orchestrator/cluster"
	"drover/orchestrator/history"
	"drover/orchestrator/journal"
)

func applyCommand(s streams) *cli.Command {
	return &cli.Command{
		Name: "apply", Usage: "build the first cluster, or change the active one in place",
		Flags: driveFlags(),
		Action: func(c *cli.Context) error {
			o, err := options(c, s)
			if err != nil {
				return err
			}
			o.BuildsFirst = true
			question := fmt.Sprintf("Apply %s to %s in %s?", o.SpecFile, o.Spec.Metadata.Name, o.Spec.Spec.Region)
			return drive(c, s, o, question, cluster.Apply)
		},
	}
}

// sayStatus ends a command that changed the cluster with what it is now.
func sayStatus(c *cli.Context, s streams, o cluster.Options) error {
	if inJSON, _ := asJSON(c); inJSON {
		return nil // the events said it
	}
	events, err := cluster.Events(c.Context, o.Store)
	if err != nil {
		return err
	}
	return writeStatus(s.out, history.StatusOf(o.Spec, journal.Fold(events), nil, time.Now()))
}
