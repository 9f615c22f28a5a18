package main

import (
	"github.com/urfave/cli/v2"

	"drover/orchestrator/rotation"
)

func resumeCommand(s streams) *cli.Command {
	return asking(s, rotation.Resume, "have a rotation go on that is paused, frozen or asks")
}
