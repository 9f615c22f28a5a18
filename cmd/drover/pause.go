package main

import (
	"github.com/urfave/cli/v2"

	"drover/orchestrator/rotation"
)

func pauseCommand(s streams) *cli.Command {
	return asking(s, rotation.Pause, "have the rotation under way stay between two steps until it is resumed")
}
