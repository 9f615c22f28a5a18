package history

import (
	"fmt"
	"slices"
	"time"

	"drover/orchestrator/color"
	"drover/orchestrator/journal"
	"drover/orchestrator/rotation"
)

// Report is one rotation as the journal has it: `report --output json`.
type Report struct {
	Cluster string `json:"cluster"`
	PastRotation
	FromVersion string `json:"fromVersion,omitempty"` // of Kubernetes, of the old color
	// Next is what a person does now, in sentences.
	Next      []string         `json:"next"`
	Phases    []ReportedPhase  `json:"phases"`
	Weights   []ReportedWeight `json:"weights"`
	Checks    []ReportedCheck  `json:"checks"`
	Approvals []Approved       `json:"approvals"`
	Changes   []ReportedChange `json:"changes"`
}

// ReportedPhase is a phase of the table, as far as it is.
type ReportedPhase struct {
	PhaseLine
	Started *time.Time `json:"started"` // first start; null where it did not begin
	Starts  int        `json:"starts"`  // more than one: it was interrupted, or tried again
}

// ReportedWeight is what the authoritative DNS servers answered from a moment on.
type ReportedWeight struct {
	Time    time.Time     `json:"time"`
	Weights color.Weights `json:"weights"` // percent by color
}

// Approved is a gate that a person opened, or a phase that one had begin outside of the window.
type Approved struct {
	Time time.Time `json:"time"`
	Gate string    `json:"gate"`
	By   string    `json:"by"`
}

// ReportedChange is something that the rotation changed or found in the cloud.
type ReportedChange struct {
	Time     time.Time    `json:"time"`
	Kind     journal.Kind `json:"kind"`
	Root     string       `json:"root"`
	Revision string       `json:"revision,omitempty"`
	Detail   string       `json:"detail,omitempty"`
}

// ReportOf is one rotation of a cluster, the newest if id is empty.
func ReportOf(cluster string, events []journal.Event, id string) (Report, error) {
	r, err := rotationOf(journal.Fold(events), cluster, id)
	if err != nil {
		return Report{}, err
	}
	report := Report{Cluster: cluster, PastRotation: pastRotation(r), FromVersion: versionBefore(events, r), Next: nextSteps(r), Phases: []ReportedPhase{}, Weights: []ReportedWeight{},
		Checks: []ReportedCheck{}, Approvals: []Approved{}, Changes: []ReportedChange{}}
	for _, line := range phaseLines(&r) {
		phase := ReportedPhase{PhaseLine: line, Starts: r.Phases[line.Name].Starts}
		if started := r.Phases[line.Name].StartedAt; !started.IsZero() {
			phase.Started = &started
		}
		report.Phases = append(report.Phases, phase)
	}
	for _, e := range events {
		if tell, ok := reports[e.Kind]; ok && e.Rotation == r.ID {
			tell(&report, e)
		}
	}
	return report, nil
}

// rotationOf finds a rotation, also one that is under way.
func rotationOf(s journal.State, cluster, id string) (journal.Rotation, error) {
	all := slices.Clone(s.Past)
	if s.Rotation != nil {
		all = append(all, *s.Rotation)
	}
	for _, r := range slices.Backward(all) {
		if id == "" || r.ID == id {
			return r, nil
		}
	}
	if id == "" {
		return journal.Rotation{}, &rotation.Refused{What: cluster + " was never rotated", Next: "there is nothing to report"}
	}
	return journal.Rotation{}, &rotation.Refused{What: fmt.Sprintf("%s has no rotation %s", cluster, id), Next: "`drover history` lists those that it has"}
}

// versionBefore is the version of Kubernetes that the old color had when the rotation began; empty if the journal has none.
func versionBefore(events []journal.Event, r journal.Rotation) string {
	began := slices.IndexFunc(events, func(e journal.Event) bool { return e.Kind == journal.RotationStarted && e.Rotation == r.ID })
	if began < 0 {
		return ""
	}
	return journal.Fold(events[:began]).Colors[r.From].Version
}

// reports says what each kind of event tells a report; a kind that is not here
// tells nothing.
var reports = map[journal.Kind]func(*Report, journal.Event){
	journal.Weights: func(r *Report, e journal.Event) {
		r.Weights = append(r.Weights, ReportedWeight{e.Time, e.Weights})
	},
	journal.Held:        (*Report).addDecision,
	journal.Released:    (*Report).addDecision,
	journal.BackDecided: (*Report).addDecision,
	journal.Approval: func(r *Report, e journal.Event) {
		r.Approvals = append(r.Approvals, Approved{e.Time, e.Phase, e.By})
	},
	journal.WindowIgnored: func(r *Report, e journal.Event) {
		r.Approvals = append(r.Approvals, Approved{e.Time, e.Phase + " outside of the window", e.By})
	},
	journal.Verdict:   (*Report).addVerdict,
	journal.Checked:   (*Report).addRound,
	journal.Applied:   (*Report).addChange,
	journal.Destroyed: (*Report).addChange,
	journal.Cleared:   (*Report).addChange,
	journal.Kept:      (*Report).addChange,
	journal.Halted:    (*Report).addChange,
	journal.Started:   (*Report).addChange,
}

// addDecision tells what a person decided; what the spec's policy decided is in the phases.
func (r *Report) addDecision(e journal.Event) {
	if e.By != "" {
		r.Approvals = append(r.Approvals, Approved{e.Time, decisions[e.Kind] + ": " + e.Detail, e.By})
	}
}

var decisions = map[journal.Kind]string{journal.Held: "hold", journal.Released: "resume", journal.BackDecided: "back"}

func (r *Report) addChange(e journal.Event) {
	if e.Outcome == journal.Skipped { // there was nothing to change
		return
	}
	for _, detail := range e.Named() {
		r.Changes = append(r.Changes, ReportedChange{e.Time, e.Kind, e.Root, e.Revision, detail})
	}
}
