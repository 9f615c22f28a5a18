package history

import (
	"context"
	"slices"

	"drover/orchestrator/journal"
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
	events, err := journal.Open(StoreDir(o.Out, o.name())).Events(ctx)
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

// phaseLines follows the table, so that what is still to come shows too.
func phaseLines(r *journal.Rotation) []PhaseLine {
	lines := make([]PhaseLine, 0, len(Phases))
	for p := range slices.Values(Phases) {
		had := r.Phases[p.Name]
		lines = append(lines, PhaseLine{Name: p.Name, Does: p.Does, Outcome: had.Outcome, Detail: had.Detail, Seconds: had.Seconds})
	}
	return lines
}
