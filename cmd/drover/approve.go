package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"drover/orchestrator/rotation"
)

// gates are what a person can approve: those that the spec's rotation.approvals names, and that the new color runs no
// singleton, where it cannot be asked.
var gates = []string{"shift", "destroy", rotation.HandBack}

// gateLast lets a gate be named before the flags, where people write it: the
// flag parser reads no flag after the first argument.
func gateLast(args []string) []string {
	if len(args) > 3 && args[1] == "approve" && slices.Contains(gates, args[2]) {
		return slices.Concat(args[:2], args[3:], args[2:3])
	}
	return args
}

func approveCommand(s streams) *cli.Command {
	return &cli.Command{
		Name: "approve", Usage: "approve the step that the rotation is waiting for", ArgsUsage: strings.Join(gates, "|"),
		Flags: askFlags(),
		Action: func(c *cli.Context) error {
			gate := c.Args().First()
			if !slices.Contains(gates, gate) || c.NArg() > 1 {
				return usageError{fmt.Errorf("approve takes one of %s: for example, `drover approve %s -f cluster.yaml`", strings.Join(gates, ", "), gates[0])}
			}
			return leave(c, s, rotation.Request{Asks: rotation.Approve, Gate: gate})
		},
	}
}
