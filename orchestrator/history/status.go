package history

import (
	"maps"
	"slices"
	"time"

	"drover/generator/cost"
	"drover/generator/spec"
	"drover/orchestrator/color"
	"drover/orchestrator/journal"
	"drover/orchestrator/reconcile"
	"drover/orchestrator/rotation"
)

// Status is a cluster now: the shape of `status --output json`.
type Status struct {
	Cluster  string        `json:"cluster"`
	Active   color.Color   `json:"active"`   // empty before the first build
	Version  string        `json:"version"`  // Kubernetes version of the active color
	Revision string        `json:"revision"` // of the active color's root
	Weights  color.Weights `json:"weights"`  // percent by color, as last confirmed
	Timing
	Rotation *UnderWay    `json:"rotation"`         // null when none is under way
	Failed   *FailedColor `json:"failed,omitempty"` // a color that was rolled back from and still stands
	Account  *Account     `json:"account,omitempty"`
	// Undelivered are messages of spec.notify that a receiver has not got.
	Undelivered []Undelivered `json:"undelivered,omitempty"`
}

// Undelivered is one message that one receiver has not got. Another process tries again, for a day.
type Undelivered struct {
	Receiver string    `json:"receiver"`
	On       string    `json:"on"`
	Time     time.Time `json:"time"` // of what the message tells
	Reason   string    `json:"reason"`
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
	From    color.Color `json:"from"`
	To      color.Color `json:"to"`
	Version string      `json:"version"`
	Phase   string      `json:"phase"`
	Phases  []PhaseLine `json:"phases"`
	Granted []Granted   `json:"approvals"`        // that hold for what stands now
	Hold    *Hold       `json:"hold,omitempty"`   // why it stays where it is
	Back    *Back       `json:"back,omitempty"`   // all traffic goes back to the old color
	Asked   []Asked     `json:"asked,omitempty"`  // requests that nobody has answered yet
	Health  *Health     `json:"health,omitempty"` // of the new color, if it has traffic
}

// Health is what the checks of the new color said a moment ago.
type Health struct {
	Color    color.Color `json:"color"`
	Asked    bool        `json:"asked"`
	Well     bool        `json:"well"`               // every check that was asked passed
	NotAsked int         `json:"notAsked,omitempty"` // checks that run a program or send a key, which status does not
	Reason   string      `json:"reason,omitempty"`   // what did not pass, or why nothing was asked
}

// Hold is why a rotation stays where it is, and who decided that; by is empty where the spec's policy did.
type Hold struct {
	Why    journal.HoldKind `json:"why"`
	By     string           `json:"by,omitempty"`
	Reason string           `json:"reason"`
	Since  time.Time        `json:"since"`
}

// Back is why traffic goes back to the old color.
type Back struct {
	By     string `json:"by,omitempty"`
	Reason string `json:"reason"`
}

// Granted is a gate that a person opened, before the rotation passed it or after.
type Granted struct {
	Gate string `json:"gate"`
	By   string `json:"by"`
}

// Asked is a person's request.
type Asked struct {
	Asks rotation.Asked `json:"asks"`
	Gate string         `json:"gate,omitempty"`
	By   string         `json:"by"`
	Time time.Time      `json:"time"`
}

// FailedColor is a color that a rotation was rolled back from.
type FailedColor struct {
	Color    color.Color `json:"color"`
	Revision string      `json:"revision"`
	Reason   string      `json:"reason"`
	Since    time.Time   `json:"since"`
	Until    time.Time   `json:"until"` // when drover may destroy it
	// Hourly is what it costs an hour, in USD at list prices; 0 is not known.
	Hourly float64 `json:"hourly,omitempty"`
}

// PhaseLine is one phase of a rotation as far as it is.
type PhaseLine struct {
	Name    string          `json:"name"`
	Does    string          `json:"does"`
	Outcome journal.Outcome `json:"outcome"` // empty while it runs, or before
	Detail  string          `json:"detail,omitempty"`
	Seconds float64         `json:"seconds"`
}

// StatusOf is what a cluster is by its journal. Asked are all requests that were made.
func StatusOf(c spec.Cluster, state journal.State, asked []rotation.Request, now time.Time) Status {
	active := state.Colors[state.Active]
	status := Status{Cluster: c.Metadata.Name, Active: state.Active, Version: active.Version, Revision: active.Revision,
		Weights: state.Weights, Timing: TimingOf(c.Spec.Rotation, state, now)}
	if f := state.Failed; f != nil {
		status.Failed = &FailedColor{Color: f.Color, Revision: f.Revision, Reason: f.Reason, Since: f.Since, Until: f.Until}
		if e, known := cost.Of(c, now); known && e.Regional {
			status.Failed.Hourly = e.Color.Hourly
		}
	}
	if state.Rotation != nil {
		status.Rotation = underWay(state, asked)
	}
	return status
}

func underWay(state journal.State, asked []rotation.Request) *UnderWay {
	r := state.Rotation
	u := &UnderWay{ID: r.ID, From: r.From, To: r.To, Version: r.Version, Phase: r.Phase, Phases: phaseLines(r), Granted: []Granted{}}
	for _, gate := range slices.Sorted(maps.Keys(r.Approved)) {
		if given := r.Approved[gate]; given.Evidence == rotation.Evidence(state, gate) {
			u.Granted = append(u.Granted, Granted{gate, given.By})
		}
	}
	if h := r.Hold; h != nil {
		u.Hold = &Hold{Why: h.Why, By: h.By, Reason: h.Reason, Since: h.At}
	}
	if b := r.Back; b != nil {
		u.Back = &Back{By: b.By, Reason: b.Reason}
	}
	for _, q := range asked {
		if q.Rotation == r.ID && !state.Requests[q.ID] {
			u.Asked = append(u.Asked, Asked{q.Asks, q.Gate, q.By, q.Time})
		}
	}
	return u
}

// phaseLines follows the table, so that what is still to come shows too.
func phaseLines(r *journal.Rotation) []PhaseLine {
	lines := make([]PhaseLine, 0, len(rotation.Phases))
	for p := range slices.Values(rotation.Phases) {
		had := r.Phases[p.Name]
		lines = append(lines, PhaseLine{Name: p.Name, Does: p.Does, Outcome: had.Outcome, Detail: had.Detail, Seconds: had.Seconds})
	}
	return lines
}
