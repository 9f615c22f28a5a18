package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"sync"
	"time"

	"github.com/urfave/cli/v2"

	"drover/orchestrator/cluster"
	"drover/orchestrator/history"
	"drover/orchestrator/journal"
	"drover/orchestrator/notify"
)

func notifyCommand(s streams) *cli.Command {
	flags := []cli.Flag{fileFlag(), outFlag(), outputFlag()}
	return &cli.Command{
		Name: "notify", Usage: "send a test message, or the messages that are due, to the receivers in spec.notify",
		Subcommands: []*cli.Command{
			{
				Name: "test", Usage: "send a test message to each receiver; exit 1 if one fails", Flags: flags, OnUsageError: notifyUsage,
				Action: func(c *cli.Context) error { return withReceivers(c, s, sendTest) },
			},
			{
				Name: "send", Usage: "send what no receiver has yet, and a reminder once a day if the cluster is overdue; for a schedule", Flags: flags, OnUsageError: notifyUsage,
				Action: func(c *cli.Context) error { return withReceivers(c, s, sendDue) },
			},
		},
		Action: func(c *cli.Context) error {
			if word := c.Args().First(); word != "" {
				return usageError{fmt.Errorf("unknown command %q of drover notify; use test or send", word)}
			}
			return cli.ShowSubcommandHelp(c)
		},
	}
}

// withReceivers does something for a spec that has receivers.
func withReceivers(c *cli.Context, s streams, do func(*cli.Context, streams, cluster.Options) error) error {
	l, err := loadOne(c, s.err)
	if err != nil {
		return err
	}
	if _, err := asJSON(c); err != nil {
		return err
	}
	o, err := optionsOf(c, s, l.Cluster, newProgress(s.err, false))
	if err != nil {
		return err
	}
	if len(o.Spec.Spec.Notify) == 0 {
		return usageError{fmt.Errorf("%s has no receivers; add one: notify: [{slack: {webhook: {env: SLACK_WEBHOOK_URL}}}]", o.SpecFile)}
	}
	return do(c, s, o)
}

// told is what became of one receiver's message.
type told struct {
	Receiver string `json:"receiver"`
	Kind     string `json:"kind"`
	Sent     bool   `json:"sent"`
	Problem  string `json:"problem,omitempty"`
}

// sendTest asks all receivers at once, as each may take its time.
func sendTest(c *cli.Context, s streams, o cluster.Options) error {
	options, err := notifierOptions(o)
	if err != nil {
		return err
	}
	message := notify.Test(options.Cluster, rand.Text(), o.Clock.Now())
	all := make([]told, len(options.Receivers))
	var asking sync.WaitGroup
	for i, receiver := range options.Receivers {
		asking.Go(func() {
			err := notify.Deliver(c.Context, o.Clock, receiver, message)
			all[i] = told{Receiver: receiver.Name, Kind: o.Spec.Spec.Notify[i].Kind(), Sent: err == nil}
			if err != nil {
				all[i].Problem = options.Redact(err.Error())
			}
		})
	}
	asking.Wait()
	return sayTold(c, s, all)
}

func sayTold(c *cli.Context, s streams, all []told) error {
	failed := 0
	for _, one := range all {
		if !one.Sent {
			failed++
		}
	}
	if inJSON, _ := asJSON(c); inJSON {
		if err := writeJSON(s.out, all); err != nil {
			return err
		}
	} else {
		for _, one := range all {
			line := fmt.Sprintf("%s %s: sent\n", mark(journal.Done), one.Receiver)
			if !one.Sent {
				line = fmt.Sprintf("%s %s: %s\n", mark(journal.Failed), one.Receiver, one.Problem)
			}
			if _, err := fmt.Fprint(s.out, line); err != nil {
				return err
			}
		}
	}
	if failed > 0 {
		return fmt.Errorf("sending test messages: %d of %d receivers failed", failed, len(all))
	}
	return nil
}

// sendDue sends what is left of earlier processes, and what no process says.
func sendDue(c *cli.Context, _ streams, o cluster.Options) error {
	options, err := notifierOptions(o)
	if err != nil {
		return err
	}
	n := notify.New(c.Context, options)
	n.Poke()
	err = remind(c.Context, o, n)
	if failed := n.Close(c.Context, lastWords); failed > 0 && err == nil {
		err = fmt.Errorf("sending messages: %d did not arrive; see %s", failed, o.Command("status"))
	}
	return err
}

// remind tells that the active color is overdue, unless a rotation replaces it already.
func remind(ctx context.Context, o cluster.Options, n *notify.Notifier) error {
	events, err := cluster.Events(ctx, o.Store)
	if err != nil {
		return err
	}
	now := o.Clock.Now()
	status := history.StatusOf(o.Spec, journal.Fold(events), nil, now)
	if status.Rotation == nil && status.Due && status.Built != nil {
		age := history.Age(now.Sub(*status.Built).Truncate(time.Second))
		n.Tell(notify.Overdue(status.Cluster, string(status.Active), age, status.MaxAge, o.Command("rotate"), now))
	}
	return nil
}

// notifyUsage names the command in full, which the library does not know of one below another.
func notifyUsage(c *cli.Context, err error, _ bool) error {
	return usageError{fmt.Errorf("%w; run `drover notify %s --help` for usage", err, c.Command.Name)}
}
