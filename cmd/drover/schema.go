package main

import (
	"encoding/json"

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
			encoder := json.NewEncoder(s.out)
			encoder.SetIndent("", "  ")
			encoder.SetEscapeHTML(false)
			return encoder.Encode(spec.Schema())
		},
	}
}
