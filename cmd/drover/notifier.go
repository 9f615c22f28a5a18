package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"time"

	"drover/orchestrator/cluster"
	"drover/orchestrator/history"
	"drover/orchestrator/journal"
	"drover/orchestrator/notify"
	"drover/orchestrator/traffic"
)

const (
	// lastWords is how long messages may take once a command has done its work, and lastWordsStopped after Ctrl-C.
	lastWords        = 30 * time.Second
	lastWordsStopped = 5 * time.Second
)

// notified does something while the receivers of the spec are told of it. The spec is today's: a rotation does not pin it.
func notified(ctx context.Context, o cluster.Options, do func(cluster.Options) error) error {
	if len(o.Spec.Spec.Notify) == 0 {
		return do(o)
	}
	options, err := notifierOptions(o)
	if err != nil {
		o.Observer.Progress("notify: nobody is told of anything: " + err.Error())
		return do(o)
	}
	n := notify.New(ctx, options)
	told := o
	told.Observer = telling{o.Observer, n}
	err = do(told)
	limit := lastWords
	if ctx.Err() != nil {
		limit = lastWordsStopped
	}
	n.Close(ctx, limit) // who was not told is in the warnings and in the status
	return err
}

func notifierOptions(o cluster.Options) (notify.Options, error) {
	learn(o.Secrets, o.Spec.Spec)
	net, err := traffic.From(func(name string) string {
		if name == "DROVER_NAMESERVERS" { // they are asked for the cluster's names alone
			return ""
		}
		return os.Getenv(name)
	})
	if err != nil {
		return notify.Options{}, fmt.Errorf("reading the network settings from the environment: %w", err)
	}
	receivers := notify.Receivers(o.Spec.Spec.Notify, net, os.Getenv)
	return notify.Options{
		Cluster: o.Spec.Metadata.Name, Receivers: receivers, Journal: o.Store, Attachments: o.Store,
		Command: o.Command, Clock: o.Clock, Warn: o.Observer.Progress, Redact: o.Secrets.Hide,
	}, nil
}

// telling has messages sent of what is in the journal by now.
type telling struct {
	cluster.Observer
	notifier *notify.Notifier
}

// Event implements cluster.Observer.
func (t telling) Event(e journal.Event) {
	t.Observer.Event(e)
	switch e.Kind {
	case journal.Driving, journal.RotationStarted, journal.RotationFinished, journal.PhaseStarted, journal.PhaseDone, journal.PhaseFailed,
		journal.Weights, journal.Approval, journal.Held, journal.Released, journal.BackDecided:
		t.notifier.Poke()
	default: // nobody is told of it
	}
}

// undelivered are the messages that a receiver has not got. Those of a spec without receivers interest nobody.
func undelivered(ctx context.Context, o cluster.Options) ([]history.Undelivered, error) {
	if len(o.Spec.Spec.Notify) == 0 {
		return nil, nil
	}
	failures, err := notify.Failures(ctx, o.Store)
	if err != nil {
		return nil, err
	}
	all := make([]history.Undelivered, len(failures))
	for i, f := range failures {
		all[i] = history.Undelivered(f)
	}
	return all, nil
}

// undeliveredLines are one line for each receiver, with the newest reason.
func undeliveredLines(all []history.Undelivered) [][2]string {
	count, newest := map[string]int{}, map[string]history.Undelivered{}
	for _, u := range all {
		count[u.Receiver]++
		if !u.Time.Before(newest[u.Receiver].Time) {
			newest[u.Receiver] = u
		}
	}
	var lines [][2]string
	for _, receiver := range slices.Sorted(maps.Keys(newest)) {
		lines = append(lines, [2]string{"not sent", fmt.Sprintf("%s: %d messages, the last one %s: %s", receiver, count[receiver], newest[receiver].On, newest[receiver].Reason)})
	}
	return lines
}
