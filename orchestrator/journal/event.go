package journal

import (
	"slices"
	"strings"
	"time"

	"drover/orchestrator/color"
)

// Kind says what an event records. An intent is written before its side
// effect, the outcome after it.
type Kind string

// The kinds of events. A journal with any other kind was written by a newer drover, and stops this one.
const (
	RotationStarted  Kind = "rotation-started"
	RotationFinished Kind = "rotation-finished"
	Driving          Kind = "driving" // a process took the lease; what it did not see itself it asks again
	PhaseStarted     Kind = "phase-started"
	PhaseDone        Kind = "phase-done"
	PhaseFailed      Kind = "phase-failed"
	PhaseReopened    Kind = "phase-reopened" // a phase that was done has a post-condition that no longer holds
	Stands           Kind = "stands"         // the post-condition of a phase that was done still holds
	EffectFailed     Kind = "effect-failed"  // what a phase wanted done could not be done
	EndPlanned       Kind = "end-planned"    // the end of the old color was planned, and the plan deletes nothing else

	Preflighted     Kind = "preflighted"      // all that a rotation needs is there
	Rendered        Kind = "rendered"         // a root was rendered; its bundle is in the store
	ApplyIntended   Kind = "apply-intended"   // Terraform is about to change a root
	Applied         Kind = "applied"          // Terraform changed a root
	InstallIntended Kind = "install-intended" // drover is about to apply Kubernetes objects in a color
	Installed       Kind = "installed"        // they are there and ready, or did not become so: Outcome says which
	DestroyIntended Kind = "destroy-intended" // Terraform is about to delete a root
	Destroyed       Kind = "destroyed"        // a root holds nothing any more
	WeightsIntended Kind = "weights-intended" // weights are about to be written to DNS
	Weights         Kind = "weights"          // DNS serves these weights: its authoritative servers answer them, or the platform says so
	Followed        Kind = "followed"         // the traffic root's state has the weights that DNS serves
	Activated       Kind = "activated"        // a color took the traffic
	HaltIntended    Kind = "halt-intended"    // the singletons of a color are about to be stopped
	Halted          Kind = "halted"           // nothing of them runs any more, or something still does: Outcome says which
	StartIntended   Kind = "start-intended"   // the singletons of a color are about to be started
	Started         Kind = "started"          // they run, or did not become ready: Outcome says which. Seconds is for how long they ran in neither color
	TellIntended    Kind = "tell-intended"    // a color is about to be told its role
	RoleTold        Kind = "role-told"        // it knows it, cannot be told, or has nothing that it could be told by: Outcome says which
	Verdict         Kind = "verdict"          // one check's verdict
	Checked         Kind = "checked"          // one round of all checks of a color
	Measured        Kind = "measured"         // what a color's load balancer took
	ClearIntended   Kind = "clear-intended"   // objects in a color's cluster are about to be deleted, as they hold on to the cloud
	Cleared         Kind = "cleared"          // such objects are gone, and what they held with them
	ClusterCleared  Kind = "cluster-cleared"  // nothing in a color's cluster holds on to the cloud any more
	Kept            Kind = "kept"             // what was found in a color's cluster and left there
	Leftovers       Kind = "leftovers"        // resources that carry the color's tags and are in no state
	Swept           Kind = "swept"            // the cloud was asked for leftovers
	Attached        Kind = "attached"         // a value that must outlive this machine is in the store: a state that was not saved, a lock's id

	RequestTaken   Kind = "request-taken"   // a person's request, by whoever drives
	RequestRefused Kind = "request-refused" // one that cannot be met, with the reason
	Approval       Kind = "approval"        // a person opened a gate
	Held           Kind = "held"            // the rotation stays where it is until a person decides
	Released       Kind = "released"        // a person had it go on
	BackDecided    Kind = "back-decided"    // all traffic is to go back to the old color
	WindowIgnored  Kind = "window-ignored"  // a person had a phase begin outside of the spec's window
	Recovered      Kind = "recovered"       // a person read what is there and had it written down
	NotDue         Kind = "not-due"         // a rotation was not due: told, and not written, as nothing happened
)

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

