package notify

import (
	"fmt"
	"strings"

	"drover/generator/spec"
	"drover/orchestrator/color"
	"drover/orchestrator/journal"
)

// Entry is one event of the journal, and the number of its record.
type Entry struct {
	Seq   int64
	Event journal.Event
}

// Teller makes messages of a journal. It is the same for the same journal, whoever reads it and in however many parts.
type Teller struct {
	Cluster string
	// Command is the line to paste for a verb of drover's, such as "approve shift".
	Command func(verb string) string

	state journal.State
	begun bool
	told  *Entry // a failure that the next record may tell more of
	open  map[string]bool
}

// Take takes more of the journal, oldest first, and returns what is to be told of it. A phase that failed is told with what
// follows from that, so it is held back until there is another record; final is true if this process writes none.
func (t *Teller) Take(entries []Entry, final bool) []Message {
	if !t.begun {
		t.state, t.begun = journal.Fold(nil), true
	}
	var all []Message
	for _, e := range entries {
		all = append(all, t.failure(&e.Event)...)
		all = append(all, t.numbered(e, t.one(e))...)
	}
	if final {
		all = append(all, t.failure(nil)...)
	}
	return all
}

// oldest is the id of the oldest rotation whose messages may be sent yet.
func (t *Teller) oldest() string {
	if past := t.state.Past; len(past) > 0 {
		return past[len(past)-1].ID
	}
	if t.state.Rotation != nil {
		return t.state.Rotation.ID
	}
	return ""
}

// numbered gives messages of one record their ids.
func (t *Teller) numbered(e Entry, messages []Message) []Message {
	for i := range messages {
		m := &messages[i]
		m.ID, m.Cluster, m.Time = fmt.Sprintf("%s.%d.%d", m.Rotation, e.Seq, i), t.Cluster, e.Event.Time
		m.Key = t.Cluster + "/" + m.Rotation + "/" + m.On
		if m.On == spec.OnOverdue {
			m.Key = overdueKey(t.Cluster)
		}
		*m = m.bounded()
	}
	return messages
}

// failure tells of the phase that failed last, unless the record after it does.
func (t *Teller) failure(next *journal.Event) []Message {
	if t.told == nil {
		return nil
	}
	e := *t.told
	t.told = nil
	if next != nil && (next.Kind == journal.RotationFinished || next.Kind == journal.BackDecided || next.Kind == journal.Held) {
		return nil
	}
	return t.numbered(e, []Message{t.failed(e.Event)})
}

func (t *Teller) failed(e journal.Event) Message {
	m := t.about(e, spec.OnFailed, fmt.Sprintf("%s failed", e.Phase), e.Detail)
	m.Text = lines(m.Text, t.serves())
	m.Next = "Fix the cause, then run " + t.Command("rotate") + "; it resumes at " + e.Phase + "."
	if t.canGoBack() {
		m.Next += " To give up instead, run " + t.Command("rollback") + "."
	}
	return m
}

// one takes one event, and returns what is told of it.
func (t *Teller) one(e Entry) []Message {
	event := e.Event
	before := t.state.Weights
	var found []Message
	if event.Kind == journal.RotationFinished { // it is asked about the rotation that it ends
		found = t.finished(event)
	}
	t.state.Add(event)
	r := t.state.Rotation
	if r == nil {
		return found
	}
	switch event.Kind {
	case journal.RotationStarted:
		t.open = map[string]bool{}
		return []Message{t.started(event)}
	case journal.PhaseStarted:
		if gate, is := strings.CutPrefix(event.Phase, "approve-"); is && r.Plan.Asks(gate) && r.Approved[gate].By == "" {
			return []Message{t.gate(event, gate)}
		}
	case journal.Held:
		return []Message{t.held(event)}
	case journal.Approval, journal.Released:
		return t.over(event, spec.OnWaiting)
	case journal.PhaseFailed:
		t.told = &Entry{Seq: e.Seq, Event: event}
		t.opened(spec.OnFailed)
	case journal.PhaseDone:
		return t.over(event, spec.OnFailed)
	case journal.Weights:
		if !before.Equal(event.Weights) && len(before) > 0 {
			return []Message{t.step(event)}
		}
	case journal.BackDecided:
		m := t.about(event, spec.OnRolledBack, fmt.Sprintf("going back to %s", r.From), event.Detail)
		m.Text = lines(m.Text, decidedBy(event.By))
		return []Message{m}
	default: // nobody has to know
	}
	return found
}

func (t *Teller) started(e journal.Event) Message {
	m := t.about(e, spec.OnStarted, fmt.Sprintf("rotation from %s to %s started", e.From, e.To), "")
	m.Text = fmt.Sprintf("Rotation %s builds %s with Kubernetes %s.", e.Rotation, e.To, e.Version)
	if e.By != "" {
		m.Text = lines(m.Text, "Started by "+e.By+".")
	}
	return m
}

