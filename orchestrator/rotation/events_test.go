package rotation

import "fmt"

// event is what the world does at one touch.
type event string

const (
	crash    event = "crash"     // the process dies before what it was about to do
	lost     event = "lost"      // it dies right after, before it knows
	fails    event = "fails"     // what it does fails
	taken    event = "taken"     // another process takes the lease, and this one does not know
	second   event = "second"    // the process is stopped; another one goes on to its end, then this one continues
	meets    event = "meets"     // the same, and the other one is in the middle of its work when this one continues
	unwell   event = "unwell"    // green fails its checks from now on
	silence  event = "silence"   // green's checks give no answer from now on
	hiccup   event = "hiccup"    // green's checks give no answer for ten seconds
	dropped  event = "dropped"   // one check of green fails, once
	scarce   event = "scarce"    // green's checks have too little data, from now on
	tomorrow event = "tomorrow"  // a day passes
	rollback event = "roll back" // a person asks for it
	abort    event = "abort"
	pauses   event = "pause" // a person asks for it, and for resume in the next process
	freezes  event = "freeze"
	approves event = "approve" // a person approves both gates, whatever is there
	byHand   event = "by hand" // somebody sends all traffic back in the platform's console
	noise    event = "noise"   // blue takes 500 connections, until it was measured some times
)

// point is what a process is about to do at a touch.
type point int

const (
	begins   point = iota // an effect
	appends               // a record
	attempts              // a deed
)

// everywhere are the events that may happen at any touch. Some tell something apart only where there is something to lose
// or to fail.
var (
	everywhere = []event{crash, taken, second, meets, unwell, silence, hiccup, dropped, scarce, tomorrow, rollback, abort, pauses, freezes, approves, byHand, noise}
	events     = map[point][]event{
		begins:   append([]event{fails}, everywhere...),
		appends:  append([]event{lost}, everywhere...),
		attempts: append([]event{lost, fails}, everywhere...),
	}
)

// happening is an event at a touch, counted from the first of a rotation. A schedule is in their order.
type happening struct {
	at   int
	what event
}

const mostHappenings = 6

type schedule struct {
	happenings [mostHappenings]happening // an array, as a copy of the world must share nothing
	len        int
}

func (s schedule) with(at int, what event) schedule {
	s.happenings[s.len] = happening{at, what}
	s.len++
	return s
}

func (s *schedule) find(at int) event {
	for _, h := range s.happenings[:s.len] {
		if h.at == at {
			return h.what
		}
	}
	return ""
}

func (s schedule) String() string { return fmt.Sprint(s.happenings[:s.len]) }
