package orchestrator

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"

	"drover/generator"
	"drover/generator/spec"
	"drover/orchestrator/journal"
	"drover/orchestrator/redact"
)

// Options is what one command is asked to do, and with what.
type Options struct {
	Spec     spec.Cluster
	SpecFile string // as the person named it, for messages
	Out      string // the Terraform directory
	Version  string // drover's own
	Command  string // for whoever finds the lease held
	NoWindow string // the person who has phases begin outside of the spec's window; empty: it is kept
	Observer Observer
	Secrets  *redact.Redactor // kept out of the journal; Connect adds what it learns
	Ports    Ports
}

// StoreDir is where drover keeps what it knows of a cluster.
func StoreDir(out, cluster string) string {
	return filepath.Join(out, cluster, ".drover")
}

// session is one process that drives one cluster under the lease.
type session struct {
	Options
	store  *journal.Store
	lease  *journal.Lease
	state  journal.State
	empty  bool     // the journal holds no event
	stacks sync.Map // root to Stack, once it is initialized
}

// open takes the lease and folds the journal.
func open(ctx context.Context, o Options) (*session, error) {
	if err := generator.Recover(o.Out); err != nil {
		return nil, fmt.Errorf("finishing a write of %s that was cut short: %w", o.Out, err)
	}
	store := journal.Open(StoreDir(o.Out, o.name()))
	lease, err := store.Acquire(o.name(), o.Command)
	if err != nil {
		return nil, err
	}
	s := &session{Options: o, store: store, lease: lease}
	if err := s.refresh(ctx); err != nil {
		return nil, errors.Join(err, lease.Release())
	}
	return s, nil
}

func (s *session) close() error { return s.lease.Release() }

// refresh folds the journal anew: others may have written approvals.
func (s *session) refresh(ctx context.Context) error {
	events, err := s.store.Events(ctx)
	if err != nil {
		return err
	}
	s.state, s.empty = journal.Fold(events), len(events) == 0
	return nil
}

// record makes an event durable under the lease, then tells of it.
func (s *session) record(ctx context.Context, e journal.Event) error {
	if s.state.Rotation != nil && e.Rotation == "" {
		e.Rotation = s.state.Rotation.ID
	}
	e.Detail = s.Secrets.Hide(e.Detail)
	stamped, err := s.lease.Append(ctx, e) // an interrupt does not keep the outcome of what was done out of the journal
	if err != nil {
		return err
	}
	s.state.Add(stamped)
	s.Observer.Event(stamped)
	return nil
}

func (o Options) name() string { return o.Spec.Metadata.Name }

// host is a color's own test host name.
func (o Options) host(color string) string { return color + "." + o.Spec.Spec.Ingress.Domain }

func (o Options) dir(root generator.Root) string {
	return filepath.Join(o.Out, o.name(), string(root))
}

// rotateCommand is the line to paste that goes on.
func (o Options) rotateCommand() string { return o.command("rotate") }

func (o Options) command(verb string) string {
	return fmt.Sprintf("`drover %s -f %s -o %s`", verb, o.SpecFile, o.Out)
}

// other is the color that color is not.
func other(color string) string {
	if color == string(generator.Blue) {
		return string(generator.Green)
	}
	return string(generator.Blue)
}
