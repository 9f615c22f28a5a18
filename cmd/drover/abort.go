package main

import (
	"github.com/urfave/cli/v2"

	"drover/orchestrator/rotation"
)

func abortCommand(s streams) *cli.Command {
	return asking(s, rotation.Abort, "send all traffic back to the old color, and discard the new one")
}
