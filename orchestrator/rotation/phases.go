package rotation

import (
	"time"

	"drover/orchestrator/journal"
)

// Phase is one step of a rotation.
type Phase struct {
	Name          string
	Does          string                           // for people, one line
	Next          func(view) Step                  // what is to be done until the phase is finished
	PostCondition bool                             // is asked again by every process that finds the phase done
	Deadline      func(journal.Plan) time.Duration // for one process; zero: the phase is a gate and has none
	Unhealthy     response                         // what an unhealthy color leads to; any other failure stops
	Begins        hours
}

// hours is when a phase may begin. One that has begun is finished, and going back keeps to no hours.
type hours string

const (
	anyTime  hours = "any time"  // it changes neither cloud nor traffic, or what it follows is not left half done
	inWindow hours = "in window" // while the spec's rotation.window is open
)

// response is what follows from an unhealthy color.
type response string

const (
	stop   response = "stop"   // stay; the next rotate tries this phase again
	policy response = "policy" // as the spec's rotation.onFailure says
)

// The names of the phases.
const (
	Preflight      = "preflight"
	Rendering      = "render"
	Building       = "build"
	Bootstrap      = "bootstrap"
	Verify         = "verify"
	ApproveShift   = "approve-shift"
	Shift          = "shift"
	Handover       = "handover"
	Soak           = "soak"
	ApproveDestroy = "approve-destroy"
	Drain          = "drain" // its first deletion is the point of no return
	Destroying     = "destroy"
	Sweeping       = "sweep"
)

// Phases is a rotation. Reading it is reading the product.
var Phases = []Phase{
	{Preflight, "is it safe to begin", preflight, false, after(10 * time.Minute), stop, anyTime},
	{Rendering, "green's files, kept as a bundle", render, false, after(time.Minute), stop, anyTime},
	{Building, "terraform stands green up", build, true, buildTime, stop, inWindow},
	{Bootstrap, "what drover applies inside, until it is ready", bootstrap, false, after(30 * time.Minute), policy, inWindow},
	{Verify, "every check, before any traffic", verify, false, verifyTime, policy, anyTime},
	{ApproveShift, "a person allows the shift", approveShift, false, gate, stop, anyTime},
	{Shift, "traffic moves step by step", shift, true, shiftTime, policy, inWindow},
	{Handover, "roles are told, singletons stop on blue, start on green", handover, false, handoverTime, policy, anyTime},
	{Soak, "green carries everything and is watched", soak, false, soakTime, policy, anyTime},
	{ApproveDestroy, "a person, and the time blue is kept, allow the end", approveDestroy, false, gate, policy, anyTime},
	{Drain, "blue measured quiet, then rid of what it holds in the cloud", drain, false, drainTime, stop, inWindow},
	{Destroying, "a plan that deletes only blue", destroy, false, after(90 * time.Minute), stop, inWindow},
	{Sweeping, "what the cloud still holds of blue", sweep, false, after(10 * time.Minute), stop, anyTime},
}

func after(d time.Duration) func(journal.Plan) time.Duration {
	return func(journal.Plan) time.Duration { return d }
}

// gate has no deadline: a person or a time ends it, and aborting is possible in it.
func gate(journal.Plan) time.Duration { return 0 }

// verifyTime leaves room for the slowest check and for tries after it.
func verifyTime(p journal.Plan) time.Duration { return p.Verify + p.Slowest + 5*time.Minute }

// shiftTime is every step's interval, and for each a write to DNS, its confirmation and the time to live.
func shiftTime(p journal.Plan) time.Duration {
	return time.Duration(len(p.Steps)) * (p.Interval + 20*time.Minute)
}

func soakTime(p journal.Plan) time.Duration { return p.Soak + 30*time.Minute }

// buildTime is that of Terraform, after that of the end of what is left of the color.
func buildTime(p journal.Plan) time.Duration { return 90*time.Minute + emptyTime(p) }

// emptyTime is how long the end of a color may take that an earlier rotation left.
func emptyTime(p journal.Plan) time.Duration { return p.Quiet + QuietLimit + 90*time.Minute }

// drainTime is how long connections may take to end, and after them what controllers hold.
func drainTime(p journal.Plan) time.Duration { return p.Quiet + QuietLimit + clearTime }

// QuietLimit is how long connections may take to end by themselves, beside the spec's quiet.
const QuietLimit = time.Hour

// clearTime is how long controllers have to take back what they hold in the cloud.
const clearTime = 30 * time.Minute
