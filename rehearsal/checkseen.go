package rehearsal

import "drover/orchestrator/journal"

// CheckSeen is the last answer to a check in a phase of the rotation.
type CheckSeen struct {
	Phase   string   `json:"phase"`
	Check   string   `json:"check"`
	Verdict string   `json:"verdict"`
	Value   *float64 `json:"value,omitempty"` // what it measured
	Unit    string   `json:"unit,omitempty"`
}

// checked takes one round of checks.
func (e *eventReader) checked(round journal.Event) {
	for _, got := range round.Verdicts {
		seen := CheckSeen{round.Phase, got.Name, got.Verdict, got.Value, got.Unit}
		known := false
		for i, had := range e.checks {
			if had.Phase == seen.Phase && had.Check == seen.Check {
				e.checks[i], known = seen, true
			}
		}
		if !known {
			e.checks = append(e.checks, seen)
		}
	}
}
