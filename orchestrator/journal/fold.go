package journal

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"drover/orchestrator/color"
)

// Empty is the state before the first event.
func Empty() State {
	return State{Colors: map[color.Color]Color{}, Weights: color.Weights{}, Building: map[string]bool{}, Bundles: map[string]string{}, Open: map[string]Kind{}, Begun: map[string]Begun{},
		Clearing: map[color.Color][]string{}, Kept: map[color.Color][]string{}, Requests: map[string]bool{}, Attached: map[string]bool{}}
}

// Fold adds the events up.
func Fold(events []Event) State {
	s := Empty()
	for _, e := range events {
		s.Add(e)
	}
	return s
}

// Known is an error for an event that this drover does not understand: what follows from it is not known either.
func (e Event) Known() error {
	if _, ok := folds[e.Kind]; ok {
		return nil
	}
	return fmt.Errorf("the journal has an event of kind %q, which this drover does not know: a newer release wrote it; run that release", e.Kind)
}

func nothing(*State, Event) {}

const (
	preflight    = "preflight" // the one phase that every process runs
	building     = "build"
	bootstrap    = "bootstrap"
	verify       = "verify"
	approveShift = "approve-shift"
)

// folds says what each kind of event does to the state.
var folds = map[Kind]func(*State, Event){
	RotationStarted:  (*State).start,
	RotationFinished: (*State).finish,
	Driving:          (*State).driving,
	PhaseStarted:     (*State).phaseStarted,
	PhaseDone:        (*State).phaseEnded,
	PhaseFailed:      (*State).phaseEnded,
	PhaseReopened:    (*State).phaseReopened,
	Stands:           inRotation(stands),
	EffectFailed:     inRotation(effectFailed),
	EndPlanned:       inRotation(func(r *Rotation, _ Event) { r.Planned = true }),
	Preflighted:      (*State).preflighted,
	Rendered:         (*State).rendered,
	ApplyIntended:    (*State).applyIntended,
	Applied:          (*State).applied,
	InstallIntended:  nothing,
	Installed:        (*State).installed,
	DestroyIntended:  (*State).destroyIntended,
	Destroyed:        (*State).destroyed,
	WeightsIntended:  (*State).weightsIntended,
	Weights:          (*State).weights,
	Followed:         func(s *State, _ Event) { s.Followed = true },
	Activated:        (*State).activated,
	HaltIntended:     singletons(haltIntended),
	Halted:           singletons(halted),
	StartIntended:    singletons(startIntended),
	Started:          singletons(started),
	TellIntended:     told,
	RoleTold:         told,
	Verdict:          nothing, // a line for people; Checked has the round
	Checked:          inRotation(func(r *Rotation, e Event) { r.Watch.round(e) }),
	Measured:         inRotation(measured),
	ClearIntended:    (*State).clearIntended,
	Cleared:          (*State).cleared,
	ClusterCleared:   (*State).clusterCleared,
	Kept:             func(s *State, e Event) { s.Kept[e.color()] = append(s.Kept[e.color()], e.Named()...) },
	Leftovers:        inRotation(func(r *Rotation, e Event) { r.Leftovers = append(r.Leftovers, e.Detail) }),
	Swept:            inRotation(func(r *Rotation, _ Event) { r.Swept = true }),
	Attached:         func(s *State, e Event) { s.Attached[e.Bundle] = true },
	RequestTaken:     func(s *State, e Event) { s.Requests[e.Request] = true },
	RequestRefused:   func(s *State, e Event) { s.Requests[e.Request] = true },
	Approval:         inRotation(func(r *Rotation, e Event) { r.Approved[e.Phase] = Approved{e.By, e.Detail, e.Time} }),
	Held:             inRotation(hold),
	Released:         inRotation(released),
	BackDecided:      inRotation(back),
	WindowIgnored:    inRotation(func(r *Rotation, e Event) { r.Ignored = e.By }),
	Recovered:        nothing,
	NotDue:           nothing,
}

// inRotation is a fold of what concerns the rotation under way.
func inRotation(fold func(*Rotation, Event)) func(*State, Event) {
	return func(s *State, e Event) {
		if s.Rotation != nil {
			fold(s.Rotation, e)
		}
	}
}

