package journal

import (
	"slices"
	"time"
)

// State is what the events add up to: the cluster now.
type State struct {
	Active   string // color; empty before the first build is done
	Colors   map[string]Color
	Weights  map[string]int // as last confirmed at the authoritative servers
	Intended map[string]int // as last intended, where no outcome followed yet
	Rotation *Rotation      // the one under way; nil when none is

	Foundation bool            // it was applied, in whole or in part, and not destroyed since
	Open       map[string]Kind // by root: ApplyIntended or DestroyIntended, where no outcome followed yet

	// By color, until it is destroyed: the objects in its cluster that were to be deleted and were not seen gone, and
	// what was found there and left.
	Clearing, Kept map[string][]string

	Past []Rotation // oldest first
}

// Color is what a color was built from.
type Color struct {
	Version   string
	Revision  string
	BuiltAt   time.Time // when Terraform first finished building it
	BuiltFrom string    // the revision of that time
	BuiltBy   string    // the rotation of that time; empty for a first build
	Endpoint  Endpoint
}

// Rotation is one replacement of the active color.
type Rotation struct {
	ID, From, To string
	Version      string // that the new color is built with
	Revision     string // of the new color's root; empty before render
	StartedAt    time.Time
	FinishedAt   time.Time
	Outcome      Outcome // empty while under way
	Reason       string  // why it did not end well
	Building     bool    // an apply of the new color was begun
	Draining     bool    // the deletion of what the old color's cluster keeps in the cloud was begun
	Destroying   bool    // the deletion of the old color was begun
	Phase        string  // the last one that started
	Phases       map[string]Progress
	Passed       map[string]bool // checks by name: whether the last verdict was pass
	Approved     map[string]string
	Leftovers    []string
}

// Progress is how far one phase is.
type Progress struct {
	StartedAt  time.Time // first start; a restart does not move it
	FinishedAt time.Time
	Starts     int
	Outcome    Outcome // empty while it runs
	Detail     string
	Seconds    float64
}

// Done says that the phase ended, with work or without.
func (p Progress) Done() bool { return p.Outcome == Done || p.Outcome == Skipped }

// trafficRoot holds the weighted records, and foundationRoot what both colors stand on.
const (
	trafficRoot    = "traffic"
	foundationRoot = "foundation"
)

// Fold adds the events up.
func Fold(events []Event) State {
	s := State{Colors: map[string]Color{}, Weights: map[string]int{}, Open: map[string]Kind{}, Clearing: map[string][]string{}, Kept: map[string][]string{}}
	for _, e := range events {
		s.Add(e)
	}
	return s
}

// folds says what each kind of event does to the state; a kind that is not
// here changes nothing.
var folds = map[Kind]func(*State, Event){
	RotationStarted:  (*State).start,
	RotationFinished: (*State).finish,
	PhaseStarted:     (*State).phaseStarted,
	PhaseDone:        (*State).phaseEnded,
	PhaseFailed:      (*State).phaseEnded,
	Rendered:         (*State).rendered,
	ApplyIntended:    (*State).applyIntended,
	Applied:          (*State).applied,
	DestroyIntended:  (*State).destroyIntended,
	Destroyed:        (*State).destroyed,
	WeightsIntended:  func(s *State, e Event) { s.Intended = e.Weights },
	Weights:          func(s *State, e Event) { s.Weights, s.Intended = e.Weights, nil },
	Activated:        func(s *State, e Event) { s.Active = e.To },
	Verdict:          (*State).verdict,
	Approval:         (*State).approval,
	ClearIntended:    (*State).clearIntended,
	Cleared:          (*State).cleared,
	Kept:             func(s *State, e Event) { s.Kept[e.Root] = append(s.Kept[e.Root], e.Detail) },
	Leftovers:        (*State).leftovers,
}

// Add takes one more event into the state.
func (s *State) Add(e Event) {
	if fold, ok := folds[e.Kind]; ok {
		fold(s, e)
	}
}

