package main

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/urfave/cli/v2"

	"drover/orchestrator"
	"drover/orchestrator/journal"
)

// driveFlags are those of every command that changes a cluster.
func driveFlags() []cli.Flag {
	return []cli.Flag{fileFlag(), outFlag(), approveFlag(), outputFlag(), verboseFlag()}
}

// options are what the person asked for; the world is not touched yet.
func options(c *cli.Context, s streams) (orchestrator.Options, error) {
	l, err := loadOne(c, s.err)
	if err != nil {
		return orchestrator.Options{}, err
	}
	observer, err := observerFor(c, s)
	if err != nil {
		return orchestrator.Options{}, err
	}
	return orchestrator.Options{
		Spec: l.Cluster, SpecFile: c.String("file"), Out: c.String("out"), Version: version(),
		Command: "drover " + c.Command.Name, Observer: observer, Secrets: s.secrets,
	}, nil
}

// drive asks the person and then acts.
func drive(c *cli.Context, s streams, o orchestrator.Options, question string, do func(context.Context, orchestrator.Options) error) error {
	if err := confirm(c, s, question); err != nil {
		return err
	}
	return act(c, s, o, do)
}

// act connects to the world, acts, and says what the cluster is then.
func act(c *cli.Context, s streams, o orchestrator.Options, do func(context.Context, orchestrator.Options) error) error {
	ports, err := orchestrator.Connect(c.Context, o)
	if err != nil {
		return err
	}
	o.Ports = ports
	s.interrupts.changes()
	if err := do(c.Context, o); err != nil {
		return err
	}
	return sayStatus(c, s, o)
}

func observerFor(c *cli.Context, s streams) (orchestrator.Observer, error) {
	inJSON, err := asJSON(c)
	if err != nil {
		return nil, err
	}
	text := newProgress(s.err, c.Bool("verbose"))
	if inJSON {
		return &eventLines{progress: text, out: json.NewEncoder(s.out)}, nil
	}
	return text, nil
}

// eventLines writes the journal's events as data, a line each; progress still
// goes to the person.
type eventLines struct {
	*progress
	out *json.Encoder
}

func (e *eventLines) Event(event journal.Event) {
	e.progress.Event(event)
	_ = e.out.Encode(event) // the journal has it; a closed pipe must not stop a rotation
}

// confirm asks the person, or refuses where there is none to ask.
func confirm(c *cli.Context, s streams, question string) error {
	if c.Bool("auto-approve") {
		return nil
	}
	if s.in == nil || !isTerminal(s.in) {
		return usageError{fmt.Errorf("%s asks before it acts, and there is no terminal to ask on; add --auto-approve", c.Command.FullName())}
	}
	answer, err := ask(c.Context, s, question+"\nWrite yes to go on: ")
	if err != nil {
		return err
	}
	if answer != "yes" {
		return fmt.Errorf("%s was not confirmed; nothing was changed", c.Command.FullName())
	}
	return nil
}
