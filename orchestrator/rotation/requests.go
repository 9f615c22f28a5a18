package rotation

import (
	"fmt"
	"time"

	"drover/orchestrator/journal"
)

// Request is what a person asks of whoever drives, from any machine that reaches the store.
type Request struct {
	ID       string    `json:"id"`
	Asks     Asked     `json:"asks"`
	Rotation string    `json:"rotation"`
	Gate     string    `json:"gate,omitempty"`     // of Approve
	Evidence string    `json:"evidence,omitempty"` // of Approve: what the person saw
	Reason   string    `json:"reason,omitempty"`
	By       string    `json:"by"`
	Time     time.Time `json:"time"`
}

// Asked is a kind of request.
type Asked string

// The requests.
const (
	Approve  Asked = "approve"
	Pause    Asked = "pause"  // stay between two effects until resumed
	Freeze   Asked = "freeze" // the same, and scheduled runs leave it alone
	Resume   Asked = "resume"
	Rollback Asked = "rollback" // all traffic back to the old color; the new one is kept to be looked at
	Abort    Asked = "abort"    // the same, and the new color is not kept
)

// Take decides what follows from a request. It is pure. What it answers is recorded at once, so that no request is taken
// twice.
func Take(s journal.State, q Request) []journal.Event {
	refuse := func(why string) []journal.Event {
		return []journal.Event{{Kind: journal.RequestRefused, Request: q.ID, By: q.By, Detail: fmt.Sprintf("%s by %s: %s", q.Asks, q.By, why)}}
	}
	if s.Rotation == nil || s.Rotation.ID != q.Rotation {
		return refuse("rotation " + q.Rotation + " is not under way")
	}
	decide, ok := requests[q.Asks]
	if !ok {
		return refuse("this drover does not know that request")
	}
	event, why := decide(s, q)
	if why != "" {
		return refuse(why)
	}
	event.By = q.By
	taken := journal.Event{Kind: journal.RequestTaken, Request: q.ID, By: q.By, Detail: string(q.Asks) + " " + q.Gate}
	return []journal.Event{event, taken}
}

// requests says what follows from each request, or why it is refused.
var requests = map[Asked]func(journal.State, Request) (journal.Event, string){
	Approve: approveGate,
	Pause:   hold(journal.Paused),
	Freeze:  hold(journal.Frozen),
	Resume: func(s journal.State, q Request) (journal.Event, string) {
		if s.Rotation.Hold == nil {
			return journal.Event{}, "the rotation is not held"
		}
		return journal.Event{Kind: journal.Released, Detail: reason(q)}, ""
	},
	Rollback: goBack(false),
	Abort:    goBack(true),
}

func approveGate(s journal.State, q Request) (journal.Event, string) {
	if q.Gate == HandBack {
		return approveHandBack(s, q)
	}
	phase, ok := gatePhases[q.Gate]
	switch {
	case !ok:
		return journal.Event{}, fmt.Sprintf("there is no gate %q", q.Gate)
	case s.Rotation.Phases[phase].Starts == 0 || s.Rotation.Phases[phase].Done():
		return journal.Event{}, fmt.Sprintf("the rotation is in %s and does not wait at that gate", s.Rotation.Phase)
	case q.Evidence != Evidence(s, q.Gate):
		return journal.Event{}, "what was approved is not what stands there now; look at it again and approve that"
	}
	return journal.Event{Kind: journal.Approval, Phase: q.Gate, Detail: q.Evidence}, ""
}

// hold keeps the rotation where it is, but not on its way back: that is where it is safe.
func hold(kind journal.HoldKind) func(journal.State, Request) (journal.Event, string) {
	return func(s journal.State, q Request) (journal.Event, string) {
		if s.Rotation.Back != nil {
			return journal.Event{}, "all traffic is on its way back to " + string(s.Rotation.From)
		}
		return journal.Event{Kind: journal.Held, Hold: kind, Detail: reason(q)}, ""
	}
}

func goBack(discard bool) func(journal.State, Request) (journal.Event, string) {
	return func(s journal.State, q Request) (journal.Event, string) {
		if why := NoWayBack(s); why != "" {
			return journal.Event{}, why
		}
		return journal.Event{Kind: journal.BackDecided, Detail: reason(q), Discard: discard}, ""
	}
}

// NoWayBack says why traffic cannot go back to the old color; it is empty while it can, or if nothing is under way.
func NoWayBack(s journal.State) string {
	switch r := s.Rotation; {
	case r == nil:
		return ""
	case r.Destroying:
		return string(r.From) + " is being destroyed, so there is nothing to go back to"
	case r.Draining:
		return "the load balancers and ingresses in " + string(r.From) + "'s cluster are being deleted, so there is nothing to go back to"
	}
	return ""
}

func reason(q Request) string {
	if q.Reason != "" {
		return q.Reason
	}
	return q.By + " asked for it"
}
