package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"

	"github.com/urfave/cli/v2"

	"drover/generator/spec"
	"drover/generator/untrusted"
	"drover/orchestrator/redact"
	"drover/orchestrator/rotation"
	"drover/orchestrator/store"
)

// The exit codes, as documented.
const (
	exitDone        = 0
	exitFailed      = 1
	exitDifferences = 2
	exitInvalid     = 3
	exitRolledBack  = 4
	exitWaiting     = 5
	exitHeld        = 6
)

// streams are a command's files: what is progress goes to err, the answer to out.
// Through run, neither shows what secrets knows, nor any character that is not what it looks like.
type streams struct {
	in         *os.File
	out, err   io.Writer
	interrupts *interrupts // nil: there are no signals
	secrets    *redact.Redactor
}

// errDifferences says that a check found something that is not as it should be.
var errDifferences = errors.New("differences found")

// usageError is bad input on the command line.
type usageError struct{ error }

// run is the whole program, without the process around it.
func run(ctx context.Context, args []string, s streams) (code int) {
	s.secrets = redact.FromEnvironment(os.Environ())
	s.out, s.err = s.secrets.Writer(untrusted.Writer(s.out)), s.secrets.Writer(untrusted.Writer(s.err))
	defer func() {
		if r := recover(); r != nil {
			_, _ = fmt.Fprintf(s.err, "error: drover crashed. This is a bug; please report it: %v\n\n%s", r, debug.Stack())
			code = exitFailed // Go's own code for it means differences here
		}
	}()
	err := newApp(s).RunContext(ctx, platformLast(gateLast(args)))
	if err == nil {
		return exitDone
	}
	if message := err.Error(); message != "" {
		_, _ = fmt.Fprintln(s.err, prefix(err)+message)
	}
	return exitCode(err)
}

// exitCode gives each kind of error its documented number.
func exitCode(err error) int {
	var (
		diagnostics spec.Diagnostics
		usage       usageError
		rolledBack  *rotation.RolledBack
		waiting     *rotation.Waiting
		held        *store.HeldError
	)
	switch {
	case errors.As(err, &diagnostics), errors.As(err, &usage):
		return exitInvalid
	case errors.Is(err, errDifferences):
		return exitDifferences
	case errors.As(err, &rolledBack):
		return exitRolledBack
	case errors.As(err, &waiting):
		return exitWaiting
	case errors.As(err, &held), errors.Is(err, rotation.ErrLost):
		return exitHeld
	}
	return exitFailed
}

// prefix tells failures from states that only need a person, and leaves the
// lines of diagnostics to begin with the file, as editors expect.
func prefix(err error) string {
	var diagnostics spec.Diagnostics
	if code := exitCode(err); code == exitWaiting || code == exitRolledBack || code == exitDifferences || errors.As(err, &diagnostics) {
		return ""
	}
	return "error: "
}

func newApp(s streams) *cli.App {
	app := &cli.App{
		Name:                   "drover",
		Usage:                  "generate Terraform for Kubernetes clusters, and rotate them blue/green",
		Version:                version(),
		Reader:                 s.in,
		Writer:                 s.out,
		ErrWriter:              s.err,
		HideHelpCommand:        true,
		Flags:                  []cli.Flag{cli.HelpFlag}, // not added by the library beside a help command of one's own
		UseShortOptionHandling: true,
		EnableBashCompletion:   true,
		Suggest:                true,
		ExitErrHandler:         func(*cli.Context, error) {}, // run decides
		OnUsageError:           onUsageError,
		Action:                 unknownCommand,
	}
	groups := commandGroups(s)
	for _, g := range groups {
		app.Commands = append(app.Commands, g.commands...)
	}
	app.CustomAppHelpTemplate = helpText(app.Usage, groups)
	app.Commands = append(app.Commands, helpCommand(), versionCommand(s, app.Version))
	for _, command := range app.Commands {
		command.OnUsageError = onUsageError // the app's own is not inherited
		hideFalse(command.Flags)
	}
	return app
}

// looks is a command that changes nothing, so that a signal ends it at once. The plan of Terraform has a lock to give back.
func looks(s streams, command *cli.Command) *cli.Command {
	command.Before = func(*cli.Context) error {
		s.interrupts.changesNothing()
		return nil
	}
	return command
}

func onUsageError(c *cli.Context, err error, _ bool) error {
	name := c.App.Name
	if c.Command != nil && c.Command.Name != "" && c.Command.Name != name {
		name += " " + c.Command.Name
	}
	return usageError{fmt.Errorf("%w; run `%s --help` for usage", err, name)}
}

// released is set by the build of a release.
var released string

// version is the release, or the commit that the binary was built from.
func version() string {
	if released != "" {
		return released
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "0.1.0-dev"
}
