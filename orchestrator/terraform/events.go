package terraform

import (
	"bytes"
	"encoding/json"
	"time"

	tfjson "github.com/hashicorp/terraform-json"
)

// Event is one line of Terraform's machine-readable output, in short. The types are those of
// https://developer.hashicorp.com/terraform/internals/machine-readable-ui#message-types, and four of drover's own:
// init_start, init_complete, stopping (Terraform was asked to stop) and adopted (a Terraform that an earlier drover
// started is still at work, and is followed).
type Event struct {
	Time       time.Time
	Type       string
	Address    string // of the resource, if the event is about one
	Action     string // create, read, update, replace, delete, noop
	Message    string // one for people
	Elapsed    time.Duration
	Diagnostic *tfjson.Diagnostic
	Summary    *Summary
}

// Summary counts the resources that a plan would change, or that an apply has changed.
type Summary struct {
	Operation string `json:"operation"` // plan, apply, destroy
	Add       int    `json:"add"`
	Change    int    `json:"change"`
	Remove    int    `json:"remove"`
	Import    int    `json:"import"`
}

// wire is the part of Terraform's lines that is made use of.
type wire struct {
	Time       time.Time          `json:"@timestamp"`
	Message    string             `json:"@message"`
	Type       string             `json:"type"`
	Hook       *wireAction        `json:"hook"`
	Change     *wireAction        `json:"change"`
	Diagnostic *tfjson.Diagnostic `json:"diagnostic"`
	Summary    *Summary           `json:"changes"`
}

type wireAction struct {
	Resource struct {
		Address string `json:"addr"`
	} `json:"resource"`
	Action  string  `json:"action"`
	Elapsed float64 `json:"elapsed_seconds"`
}

// parseEvent reads one line. A line that is not JSON (a crash, a provider that prints) becomes an event of type "log".
func parseEvent(line []byte) Event {
	var w wire
	if err := json.Unmarshal(line, &w); err != nil || w.Type == "" {
		return Event{Time: time.Now(), Type: "log", Message: string(bytes.TrimSpace(line))}
	}
	event := Event{Time: w.Time, Type: w.Type, Message: w.Message, Diagnostic: w.Diagnostic, Summary: w.Summary}
	for _, action := range []*wireAction{w.Hook, w.Change} {
		if action != nil {
			event.Address = action.Resource.Address
			event.Action = action.Action
			event.Elapsed = time.Duration(action.Elapsed * float64(time.Second))
		}
	}
	return event
}
