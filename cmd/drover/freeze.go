package main

import (
	"github.com/urfave/cli/v2"

	"drover/orchestrator/rotation"
)

func freezeCommand(s streams) *cli.Command {
	return asking(s, rotation.Freeze, "pause the rotation in progress, for scheduled runs too")
}