// color is the color that the event is about, where its root is one.
func (e Event) color() color.Color { return color.Color(e.Root) }

// Add takes one more event into the state.
func (s *State) Add(e Event) {
	if fold, ok := folds[e.Kind]; ok {
		fold(s, e)
	}
}

func (s *State) start(e Event) {
	s.Rotation = &Rotation{
		ID: e.Rotation, From: e.From, To: e.To, Version: e.Version, StartedAt: e.Time, Driver: e.Time, Again: e.Again,
		Phases: map[string]Progress{}, Approved: map[string]Approved{}, Stands: map[string]bool{}, Tries: map[string]int{},
	}
	if e.Plan != nil {
		s.Rotation.Plan = *e.Plan
	}
	s.Rotation.drivenBy(e.Once)
}

// drivenBy remembers a run that began the rotation or goes on with it, if it has a name.
func (r *Rotation) drivenBy(run string) {
	if run != "" && !slices.Contains(r.Runs, run) {
		r.Runs = append(slices.Clip(r.Runs), run)
	}
}

func (s *State) finish(e Event) {
	r := s.Rotation
	if r == nil || r.ID != e.Rotation {
		return
	}
	r.Outcome, r.FinishedAt, r.Reason = e.Outcome, e.Time, e.Detail
	if r.Building && e.Outcome == RolledBack {
		s.Failed = &FailedColor{Color: r.To, Revision: r.Revision, Bundle: r.Bundle, Reason: e.Detail, Since: e.Time, Until: e.Time.Add(r.Plan.KeepFailed)}
		if r.Back != nil && (r.Back.Discard || r.Singletons[r.To].MayRun()) { // what nobody could stop is not kept
			s.Failed.Until = e.Time
		}
	}
	s.Past = append(s.Past, *r)
	s.Rotation = nil
}

// activated also ends the time for which a color was kept as failed: somebody sent the traffic to it by hand, and had that
// recovered.
func (s *State) activated(e Event) {
	s.Active = e.To
	if s.Failed != nil && s.Failed.Color == e.To {
		s.Failed = nil
	}
}

// driving forgets what the process before saw for itself.
func (s *State) driving(e Event) {
	s.Fence = e.Fence
	if r := s.Rotation; r != nil {
		r.Driver, r.Preflighted, r.Planned, r.Stopped, r.Failure, r.Last = e.Time, false, false, false, nil, nil
		r.ServedAt, r.GoneAt = time.Time{}, time.Time{}
		r.drivenBy(e.Once)
		if r.Installed != nil && r.Installed.Outcome != Done { // what was stuck may have come loose
			r.Installed = nil
		}
		r.Singletons, r.Told = tryAgain(r.Singletons), tellAgain(r.Told)
		r.Stands, r.Tries, r.Watch = map[string]bool{}, map[string]int{}, r.Watch.interrupted()
	}
}

func (s *State) phaseStarted(e Event) {
	if s.Rotation == nil {
		return
	}
	p := s.Rotation.Phases[e.Phase]
	if p.Starts == 0 {
		p.StartedAt = e.Time
	}
	p.Starts++
	p.BeganAt = e.Time
	p.Outcome, p.Detail = "", ""
	s.Rotation.Phases[e.Phase], s.Rotation.Failure = p, nil
	if e.Phase == preflight && p.Starts > 1 { // another process goes on with a later phase, and with its watch
		return
	}
	s.Rotation.Phase, s.Rotation.Watch = e.Phase, Watch{Since: e.Time}
}

func (s *State) phaseEnded(e Event) {
	if s.Rotation == nil {
		return
	}
	p := s.Rotation.Phases[e.Phase]
	p.Outcome, p.Detail, p.FinishedAt = e.Outcome, e.Detail, e.Time
	p.Seconds += e.Seconds
	s.Rotation.Phases[e.Phase] = p
	s.Rotation.Stands[e.Phase] = p.Done()
	s.Rotation.Stopped = e.Kind == PhaseFailed
	delete(s.Rotation.Tries, e.Phase)
}

