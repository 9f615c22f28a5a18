package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/urfave/cli/v2"

	"drover/generator/spec"
	"drover/orchestrator/doctor"
	"drover/rehearsal"
)

func doctorCommand(s streams) *cli.Command {
	return &cli.Command{
		Name: "doctor", Usage: "check this machine for missing tools, and print how to install them",
		Flags: []cli.Flag{fileFlag(), outputFlag(),
			&cli.StringFlag{Name: "for", Usage: "check only the tools that `COMMAND` needs, such as rehearse (default: all commands)"}},
		Action: func(c *cli.Context) error {
			if err := noArguments(c); err != nil {
				return err
			}
			inJSON, err := asJSON(c)
			if err != nil {
				return err
			}
			parts, err := partsFor(c, s)
			if err != nil {
				return err
			}
			findings := doctor.Examine(c.Context, parts)
			if inJSON {
				err = writeJSON(s.out, findings)
			} else {
				err = writeFindings(s.out, findings)
			}
			return errors.Join(err, lacking(findings))
		},
	}
}

// partsFor are the parts to look at, by the spec and by --for.
func partsFor(c *cli.Context, s streams) ([]doctor.Part, error) {
	cluster, err := specIfThere(c, s.err)
	if err != nil {
		return nil, err
	}
	parts := slices.Concat(needsOf(cluster, s.secrets), rehearsal.Needs())
	command := c.String("for")
	if command == "" {
		return parts, nil
	}
	needed := doctor.Needed(parts, command)
	if len(needed) == 0 {
		return nil, usageError{fmt.Errorf("--for is %q; use one of %s (other commands need no tools)", command, strings.Join(doctor.Commands(parts), ", "))}
	}
	return needed, nil
}

// specIfThere reads the spec. Who has none yet, and names none, can be helped too.
func specIfThere(c *cli.Context, warn io.Writer) (*spec.Cluster, error) {
	if _, err := os.Stat(c.String("file")); errors.Is(err, fs.ErrNotExist) && !c.IsSet("file") {
		return nil, nil
	}
	l, err := loadOne(c, warn)
	if err != nil {
		return nil, err
	}
	return &l.Cluster, nil
}

func writeFindings(w io.Writer, findings []doctor.Finding) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, f := range findings {
		if _, err := fmt.Fprintf(t, "%s\t%s\t%s\n", f.State, f.Part, strings.ReplaceAll(f.Detail, "\n", " ")); err != nil {
			return err
		}
	}
	return t.Flush()
}

// lacking is the error of what is missing, with the commands that will not work.
func lacking(findings []doctor.Finding) error {
	var missing, commands []string
	for _, f := range findings {
		if f.State == doctor.Missing {
			missing = append(missing, f.Part)
			commands = append(commands, f.For...)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	slices.Sort(commands)
	return fmt.Errorf("some tools are missing (%s); these commands need them: %s", strings.Join(missing, ", "), strings.Join(slices.Compact(commands), ", "))
}
