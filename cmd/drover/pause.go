package main

import (
	"github.com/urfave/cli/v2"

	"drover/orchestrator/rotation"
)

func pauseCommand(s streams) *cli.Command {
	return asking(s, rotation.Pause, "pause the rotation in progress after its current step")
}
