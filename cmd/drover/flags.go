package main

import (
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

func fileFlag() cli.Flag {
	return &cli.StringFlag{Name: "file", Aliases: []string{"f"}, Value: "cluster.yaml", EnvVars: []string{"DROVER_FILE"},
		Usage: "read the spec from `FILE`, or all specs from a directory"}
}

func outFlag() cli.Flag {
	return &cli.StringFlag{Name: "out", Aliases: []string{"o"}, Value: "infra", EnvVars: []string{"DROVER_OUT"},
		Usage: "use `DIR` for the generated Terraform files"}
}

func outputFlag() cli.Flag {
	return &cli.StringFlag{Name: "output", Value: "text", EnvVars: []string{"DROVER_OUTPUT"}, Usage: "output `FORMAT`: text or json"}
}

func approveFlag() cli.Flag {
	return &cli.BoolFlag{Name: "auto-approve", EnvVars: []string{"DROVER_AUTO_APPROVE"}, Usage: "skip the confirmation prompt"}
}

func byFlag() cli.Flag {
	return &cli.StringFlag{Name: "by", EnvVars: []string{"DROVER_BY"}, Usage: "record `WHO` decides in the journal (default: the user of the pipeline, or of this machine)"}
}

func verboseFlag() cli.Flag {
	return &cli.BoolFlag{Name: "verbose", Aliases: []string{"v"}, EnvVars: []string{"DROVER_VERBOSE"}, Usage: "list every resource that Terraform changes"}
}

// markdownFlag is --output of a command whose answer people put into comments and summaries.
func markdownFlag() cli.Flag {
	return &cli.StringFlag{Name: "output", Value: "text", EnvVars: []string{"DROVER_OUTPUT"}, Usage: "output `FORMAT`: text, json, or markdown for a comment on a pull request"}
}

// asJSON reads --output.
func asJSON(c *cli.Context) (bool, error) {
	format, err := formatOf(c, "text", "json")
	return format == "json", err
}

// formatOf reads an --output that is one of some formats.
func formatOf(c *cli.Context, formats ...string) (string, error) {
	format := c.String("output")
	if !slices.Contains(formats, format) {
		last := len(formats) - 1
		return "", usageError{fmt.Errorf("--output is %q; use %s or %s", format, strings.Join(formats[:last], ", "), formats[last])}
	}
	return format, nil
}

// writeJSON writes an answer as data, for people to read too.
func writeJSON(w io.Writer, answer any) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(answer)
}

// noArguments refuses words that no flag takes: mostly a forgotten -f.
func noArguments(c *cli.Context) error {
	if word := c.Args().First(); word != "" {
		return usageError{fmt.Errorf("%s takes no argument %q; name a spec with -f %s", c.Command.FullName(), word, filepath.Clean(word))}
	}
	return nil
}