// phaseReopened has a phase run again, and with it what comes after it and what it made.
func (s *State) phaseReopened(e Event) {
	r := s.Rotation
	if r == nil {
		return
	}
	p := r.Phases[e.Phase]
	p.Outcome, p.Detail = "", e.Detail
	r.Phases[e.Phase] = p
	if e.Phase == building { // a cluster that is built again is empty, and nobody has seen it
		r.Built, r.Installed = false, nil
		for _, after := range []string{bootstrap, verify, approveShift} {
			delete(r.Phases, after)
		}
	}
}

// stands is about DNS in every phase but the one that builds.
func stands(r *Rotation, e Event) {
	r.Stands[e.Phase] = true
	if e.Phase != building {
		r.ServedAt = e.Time
	}
	r.succeeded(e.Phase)
}

// succeeded forgets that an effect of a phase failed before: only those that fail one after the other count.
func (r *Rotation) succeeded(phase string) {
	delete(r.Tries, phase)
	if r.Failure != nil && r.Failure.Phase == phase {
		r.Failure = nil
	}
}

func (s *State) preflighted(e Event) {
	s.located(e)
	if s.Rotation != nil {
		s.Rotation.Preflighted, s.Rotation.Found = true, e.Detail
	}
}

func (s *State) located(e Event) {
	if e.Location != "" {
		s.Location = e.Location
	}
}

// measured keeps the busiest minute of the old color while it still has all traffic: what quiet is compared with.
func measured(r *Rotation, e Event) {
	if e.Flows == nil {
		return
	}
	r.Last, r.LastAt = e.Flows, e.Time
	if !e.Flows.Gone {
		r.GoneAt = time.Time{}
	} else if r.GoneAt.IsZero() {
		r.GoneAt = e.Time
	}
	r.succeeded(e.Phase)
	if r.ZeroAt.IsZero() && e.Flows.Alive && (r.Peak == nil || e.Flows.New > r.Peak.New) {
		peak := *e.Flows
		r.Peak = &peak
	}
}

func hold(r *Rotation, e Event) {
	r.Hold = &Hold{e.Hold, Decision{By: e.By, Reason: e.Detail, At: e.Time}}
}

func released(r *Rotation, _ Event) {
	r.Hold, r.Failure, r.Stopped, r.Watch = nil, nil, false, r.Watch.interrupted()
	r.Singletons, r.Told = tryAgain(r.Singletons), tellAgain(r.Told)
	clear(r.Tries)
}

func back(r *Rotation, e Event) {
	r.Stopped, r.Singletons, r.Told = false, tryAgain(r.Singletons), tellAgain(r.Told)
	r.Back, r.Hold, r.Failure = &Decision{By: e.By, Reason: e.Detail, At: e.Time, Discard: e.Discard}, nil, nil
	clear(r.Tries)
}

func effectFailed(r *Rotation, e Event) {
	r.Failure = &Failure{Phase: e.Phase, Detail: e.Detail, At: e.Time, Refused: e.Refused}
	r.Tries[e.Phase]++
}

// Clone is a copy that shares nothing that Add changes: for looking ahead.
func (s State) Clone() State {
	s.Colors, s.Building = maps.Clone(s.Colors), maps.Clone(s.Building)
	s.Requests, s.Bundles = maps.Clone(s.Requests), maps.Clone(s.Bundles)
	s.Open, s.Begun, s.Attached = maps.Clone(s.Open), maps.Clone(s.Begun), maps.Clone(s.Attached)
	s.Clearing, s.Kept = cloneLists(s.Clearing), cloneLists(s.Kept)
	s.Past = slices.Clone(s.Past)
	if s.Rotation != nil {
		r := *s.Rotation
		r.Phases, r.Stands, r.Tries = maps.Clone(r.Phases), maps.Clone(r.Stands), maps.Clone(r.Tries)
		r.Approved, r.Leftovers = maps.Clone(r.Approved), slices.Clone(r.Leftovers)
		s.Rotation = &r
	}
	return s
}

func cloneLists(m map[color.Color][]string) map[color.Color][]string {
	out := make(map[color.Color][]string, len(m))
	for k, v := range m {
		out[k] = slices.Clone(v)
	}
	return out
}
