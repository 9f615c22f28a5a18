package journal

import (
	"slices"
	"time"

	"drover/generator/spec"
)

// Plan is what a rotation was begun with. It is pinned by its first event: a spec that changes meanwhile is for the
// next rotation.
type Plan struct {
	Spec   string   `json:"spec"`   // digest of the bundle that holds the whole spec
	Steps  []int    `json:"steps"`  // the new color's share after each, in percent
	Checks []string `json:"checks"` // content hashes of all checks; none is no proof
	// When has the occasions of each check that is not always asked; [spec.Check] says what they are.
	When       map[string][]string `json:"when,omitempty"`
	Interval   time.Duration       `json:"interval"`
	Soak       time.Duration       `json:"soak"`
	Quiet      time.Duration       `json:"quiet"`
	KeepBlue   time.Duration       `json:"keepBlue"`
	Verify     time.Duration       `json:"verify"`   // how long a new color has to pass every check
	Slowest    time.Duration       `json:"slowest"`  // the longest that one check may take
	Patience   time.Duration       `json:"patience"` // how long a color that carries traffic may give no answer
	Approvals  []string            `json:"approvals,omitempty"`
	OnFailure  string              `json:"onFailure"`
	Window     *spec.Window        `json:"window,omitempty"`
	Bootstrap  bool                `json:"bootstrap,omitempty"`  // whether the new color gets Kubernetes objects before its checks
	Parity     bool                `json:"parity,omitempty"`     // whether the new color has to have what the old one runs
	Singletons int                 `json:"singletons,omitempty"` // how many entries name what runs in one color at a time
	Roles      bool                `json:"roles,omitempty"`      // whether colors are told their role where it changes
	Handover   time.Duration       `json:"handover,omitempty"`   // how long those may take to end in one color, or to become ready in the other
	// KeepFailed is how long a green that was rolled back stands for a person to look at.
	KeepFailed time.Duration `json:"keepFailed,omitempty"`
}

// Asked are the checks that count on an occasion.
func (p Plan) Asked(occasion string) []string {
	return slices.DeleteFunc(slices.Clone(p.Checks), func(id string) bool {
		when, restricted := p.When[id]
		return restricted && !slices.Contains(when, occasion)
	})
}

// Asks is true if the gate waits for a person.
func (p Plan) Asks(gate string) bool { return slices.Contains(p.Approvals, gate) }
