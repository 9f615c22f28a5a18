package history

import (
	"time"

	"drover/generator/spec"
	"drover/orchestrator/journal"
)

// Timing says how old the active color is, and when the next is to be: a part of what status and plan say.
type Timing struct {
	Built  *time.Time    `json:"built"`            // when the active color was built; null before the first build
	MaxAge spec.Duration `json:"maxAge,omitempty"` // the spec's rotation.maxAge
	Due    bool          `json:"due"`              // the active color has that age
	Next   *time.Time    `json:"nextStart"`        // by the spec's rotation.schedule; null without one
}

// TimingOf is the timing of a cluster at a moment.
func TimingOf(r spec.Rotation, state journal.State, now time.Time) Timing {
	t := Timing{MaxAge: r.MaxAge}
	if built := state.Colors[state.Active].BuiltAt; !built.IsZero() {
		t.Built, t.Due = &built, t.MaxAge > 0 && now.Sub(built) >= t.MaxAge.Std()
	}
	if next := r.NextStart(now); !next.IsZero() {
		t.Next = &next
	}
	return t
}

// Age writes an age in one unit, the largest that it has two of.
func Age(d time.Duration) string {
	for _, unit := range []time.Duration{24 * time.Hour, time.Hour, time.Minute} {
		if d >= 2*unit {
			return spec.Duration(d.Truncate(unit)).String()
		}
	}
	return spec.Duration(d.Truncate(time.Second)).String()
}
