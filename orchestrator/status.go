package orchestrator

import (
	"context"
	"fmt"
	"slices"
	"time"

	"drover/orchestrator/journal"
	"drover/orchestrator/platform"
	"drover/orchestrator/reconcile"
)

// Status is a cluster now: the shape of `status --output json`.
type Status struct {
	Cluster  string         `json:"cluster"`
	Active   string         `json:"active"`   // color; empty before the first build
	Version  string         `json:"version"`  // Kubernetes version of the active color
	Revision string         `json:"revision"` // of the active color's root
	Weights  map[string]int `json:"weights"`  // percent by color, as last confirmed by DNS
	Timing
	Rotation *UnderWay `json:"rotation"` // null when none is under way
	Account  *Account  `json:"account,omitempty"`
}

// Account is whether the account and DNS are as the journal says.
type Account struct {
	Asked         bool                     `json:"asked"`
	Reason        string                   `json:"reason,omitempty"` // why there is no answer
	Disagreements []reconcile.Disagreement `json:"disagreements"`
}

// UnderWay is a rotation that has not ended.
type UnderWay struct {
	ID      string      `json:"id"`
	From    string      `json:"from"`
	To      string      `json:"to"`
	Version string      `json:"version"`
	Phase   string      `json:"phase"`
	Phases  []PhaseLine `json:"phases"`
}

// PhaseLine is one phase of a rotation as far as it is.
type PhaseLine struct {
	Name    string          `json:"name"`
	Does    string          `json:"does"`
	Outcome journal.Outcome `json:"outcome"` // empty while it runs, or before
	Detail  string          `json:"detail,omitempty"`
	Seconds float64         `json:"seconds"`
}

// StatusOf folds the journal; it needs no cloud and no lease.
func StatusOf(ctx context.Context, o Options) (Status, error) {
	events, err := o.events(ctx)
	if err != nil {
		return Status{}, err
	}
	state := journal.Fold(events)
	active := state.Colors[state.Active]
	status := Status{Cluster: o.name(), Active: state.Active, Version: active.Version, Revision: active.Revision, Weights: state.Weights, Timing: o.timing(state)}
	if r := state.Rotation; r != nil {
		status.Rotation = &UnderWay{ID: r.ID, From: r.From, To: r.To, Version: r.Version, Phase: r.Phase, Phases: phaseLines(r)}
	}
	return status, nil
}

// statusTime is how long status waits for the account.
const statusTime = 20 * time.Second

// AskAccount compares the journal with the account and DNS, without Terraform, which would get into the way of whoever
// drives the cluster. What changes while it is asked is asked again.
func (s *Status) AskAccount(ctx context.Context, o Options, connect func(context.Context, Options) (platform.Platform, error)) error {
	ctx, cancel := context.WithTimeout(ctx, statusTime)
	defer cancel()
	s.Account = &Account{Disagreements: []reconcile.Disagreement{}}
	cloud, err := connect(ctx, o)
	for tries := 0; err == nil && tries < 3; tries++ {
		o.Ports.Cloud = cloud
		var before, after []journal.Event
		if before, err = o.events(ctx); err != nil {
			return err
		}
		known := knownOf(o.name(), journal.Fold(before), len(before) == 0)
		var seen reconcile.Seen
		if seen, err = o.look(ctx, sources{}, known); err != nil {
			break
		}
		if after, err = o.events(ctx); err != nil {
			return err
		}
		s.Account.Asked, s.Account.Disagreements = true, append([]reconcile.Disagreement{}, reconcile.Compare(known, seen)...)
		if len(s.Account.Disagreements) == 0 || len(after) == len(before) {
			return nil
		}
	}
	if err != nil {
		s.Account.Reason = o.Secrets.Hide(err.Error())
	}
	return nil
}

// Disagrees is an error where the account is not as the journal says, or where there is no journal and no answer, so that
// it is not known whether anything stands.
func (s Status) Disagrees(o Options) error {
	switch {
	case s.Account == nil:
		return nil
	case len(s.Account.Disagreements) > 0:
		return o.disagrees(s.Account.Disagreements)
	case !s.Account.Asked && s.Active == "":
		return fmt.Errorf("it is not known whether anything of %s stands: no active cluster is in the journal in %s, and the account was not asked: %s",
			o.name(), StoreDir(o.Out, o.name()), s.Account.Reason)
	}
	return nil
}

func (o Options) events(ctx context.Context) ([]journal.Event, error) {
	return journal.Open(StoreDir(o.Out, o.name())).Events(ctx)
}

// phaseLines follows the table, so that what is still to come shows too.
func phaseLines(r *journal.Rotation) []PhaseLine {
	lines := make([]PhaseLine, 0, len(Phases))
	for p := range slices.Values(Phases) {
		had := r.Phases[p.Name]
		lines = append(lines, PhaseLine{Name: p.Name, Does: p.Does, Outcome: had.Outcome, Detail: had.Detail, Seconds: had.Seconds})
	}
	return lines
}
