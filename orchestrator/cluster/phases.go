package cluster

import (
	"context"
	"time"

	"drover/generator/spec"
	"drover/orchestrator/journal"
)

// Phase is one step of a rotation. Run is idempotent: after a crash it runs
// again. Holds is the post-condition, which can be asked again at any time.
type Phase struct {
	Name      string
	Does      string // for people, one line
	Run       func(*rotation, context.Context) (result, error)
	Holds     func(*rotation, context.Context) error
	Deadline  func(spec.Rotation) time.Duration
	Unhealthy response // what an unhealthy color leads to; any other failure stops, to be tried again
	Always    bool     // runs again in every process that goes on with the rotation
	Begins    hours
}

// hours is when a phase may begin. One that has begun is finished, and a rollback is no phase: it keeps to no hours.
type hours string

const (
	anyTime  hours = "any time"  // it changes neither cloud nor traffic, or what it follows is not left half done
	inWindow hours = "in window" // while the spec's rotation.window is open
)

// response is what the engine does about an unhealthy color.
type response string

const (
	stop   response = "stop"   // stay; the next rotate tries this phase again
	policy response = "policy" // as the spec's rotation.onFailure says
)

// result is how a phase ended, and what a person should know of it.
type result struct {
	outcome journal.Outcome
	detail  string
}

// The names of the phases.
const (
	Preflight      = "preflight"
	Render         = "render"
	Build          = "build"
	Bootstrap      = "bootstrap"
	Verify         = "verify"
	ApproveShift   = "approve-shift"
	Shift          = "shift"
	Handover       = "handover"
	Soak           = "soak"
	ApproveDestroy = "approve-destroy"
	Drain          = "drain" // its first deletion is the point of no return
	Destroy        = "destroy"
	Sweep          = "sweep"
)

// Phases is a rotation. Reading it is reading the product.
var Phases = []Phase{
	{Preflight, "is it safe to begin", (*rotation).preflight, nil, after(10 * time.Minute), stop, true, anyTime},
	{Render, "green's files, kept as a bundle", (*rotation).render, (*rotation).rendered, after(time.Minute), stop, false, anyTime},
	{Build, "terraform stands green up", (*rotation).build, (*rotation).built, after(90 * time.Minute), stop, false, inWindow},
	{Bootstrap, "what runs inside arrives by GitOps", (*rotation).bootstrap, nil, after(30 * time.Minute), policy, false, inWindow},
	{Verify, "every check, before any traffic", (*rotation).verify, (*rotation).verified, verifyTime, policy, false, anyTime},
	{ApproveShift, "a person allows the shift", (*rotation).approveShift, nil, after(time.Minute), stop, false, anyTime},
	{Shift, "traffic moves step by step", (*rotation).shift, (*rotation).shifted, shiftTime, policy, false, inWindow},
	{Handover, "singletons stop on blue, start on green", (*rotation).handover, nil, after(15 * time.Minute), policy, false, anyTime},
	{Soak, "green carries everything and is watched", (*rotation).soak, nil, soakTime, policy, false, anyTime},
	{ApproveDestroy, "a person, and the time blue is kept, allow the end", (*rotation).approveDestroy, nil, after(waitInProcess + time.Minute), stop, false, anyTime},
	{Drain, "blue measured quiet, then rid of what it holds in the cloud", (*rotation).drain, nil, drainTime, stop, false, inWindow},
	{Destroy, "a plan that deletes only blue", (*rotation).destroy, (*rotation).destroyed, after(90 * time.Minute), stop, false, inWindow},
	{Sweep, "what the cloud still holds of blue", (*rotation).sweep, nil, after(10 * time.Minute), stop, false, anyTime},
}

func after(d time.Duration) func(spec.Rotation) time.Duration {
	return func(spec.Rotation) time.Duration { return d }
}

// verifyTime leaves room for the slowest check and for tries after it.
func verifyTime(r spec.Rotation) time.Duration {
	return verifyWindow(r) + slowestCheck(r) + 5*time.Minute
}

// shiftTime is every step's interval, and for each a write to DNS, its
// confirmation and the time to live.
func shiftTime(r spec.Rotation) time.Duration {
	return time.Duration(len(r.Traffic.Steps)) * (r.Traffic.Interval.Std() + 20*time.Minute)
}

func soakTime(r spec.Rotation) time.Duration { return r.Soak.Std() + 30*time.Minute }

// drainTime gives long connections an hour to end by themselves.
func drainTime(r spec.Rotation) time.Duration { return r.Quiet.Std() + time.Hour + clearTime }
