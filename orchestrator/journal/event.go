package journal

import (
	"encoding/json"
	"fmt"
	"time"
)

// Kind says what an event records. An intent is written before its side
// effect, the outcome after it.
type Kind string

// The kinds of events.
const (
	RotationStarted  Kind = "rotation-started"
	RotationFinished Kind = "rotation-finished"
	PhaseStarted     Kind = "phase-started"
	PhaseDone        Kind = "phase-done"
	PhaseFailed      Kind = "phase-failed"
	Rendered         Kind = "rendered"         // a root was rendered; its bundle is in the store
	ApplyIntended    Kind = "apply-intended"   // Terraform is about to change a root
	Applied          Kind = "applied"          // Terraform changed a root
	DestroyIntended  Kind = "destroy-intended" // Terraform is about to delete a root
	Destroyed        Kind = "destroyed"        // a root holds nothing any more
	WeightsIntended  Kind = "weights-intended" // weights are about to be written to DNS
	Weights          Kind = "weights"          // the authoritative servers answer these weights
	Activated        Kind = "activated"        // a color took the traffic
	Verdict          Kind = "verdict"          // one check's verdict
	Approval         Kind = "approval"         // a person opened a gate
	WindowIgnored    Kind = "window-ignored"   // a person had a phase begin outside of the spec's window
	ClearIntended    Kind = "clear-intended"   // an object in a color's cluster is about to be deleted, as it holds on to the cloud
	Cleared          Kind = "cleared"          // such an object is gone, and what it held with it
	Kept             Kind = "kept"             // what was found in a color's cluster and left there
	Leftovers        Kind = "leftovers"        // resources that carry the color's tags and are in no state
	NotDue           Kind = "not-due"          // a rotation was not due: told, and not written, as nothing happened
)

// kinds are the kinds that this drover knows.
var kinds = map[Kind]bool{
	RotationStarted: true, RotationFinished: true, PhaseStarted: true, PhaseDone: true, PhaseFailed: true, Rendered: true,
	ApplyIntended: true, Applied: true, DestroyIntended: true, Destroyed: true, WeightsIntended: true, Weights: true,
	Activated: true, Verdict: true, Approval: true, WindowIgnored: true, ClearIntended: true, Cleared: true, Kept: true,
	Leftovers: true, NotDue: true,
}

// format is the newest form of an event that this drover reads. Format 1 is not written.
const format = 1

// NewerError says that a newer drover wrote the journal. To fold it without what is not known would be a guess.
type NewerError struct {
	Path string
	Line int
	What string
}

func (e *NewerError) Error() string {
	return fmt.Sprintf("reading the journal: %s line %d %s: it was written by a newer drover; run that one", e.Path, e.Line, e.What)
}

// readable refuses what this drover would have to ignore.
func (e Event) readable(path string, line int) error {
	switch {
	case e.Format > format:
		return &NewerError{path, line, fmt.Sprintf("has format %d, and this drover reads %d", e.Format, format)}
	case !kinds[e.Kind]:
		return &NewerError{path, line, fmt.Sprintf("is an event of the kind %q, which this drover does not know", e.Kind)}
	}
	return nil
}

// Outcome is how a phase or a rotation ended.
type Outcome string

// The outcomes.
const (
	Done       Outcome = "done"
	Skipped    Outcome = "skipped" // there was nothing for the phase to do; Detail says why
	Waiting    Outcome = "waiting" // for a person or a time
	Failed     Outcome = "failed"
	RolledBack Outcome = "rolled-back"
)

// Event is one line of the journal, and one line of `rotate --output json`.
type Event struct {
	Format   int            `json:"format,omitempty"` // of this record; 0 stands for 1
	Time     time.Time      `json:"time"`
	Fence    int64          `json:"fence,omitempty"` // the writer's fencing number; 0 where no lease is needed
	Rotation string         `json:"rotation,omitempty"`
	Kind     Kind           `json:"kind"`
	Phase    string         `json:"phase,omitempty"`
	Outcome  Outcome        `json:"outcome,omitempty"`
	Seconds  float64        `json:"seconds,omitempty"`
	Detail   string         `json:"detail,omitempty"`
	Root     string         `json:"root,omitempty"`
	From     string         `json:"from,omitempty"` // color
	To       string         `json:"to,omitempty"`   // color
	Version  string         `json:"version,omitempty"`
	Endpoint *Endpoint      `json:"endpoint,omitempty"`
	Revision string         `json:"revision,omitempty"`
	Weights  map[string]int `json:"weights,omitempty"` // color to percent
	Check    string         `json:"check,omitempty"`
	Verdict  string         `json:"verdict,omitempty"` // pass, fail, inconclusive, error
	By       string         `json:"by,omitempty"`
}

// Endpoint is a color's load balancer, as the traffic root needs it, and the
// one for management interfaces beside it.
type Endpoint struct {
	ARN        string     `json:"arn"`
	DNSName    string     `json:"dns_name"`
	ZoneID     string     `json:"zone_id"`             // of the load balancer's own DNS zone
	Management Management `json:"management,omitzero"` // zero: the color has none
}

// Management is a color's load balancer for management interfaces.
type Management struct {
	Domain  string `json:"domain"` // of the interfaces; each color has the one that it was built for
	DNSName string `json:"dns_name"`
	ZoneID  string `json:"zone_id"`
}

// encode gives the event as one line that ends in a newline.
func (e Event) encode() ([]byte, error) {
	line, err := json.Marshal(e)
	if err != nil {
		return nil, fmt.Errorf("encoding journal event %s: %w", e.Kind, err)
	}
	return append(line, '\n'), nil
}
