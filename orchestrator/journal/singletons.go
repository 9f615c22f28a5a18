package journal

import (
	"maps"
	"time"

	"drover/orchestrator/color"
)

// Run is when a CronJob last began a Job.
type Run struct {
	Name string    `json:"name"` // as namespace/name
	Last time.Time `json:"last"`
}

// Singletons is how far the handover of one color's singletons is.
type Singletons struct {
	Stage  Stage
	Since  time.Time // when they were first told to stop
	Runs   []Run     // when CronJobs had begun last, once they were stopped
	Detail string    // of the last outcome
	Asked  time.Time // when they were last told to stop
	Seen   bool      // what was last told to stop was seen not to end
	Failed bool      // this process saw that they do not end, or do not become ready
	Gap    time.Duration
}

// Stage is what was last done about the singletons of a color. The empty one is how a rotation finds them: the old color
// runs them, and the new color holds them from its first moment.
type Stage string

// The stages.
const (
	Halting  Stage = "halting"  // they are being stopped, and some may run
	HaltDone Stage = "halted"   // nothing of them runs
	Starting Stage = "starting" // they are being started, and some may run
	Running  Stage = "running"
)

// MayRun is true of a new color once it was to start anything, until that is known to be stopped.
func (s Singletons) MayRun() bool { return s.Stage != "" && s.Stage != HaltDone }

// singletons changes what is known of one color, in a map of its own: states are copied.
func singletons(change func(*Singletons, Event)) func(*State, Event) {
	return inRotation(func(r *Rotation, e Event) {
		all := maps.Clone(r.Singletons)
		if all == nil {
			all = map[color.Color]Singletons{}
		}
		one := all[e.color()]
		change(&one, e)
		all[e.color()] = one
		r.Singletons = all
		if e.Outcome != "" {
			r.succeeded(e.Phase)
		}
	})
}

func haltIntended(s *Singletons, e Event) {
	if s.Stage != Halting {
		s.Since = e.Time
	}
	s.Stage, s.Asked, s.Seen, s.Failed = Halting, e.Time, false, false
}

func halted(s *Singletons, e Event) {
	s.Detail, s.Failed, s.Seen = e.Detail, e.Outcome != Done, e.Outcome != Done
	if !s.Failed {
		s.Stage, s.Runs = HaltDone, e.Runs
	}
}

func startIntended(s *Singletons, _ Event) { s.Stage, s.Failed = Starting, false }

func started(s *Singletons, e Event) {
	s.Detail, s.Failed = e.Detail, e.Outcome != Done
	s.Gap = time.Duration(e.Seconds * float64(time.Second))
	if !s.Failed {
		s.Stage = Running
	}
}

// tryAgain forgets what the process before saw fail: it may be well by now.
func tryAgain(all map[color.Color]Singletons) map[color.Color]Singletons {
	all = maps.Clone(all)
	for c, s := range all {
		s.Failed = false
		all[c] = s
	}
	return all
}