// gate tells of a gate that no person has opened yet.
func (t *Teller) gate(e journal.Event, gate string) Message {
	m := t.about(e, spec.OnWaiting, "waiting for approval of "+gate, t.serves())
	m.Next = "Look at " + t.Command("status") + ", then run " + t.Command("approve "+gate) + " and " + t.Command("rotate") + "."
	if t.canGoBack() {
		m.Next += " To give up instead, run " + t.Command("rollback") + "."
	}
	t.opened(spec.OnWaiting)
	return m
}

func (t *Teller) held(e journal.Event) Message {
	is := string(e.Hold)
	if e.Hold == journal.Asking {
		is = "waiting for a decision"
	}
	m := t.about(e, spec.OnWaiting, "the rotation is "+is, e.Detail)
	m.Text = lines(m.Text, decidedBy(e.By), t.serves())
	m.Next = "To continue, run " + t.Command("resume") + " and " + t.Command("rotate") + "."
	if t.canGoBack() {
		m.Next += " To give up instead, run " + t.Command("rollback") + "."
	}
	t.opened(spec.OnWaiting)
	return m
}

func (t *Teller) step(e journal.Event) Message {
	m := t.about(e, spec.OnStep, "traffic "+traffic(e.Weights), "")
	m.Weights = e.Weights
	return m
}

// finished tells how the rotation under way ended, and ends what it left open.
func (t *Teller) finished(e journal.Event) []Message {
	r := t.state.Rotation
	if r == nil || r.ID != e.Rotation {
		return nil
	}
	var m Message
	switch e.Outcome {
	case journal.Done:
		m = t.about(e, spec.OnDone, fmt.Sprintf("rotation done, %s is active", r.To), "")
		m.Text = fmt.Sprintf("%s has all traffic, at Kubernetes %s. %s is destroyed.", r.To, r.Version, r.From)
		if len(r.Leftovers) > 0 {
			m.Text = lines(m.Text, fmt.Sprintf("Left over of %s: %d. %s lists them.", r.From, len(r.Leftovers), t.Command("report")))
		}
	case journal.RolledBack:
		m = t.about(e, spec.OnRolledBack, fmt.Sprintf("rolled back, %s is active", r.From), e.Detail)
		m.Next = "Fix the cause, change the spec and run " + t.Command("rotate") + "."
	case journal.Failed, journal.Skipped, journal.Waiting:
		m = t.about(e, spec.OnFailed, "rotation failed in "+r.Phase, e.Detail)
		m.Next = "Fix the cause, then run " + t.Command("rotate") + "."
	}
	all := append([]Message{m}, t.over(e, spec.OnWaiting)...)
	if e.Outcome == journal.Done {
		t.opened(spec.OnOverdue)
		all = append(all, t.over(e, spec.OnOverdue)...)
	}
	if m.On != spec.OnFailed {
		all = append(all, t.over(e, spec.OnFailed)...)
	}
	return all
}

// opened remembers what has begun, so that its end is told.
func (t *Teller) opened(on string) {
	if t.open == nil {
		t.open = map[string]bool{}
	}
	t.open[on] = true
}

// over tells that what was told of is over, if it was.
func (t *Teller) over(e journal.Event, on string) []Message {
	if !t.open[on] {
		return nil
	}
	delete(t.open, on)
	m := t.about(e, on, on+": over", "")
	m.Over = true
	return []Message{m}
}

func (t *Teller) about(e journal.Event, on, title, text string) Message {
	return Message{On: on, Rotation: e.Rotation, Title: t.Cluster + ": " + title, Text: text}
}

// canGoBack is true until the first deletion, unless all traffic goes back already.
func (t *Teller) canGoBack() bool {
	r := t.state.Rotation
	return r != nil && r.Back == nil && !r.Draining && !r.Destroying
}

// serves says what has the traffic.
func (t *Teller) serves() string {
	if len(t.state.Weights) == 0 {
		return ""
	}
	return "Traffic is at " + traffic(t.state.Weights) + "."
}

func traffic(weights color.Weights) string {
	var parts []string
	for _, c := range []color.Color{color.Blue, color.Green} {
		if weight, has := weights[c]; has {
			parts = append(parts, fmt.Sprintf("%s %d %%", c, weight))
		}
	}
	return strings.Join(parts, ", ")
}

func decidedBy(who string) string {
	if who == "" {
		return "Decided by the spec's rotation.onFailure."
	}
	return "Decided by " + who + "."
}

func lines(all ...string) string {
	var kept []string
	for _, line := range all {
		if line != "" {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "\n")
}
