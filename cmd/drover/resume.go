package main

import (
	"github.com/urfave/cli/v2"

	"drover/orchestrator/rotation"
)

func resumeCommand(s streams) *cli.Command {
	return asking(s, rotation.Resume, "resume a rotation that is paused, frozen or waits for a decision")
}
