package main

import (
	"github.com/urfave/cli/v2"

	"drover/generator/spec"
)

func schemaCommand(s streams) *cli.Command {
	return &cli.Command{
		Name: "schema", Usage: "print the JSON Schema of a spec, for editors",
		Action: func(c *cli.Context) error {
			if err := noArguments(c); err != nil {
				return err
			}
			return writeJSON(s.out, spec.Schema())
		},
	}
}