// Event is one record of the journal, and one line of `rotate --output json`.
type Event struct {
	Time     time.Time     `json:"time"`
	Fence    int64         `json:"fence,omitempty"` // the writer's fencing number; 0 where no lease is needed
	Rotation string        `json:"rotation,omitempty"`
	Kind     Kind          `json:"kind"`
	Phase    string        `json:"phase,omitempty"`
	Outcome  Outcome       `json:"outcome,omitempty"`
	Seconds  float64       `json:"seconds,omitempty"`
	Detail   string        `json:"detail,omitempty"`
	Root     string        `json:"root,omitempty"`
	From     color.Color   `json:"from,omitempty"`
	To       color.Color   `json:"to,omitempty"`
	Version  string        `json:"version,omitempty"`
	Endpoint *Endpoint     `json:"endpoint,omitempty"`
	Revision string        `json:"revision,omitempty"`
	Bundle   string        `json:"bundle,omitempty"`   // digest of the root's files in the store
	Zone     string        `json:"zone,omitempty"`     // of Applied: the platform's id of the domain's zone, if the root has it
	Location string        `json:"location,omitempty"` // of ApplyIntended, Applied and Preflighted: the account and region that the cluster stands in
	Weights  color.Weights `json:"weights,omitempty"`
	TTL      float64       `json:"ttl,omitempty"` // seconds after which no resolver holds the weights of before
	Check    string        `json:"check,omitempty"`
	Verdict  string        `json:"verdict,omitempty"` // pass, fail, inconclusive, error
	Value    *float64      `json:"value,omitempty"`   // of Verdict: what the check measured; without data there is none
	Unit     string        `json:"unit,omitempty"`    // of Value, such as s; empty for a plain number
	Verdicts []Result      `json:"verdicts,omitempty"`
	Flows    *Flows        `json:"flows,omitempty"`
	Plan     *Plan         `json:"plan,omitempty"`    // of RotationStarted
	Request  string        `json:"request,omitempty"` // id of the request that this follows from
	Hold     HoldKind      `json:"hold,omitempty"`
	Names    []string      `json:"names,omitempty"`   // of ClearIntended, Cleared and Kept: each thing, where there are several; Detail has them as a text
	Runs     []Run         `json:"runs,omitempty"`    // of Halted: when the CronJobs began last
	Role     Role          `json:"role,omitempty"`    // of Installed, TellIntended and RoleTold: what the color knows itself to be
	Refused  bool          `json:"refused,omitempty"` // of EffectFailed: to try again would not help
	Discard  bool          `json:"discard,omitempty"` // of BackDecided: the new color need not be kept to be looked at
	Again    bool          `json:"again,omitempty"`   // of RotationStarted: also with a revision that was rolled back before
	Once     string        `json:"once,omitempty"`    // of RotationStarted and Driving: the name of the run that is to begin one rotation at most
	By       string        `json:"by,omitempty"`
}

// About is the event about things: what happens to many at once is one record.
func (e Event) About(things []string) Event {
	e.Detail = strings.Join(things, ", ")
	if len(things) > 1 {
		e.Names = slices.Clone(things)
	}
	return e
}

// Named are the things that the event is about: its details, where it has no names.
func (e Event) Named() []string {
	if len(e.Names) > 0 {
		return e.Names
	}
	return []string{e.Detail}
}

// Result is one check's answer in a round. Check is the content hash of what was asked, so that another check never
// inherits its pass.
type Result struct {
	Check   string   `json:"check"`
	Name    string   `json:"name"` // for people
	Verdict string   `json:"verdict"`
	Detail  string   `json:"detail,omitempty"`
	Value   *float64 `json:"value,omitempty"` // what was measured; nil without data
	Unit    string   `json:"unit,omitempty"`
	Seconds float64  `json:"seconds,omitempty"`
}

// Flows is what a load balancer took in a window.
type Flows struct {
	Alive   bool      `json:"alive"`          // whether there is any measurement; without one the numbers say nothing
	Gone    bool      `json:"gone,omitempty"` // the platform knows no such load balancer: nothing can be connected to it
	New     float64   `json:"new"`            // connections opened in the window
	Active  float64   `json:"active"`         // most connections open at one time in it
	Until   time.Time `json:"until"`          // when the newest measurement was made
	Seconds float64   `json:"seconds"`        // length of the window
}

// Endpoint is a color's load balancer, as the traffic root needs it, and the
// one for management interfaces beside it.
type Endpoint struct {
	ARN        string     `json:"arn"`
	DNSName    string     `json:"dns_name"`
	ZoneID     string     `json:"zone_id"`             // of the load balancer's own DNS zone
	IPv6       bool       `json:"ipv6,omitzero"`       // whether clients may be led to it by IPv6 too
	Management Management `json:"management,omitzero"` // zero: the color has none
}

// Management is a color's load balancer for management interfaces.
type Management struct {
	Domain  string `json:"domain"` // of the interfaces; each color has the one that it was built for
	DNSName string `json:"dns_name"`
	ZoneID  string `json:"zone_id"`
}
