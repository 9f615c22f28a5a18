package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"drover/generator/spec"
	"drover/orchestrator/color"
	"drover/orchestrator/history"
	"drover/orchestrator/journal"
	"drover/orchestrator/redact"
	"drover/orchestrator/verify"
)

const canary = "c4N4ry+of/the=engine"

// saying is a check that says what a command of the user's could.
type saying struct{ verdict verify.Verdict }

func (saying) Name() string { return "saying" }
func (s saying) Run(context.Context) verify.Answer {
	return verify.Answer{Verdict: s.verdict, Detail: "exit status 0; TOKEN=" + canary}
}

// listening keeps the events that an Observer is told.
type listening struct {
	silent
	events *[]journal.Event
}

func (l listening) Event(e journal.Event) { *l.events = append(*l.events, e) }

// What a check, Terraform or the platform says goes to the journal in a verdict, in the end of a phase or of a rotation,
// in an object's name.
func TestTheJournalHoldsNoSecret(t *testing.T) {
	t.Parallel()
	says := func(verdict func() verify.Verdict) func(*Ports) {
		return func(p *Ports) {
			p.Checks = func(spec.Cluster, color.Color) []Check { return []Check{{ID: "saying", Check: saying{verdict()}}} }
		}
	}
	for name, c := range map[string]struct {
		change func(*world)
		ports  func(*world) func(*Ports)
		fails  bool
	}{
		"verdicts":                    {ports: func(*world) func(*Ports) { return says(func() verify.Verdict { return verify.Pass }) }},
		"a phase that fails":          {change: func(w *world) { w.fail["plan green"] = errors.New("Terraform said " + canary) }, fails: true},
		"a rotation that is given up": {change: func(w *world) { w.fail["quota"] = errors.New("AWS said " + canary) }, fails: true},
		"a color that is unhealthy": {ports: func(w *world) func(*Ports) {
			return says(func() verify.Verdict {
				if w.dns["green"] > 0 {
					return verify.Fail
				}
				return verify.Pass
			})
		}, fails: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inWorld(t, func(t *testing.T, w *world) {
				applied(t, w)
				newVersion(w)
				var events []journal.Event
				o := w.options()
				o.Observer, o.Secrets = listening{events: &events}, &redact.Redactor{}
				o.Secrets.Learn(canary)
				if c.change != nil {
					c.change(w)
				}
				if c.ports != nil {
					o.Connect = func(ctx context.Context, o Options) (Ports, error) {
						ports, err := w.connect(ctx, o)
						c.ports(w)(&ports)
						return ports, err
					}
				}
				if err := Rotate(t.Context(), o); (err != nil) != c.fails {
					t.Fatalf("rotate: %v", err)
				}
				told, err := json.Marshal(events)
				must(t, err)
				status := history.StatusOf(w.spec, w.state(), nil, time.Now())
				past := history.Rotations(w.state())
				kept, err := json.Marshal(w.events())
				must(t, err)
				if !strings.Contains(string(kept), "***") {
					t.Errorf("the secret did not come to the journal, so that nothing is tried:\n%s", kept)
				}
				for where, text := range map[string]string{"journal": string(kept), "events": string(told), "status and history": fmt.Sprint(status, past)} {
					if len(text) < 100 || strings.Contains(text, canary) {
						t.Errorf("%s shows the secret, or is empty:\n%s", where, text)
					}
				}
			})
		})
	}
}
