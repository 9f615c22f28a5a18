package main

import (
	"github.com/urfave/cli/v2"

	"drover/orchestrator/rotation"
)

func freezeCommand(s streams) *cli.Command {
	return asking(s, rotation.Freeze, "have the rotation under way stay where it is, also for scheduled runs")
}
