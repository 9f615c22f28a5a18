package rotation

import (
	"context"
	"time"

	"drover/orchestrator/color"
	"drover/orchestrator/journal"
)

// Effect is one thing to be done outside, as plain data. Each is idempotent: a process that died in the middle of one
// leaves it to the next to do it again.
type Effect struct {
	Do       Verb            `json:"do"`
	Phase    string          `json:"phase"`
	Color    color.Color     `json:"color,omitempty"`
	Version  string          `json:"version,omitempty"`
	Revision string          `json:"revision,omitempty"`
	Expected color.Weights   `json:"expected,omitempty"` // what DNS serves before
	Maybe    []color.Weights `json:"maybe,omitempty"`    // what it serves before if a write whose outcome was lost came through
	Weights  color.Weights   `json:"weights,omitempty"`  // what it serves after
	Window   time.Duration   `json:"window,omitempty"`   // that is measured
	During   string          `json:"during,omitempty"`   // the occasion on which checks are asked
	Role     journal.Role    `json:"role,omitempty"`     // that the color is told
	Begun    bool            `json:"begun,omitempty"`    // the rotation has changed something already
	Limit    time.Duration   `json:"limit"`              // after which the effect is given up
}

// Verb is a kind of effect.
type Verb string

// The effects, and the event that is the outcome of each. Whatever else one records comes before that.
const (
	Inspect Verb = "preflight" // asks whether a rotation can begin or go on: Preflighted
	Render  Verb = "render"    // renders the color's root and keeps its bundle: Rendered
	Empty   Verb = "empty"     // destroys what an earlier rotation left of the color, from its own bundle: Destroyed
	Build   Verb = "build"     // plans, guards and applies the color's root, and asks the platform for the cluster: Applied
	Install Verb = "install"   // applies the Kubernetes objects of the color's bundle, and waits until they are ready: Installed
	Confirm Verb = "confirm"   // asks for the post-condition of Phase, which is that DNS serves the weights where it does not build: Stands, or PhaseReopened
	Ask     Verb = "ask"       // asks every check of the color once: Checked
	Records Verb = "records"   // has Terraform make, remove or take over the weighted records; confirmed: Weights and Followed
	Weigh   Verb = "weigh"     // sets weights in one atomic request and confirms them: Weights
	Measure Verb = "measure"   // asks what the color's load balancer took: Measured
	Clear   Verb = "clear"     // deletes what controllers in the color hold in the cloud: ClusterCleared
	Halt    Verb = "halt"      // stops the color's singletons, and waits until nothing of them runs: Halted
	Start   Verb = "start"     // lets the color run its singletons, and waits until they are ready: Started
	Tell    Verb = "tell"      // tells the color its role; a color that cannot be told is an outcome: RoleTold
	PlanEnd Verb = "plan-end"  // plans the color's destruction and guards the plan: EndPlanned
	Destroy Verb = "destroy"   // carries that plan out: Destroyed
	Sweep   Verb = "sweep"     // asks for leftovers: Swept
)

// Emit makes an event durable before it returns. An effect emits its intent before it touches anything outside, and
// its outcome when it is sure of it.
type Emit func(context.Context, journal.Event) error

// Hands carries effects out. An error says what could not be done; one that is a *Refused is not tried again.
type Hands interface {
	Carry(ctx context.Context, e Effect, emit Emit) error
}

// Step is what Next decides: Do, Record, Wait or End.
type Step interface{ step() }

// Do carries an effect out.
type Do struct{ Effect Effect }

// Record writes down what follows from what is known already.
type Record struct{ Events []journal.Event }

// Wait does nothing until a time, or until a person asks for something.
type Wait struct {
	Phase string
	Until time.Time // zero: only a person ends this wait
	For   string    // what is waited for
	Next  string    // the command that ends the wait, such as "approve shift"; empty where time does
}

// End is the end of what this process can do.
type End struct {
	Outcome journal.Outcome
	Phase   string
	Detail  string
}

func (Do) step()     {}
func (Record) step() {}
func (Wait) step()   {}
func (End) step()    {}

func record(events ...journal.Event) Step { return Record{events} }
