package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/urfave/cli/v2"

	"drover/generator/fleet"
	"drover/generator/spec"
)

func validateCommand(s streams) *cli.Command {
	return &cli.Command{
		Name: "validate", Usage: "check a spec offline",
		Flags: []cli.Flag{fileFlag(), outputFlag()},
		Action: func(c *cli.Context) error {
			inJSON, err := asJSON(c)
			if err != nil {
				return err
			}
			if err := noArguments(c); err != nil {
				return err
			}
			if inJSON {
				return validateJSON(c.Context, c.String("file"), s)
			}
			all, err := loadAll(c.Context, c.String("file"), s.err)
			if err != nil {
				return err
			}
			for _, l := range all {
				_, err := fmt.Fprintf(s.out, "%s: %s is valid\n", l.File, l.Cluster.Metadata.Name)
				if err != nil {
					return err
				}
			}
			return nil
		},
	}
}

// quiet is an error that was already told as data.
type quiet struct{ spec.Diagnostics }

func (quiet) Error() string   { return "" }
func (q quiet) Unwrap() error { return q.Diagnostics }

// validateJSON gives the diagnostics as data; nothing else is printed.
func validateJSON(ctx context.Context, path string, s streams) error {
	files, err := specFiles(path)
	var said spec.Diagnostics // what is wrong with a directory is data too
	if err != nil && !errors.As(err, &said) {
		return err
	}
	if err == nil {
		var all []loaded
		if all, said, err = fleet.Load(ctx, files); err != nil {
			return err
		}
		if !said.HasErrors() {
			said = append(said, aging(all)...)
		}
	}
	if said == nil {
		said = spec.Diagnostics{} // an empty list, not null
	}
	if err := writeJSON(s.out, map[string]any{"valid": !said.HasErrors(), "diagnostics": said}); err != nil {
		return err
	}
	if said.HasErrors() {
		return quiet{said}
	}
	return nil
}
