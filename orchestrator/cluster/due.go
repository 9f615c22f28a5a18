package cluster

import (
	"context"
	"fmt"
	"strings"
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

func (o Options) timing(state journal.State) Timing {
	t := Timing{MaxAge: o.Spec.Spec.Rotation.MaxAge}
	if built := state.Colors[state.Active].BuiltAt; !built.IsZero() {
		t.Built, t.Due = &built, t.MaxAge > 0 && hasAge(built, t.MaxAge)
	}
	if next := o.Spec.Spec.Rotation.NextStart(time.Now()); !next.IsZero() {
		t.Next = &next
	}
	return t
}

func hasAge(built time.Time, age spec.Duration) bool { return time.Since(built) >= age.Std() }

// Age writes an age in one unit, the largest that it has two of.
func Age(d time.Duration) string {
	for _, unit := range []time.Duration{24 * time.Hour, time.Hour, time.Minute} {
		if d >= 2*unit {
			return spec.Duration(d.Truncate(unit)).String()
		}
	}
	return spec.Duration(d.Truncate(time.Second)).String()
}

// Condition is what makes a rotation due; one of its fields is enough.
type Condition struct {
	OlderThan spec.Duration // the age of the active color; zero: its age is no reason
	Changed   bool          // the spec, or drover itself, says of the active color what takes a rotation
}

// Due says whether a rotation should begin, and why or why not. One that is under way is always gone on with.
// Like Plan, which it asks for changes, it needs no lease and leaves no file.
func Due(ctx context.Context, o Options, c Condition, connect func(context.Context, Options) (Ports, error)) (due bool, why string, err error) {
	events, err := journal.Open(StoreDir(o.Out, o.name())).Events(ctx)
	if err != nil {
		return false, "", err
	}
	state := journal.Fold(events)
	if r := state.Rotation; r != nil {
		return true, "rotation " + r.ID + " is under way", nil
	}
	var not []string
	if c.OlderThan > 0 {
		built := state.Colors[state.Active].BuiltAt
		why := fmt.Sprintf("%s is %s old, and is due at %s", state.Active, Age(time.Since(built)), c.OlderThan)
		if hasAge(built, c.OlderThan) {
			return true, why, nil
		}
		not = append(not, why)
	}
	if c.Changed {
		planned, err := Plan(ctx, o, connect)
		switch {
		case err != nil:
			return false, "", err
		case planned.Takes == takesNeither: // to say that nothing is due would hide it
			return false, "", &Refused{planned.Reason, "look at it with " + o.command("plan")}
		case planned.Takes == takesRotate:
			return true, planned.Reason, nil
		}
		not = append(not, planned.Reason)
	}
	return false, strings.Join(not, "; "), nil
}