func (s *State) start(e Event) {
	s.Rotation = &Rotation{
		ID: e.Rotation, From: e.From, To: e.To, Version: e.Version, StartedAt: e.Time,
		Phases: map[string]Progress{}, Passed: map[string]bool{}, Approved: map[string]string{},
	}
}

func (s *State) finish(e Event) {
	if s.Rotation == nil || s.Rotation.ID != e.Rotation {
		return
	}
	s.Rotation.Outcome, s.Rotation.FinishedAt, s.Rotation.Reason = e.Outcome, e.Time, e.Detail
	s.Past = append(s.Past, *s.Rotation)
	s.Rotation = nil
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
	p.Outcome, p.Detail = "", ""
	s.Rotation.Phases[e.Phase], s.Rotation.Phase = p, e.Phase
}

func (s *State) phaseEnded(e Event) {
	if s.Rotation == nil {
		return
	}
	p := s.Rotation.Phases[e.Phase]
	p.Outcome, p.Detail, p.FinishedAt = e.Outcome, e.Detail, e.Time
	p.Seconds += e.Seconds
	s.Rotation.Phases[e.Phase] = p
}

func (s *State) rendered(e Event) {
	if s.Rotation != nil && e.Root == s.Rotation.To {
		s.Rotation.Revision = e.Revision
	}
}

func (s *State) applyIntended(e Event) {
	s.Open[e.Root] = e.Kind
	s.Foundation = s.Foundation || e.Root == foundationRoot
	if s.Rotation != nil && e.Root == s.Rotation.To {
		s.Rotation.Building = true
	}
}

func (s *State) destroyIntended(e Event) {
	s.Open[e.Root] = e.Kind
	if s.Rotation != nil && e.Root == s.Rotation.From {
		s.Rotation.Destroying = true
	}
}

// destroyed forgets what the root held; without its active color, or without
// the records that lead to one, a cluster has no traffic.
func (s *State) destroyed(e Event) {
	delete(s.Colors, e.Root)
	delete(s.Clearing, e.Root)
	delete(s.Kept, e.Root)
	delete(s.Open, e.Root)
	s.Foundation = s.Foundation && e.Root != foundationRoot
	if e.Root == s.Active {
		s.Active = ""
	}
	if e.Root == trafficRoot {
		s.Weights, s.Intended = map[string]int{}, nil
	}
}

func (s *State) applied(e Event) {
	delete(s.Open, e.Root)
	s.Foundation = s.Foundation || e.Root == foundationRoot
	if e.Version == "" { // only colors have a Kubernetes version
		return
	}
	c := s.Colors[e.Root]
	if c.BuiltAt.IsZero() {
		c.BuiltAt, c.BuiltFrom, c.BuiltBy = e.Time, e.Revision, e.Rotation
	}
	c.Version, c.Revision = e.Version, e.Revision
	if e.Endpoint != nil {
		c.Endpoint = *e.Endpoint
	}
	s.Colors[e.Root] = c
}

func (s *State) verdict(e Event) {
	if s.Rotation != nil {
		s.Rotation.Passed[e.Check] = e.Verdict == "pass"
	}
}

func (s *State) approval(e Event) {
	if s.Rotation != nil && s.Rotation.ID == e.Rotation {
		s.Rotation.Approved[e.Phase] = e.By
	}
}

func (s *State) clearIntended(e Event) {
	if !slices.Contains(s.Clearing[e.Root], e.Detail) {
		s.Clearing[e.Root] = append(s.Clearing[e.Root], e.Detail)
	}
	if s.Rotation != nil && e.Root == s.Rotation.From {
		s.Rotation.Draining = true
	}
}

func (s *State) cleared(e Event) {
	s.Clearing[e.Root] = slices.DeleteFunc(s.Clearing[e.Root], func(name string) bool { return name == e.Detail })
}

func (s *State) leftovers(e Event) {
	if s.Rotation != nil {
		s.Rotation.Leftovers = append(s.Rotation.Leftovers, e.Detail)
	}
}
