package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/urfave/cli/v2"

	"drover/generator/spec"
	"drover/orchestrator/cluster"
	"drover/orchestrator/journal"
)

// driveFlags are those of every command that changes a cluster.
func driveFlags() []cli.Flag {
	return []cli.Flag{fileFlag(), outFlag(), approveFlag(), outputFlag(), verboseFlag()}
}

// options are what the person asked for; the world is not touched yet.
func options(c *cli.Context, s streams) (cluster.Options, error) {
	l, err := loadOne(c, s.err)
	if err != nil {
		return cluster.Options{}, err
	}
	observer, err := observerFor(c, s)
	if err != nil {
		return cluster.Options{}, err
	}
	return optionsOf(c, s, l.Cluster, observer)
}

func optionsOf(c *cli.Context, s streams, of spec.Cluster, observer cluster.Observer) (cluster.Options, error) {
	by, err := person(c)
	if err != nil {
		return cluster.Options{}, err
	}
	holder, err := holderOf(c, by)
	if err != nil {
		return cluster.Options{}, err
	}
	opened, where, err := openStore(c.Context, of, c.String("out"))
	if err != nil {
		return cluster.Options{}, err
	}
	return cluster.Options{
		Spec: of, SpecFile: c.String("file"), Out: c.String("out"), Version: version(), By: by, Observer: observer, Secrets: s.secrets,
		Clock: clock{}, Store: opened, StoreAt: where, Holder: holder, Connect: connectIn(c.String("out")),
	}, nil
}

// journaled is the journal of the spec that -f names, for commands that only read it.
func journaled(c *cli.Context) (spec.Cluster, []journal.Event, error) {
	l, err := loadOne(c, io.Discard)
	if err != nil {
		return spec.Cluster{}, nil, err
	}
	opened, _, err := openStore(c.Context, l.Cluster, c.String("out"))
	if err != nil {
		return l.Cluster, nil, err
	}
	events, err := cluster.Events(c.Context, opened)
	return l.Cluster, events, err
}

// drive asks the person and then acts.
func drive(c *cli.Context, s streams, o cluster.Options, question string, do func(context.Context, cluster.Options) error) error {
	if err := confirm(c, s, question); err != nil {
		return err
	}
	return act(c, s, o, do)
}

// act acts, and says what the cluster is then.
func act(c *cli.Context, s streams, o cluster.Options, do func(context.Context, cluster.Options) error) error {
	s.interrupts.changes()
	err := notified(c.Context, o, func(o cluster.Options) error { return do(c.Context, o) })
	if err != nil {
		return err
	}
	return sayStatus(c, s, o)
}

func observerFor(c *cli.Context, s streams) (cluster.Observer, error) {
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
		return usageError{fmt.Errorf("%s asks for confirmation, but there is no terminal; add --auto-approve", c.Command.FullName())}
	}
	answer, err := ask(c.Context, s, question+"\nType yes to continue: ")
	if err != nil {
		return err
	}
	if answer != "yes" {
		return fmt.Errorf("%s was not confirmed; nothing was changed", c.Command.FullName())
	}
	return nil
}
