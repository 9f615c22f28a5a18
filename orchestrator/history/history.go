package history

import (
	"slices"
	"time"

	"drover/orchestrator/color"
	"drover/orchestrator/journal"
)

// PastRotation is one rotation as it was: an element of `history --output json`.
type PastRotation struct {
	ID       string          `json:"id"`
	From     color.Color     `json:"from"`
	To       color.Color     `json:"to"`
	Version  string          `json:"version"` // of Kubernetes, that the new color was built with
	Revision string          `json:"revision"`
	Started  time.Time       `json:"started"`
	Finished *time.Time      `json:"finished"` // null while it is under way
	Seconds  float64         `json:"seconds"`  // from the start to the end, waits included; 0 while it is under way
	Outcome  journal.Outcome `json:"outcome"`  // empty while it is under way
	Phase    string          `json:"phase"`    // the last that began
	Reason   string          `json:"reason,omitempty"`
	Left     []string        `json:"leftovers"`
}

// Rotations are all rotations of a cluster, the newest first.
func Rotations(state journal.State) []PastRotation {
	all := slices.Clone(state.Past)
	if state.Rotation != nil {
		all = append(all, *state.Rotation)
	}
	history := make([]PastRotation, 0, len(all))
	for _, r := range slices.Backward(all) {
		history = append(history, pastRotation(r))
	}
	return history
}

func pastRotation(r journal.Rotation) PastRotation {
	past := PastRotation{ID: r.ID, From: r.From, To: r.To, Version: r.Version, Revision: r.Revision, Started: r.StartedAt,
		Outcome: r.Outcome, Phase: r.Phase, Reason: r.Reason, Left: append([]string{}, r.Leftovers...)}
	if !r.FinishedAt.IsZero() {
		past.Finished, past.Seconds = &r.FinishedAt, r.FinishedAt.Sub(r.StartedAt).Seconds()
	}
	return past
}
