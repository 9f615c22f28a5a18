package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"drover/generator/spec"
)

// commandGroup is commands that a person looks for together, in the order in which they are first needed.
type commandGroup struct {
	title    string
	commands []*cli.Command
}

func commandGroups(s streams) []commandGroup {
	return []commandGroup{
		{"Write a spec", []*cli.Command{initCommand(s), looks(s, validateCommand(s)), looks(s, networkCommand(s)), looks(s, schemaCommand(s))}},
		{"Work without a cloud account", []*cli.Command{rehearseCommand(s), looks(s, generateCommand(s)), looks(s, rightsCommand(s)), pipelineCommand(s), doctorCommand(s)}},
		{"Build and rotate", []*cli.Command{readyCommand(s), planCommand(s), applyCommand(s), rotateCommand(s), destroyCommand(s)}},
		{"Inspect a cluster", []*cli.Command{looks(s, statusCommand(s)), looks(s, historyCommand(s)), looks(s, reportCommand(s)), looks(s, kubeconfigCommand(s)), looks(s, notifyCommand(s))}},
		{"Control a rotation", []*cli.Command{approveCommand(s), pauseCommand(s), freezeCommand(s), resumeCommand(s), rollbackCommand(s), abortCommand(s)}},
		{"Other", []*cli.Command{recoverCommand(s), completionCommand(s)}},
	}
}

// helpText is what drover prints without a command. It is a template of the library, of fixed text.
func helpText(usage string, groups []commandGroup) string {
	var text strings.Builder
	fmt.Fprintf(&text, "drover: %s\n\nUsage: drover COMMAND [options]\n", usage)
	for _, g := range groups {
		fmt.Fprintf(&text, "\n%s:\n", g.title)
		for _, command := range g.commands {
			fmt.Fprintf(&text, "  %-11s %s\n", command.Name, command.Usage)
		}
	}
	text.WriteString("\nRun `drover COMMAND --help` for the options of a command, and `drover --version` for the version.\n" +
		"Most commands read the spec from cluster.yaml; use -f for another file.\n")
	return text.String()
}

// helpCommand and versionCommand are what people type who know them from other tools. They are not listed.
func helpCommand() *cli.Command {
	return &cli.Command{Name: "help", Hidden: true, ArgsUsage: "[COMMAND]", Action: func(c *cli.Context) error {
		name := c.Args().First()
		if name == "" {
			return cli.ShowAppHelp(c)
		}
		if c.App.Command(name) == nil {
			return noSuchCommand(c, name)
		}
		return cli.ShowCommandHelp(c.Lineage()[1], name) // help's own context lists only itself
	}}
}

func versionCommand(s streams, version string) *cli.Command {
	return &cli.Command{Name: "version", Hidden: true, Action: func(*cli.Context) error {
		_, err := fmt.Fprintf(s.out, "drover version %s\n", version)
		return err
	}}
}

// hideFalse leaves "(default: false)" out of the help.
func hideFalse(flags []cli.Flag) {
	for _, flag := range flags {
		if is, ok := flag.(*cli.BoolFlag); ok {
			is.DisableDefaultText = true
		}
	}
}

func unknownCommand(c *cli.Context) error {
	if name := c.Args().First(); name != "" {
		return noSuchCommand(c, name)
	}
	return cli.ShowAppHelp(c)
}

func noSuchCommand(c *cli.Context, name string) error {
	var names []string
	for _, command := range c.App.VisibleCommands() {
		names = append(names, command.Name)
	}
	slices.Sort(names)
	if near := spec.Nearest(name, names); near != "" {
		return usageError{fmt.Errorf("unknown command %q; did you mean %s? Run `drover --help` for a list", name, near)}
	}
	return usageError{fmt.Errorf("unknown command %q; run `drover --help` for a list", name)}
}
