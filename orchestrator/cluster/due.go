package cluster

import (
	"context"
	"fmt"
	"strings"

	"drover/generator/spec"
	"drover/orchestrator/history"
	"drover/orchestrator/journal"
)

// Condition is what makes a rotation due; one of its fields is enough.
type Condition struct {
	OlderThan spec.Duration // the age of the active color; zero: its age is no reason
	Changed   bool          // the spec, or drover itself, says of the active color what takes a rotation
}

// Due says whether a rotation should begin, and why or why not. One that is under way is always gone on with.
// Like Plan, which it asks for changes, it needs no lease and changes nothing.
func Due(ctx context.Context, o Options, c Condition) (due bool, why string, err error) {
	events, err := Events(ctx, o.Store)
	if err != nil {
		return false, "", err
	}
	state := journal.Fold(events)
	if r := state.Rotation; r != nil {
		return true, "rotation " + r.ID + " is under way", nil
	}
	var not []string
	if c.OlderThan > 0 {
		age := o.Clock.Now().Sub(state.Colors[state.Active].BuiltAt)
		why := fmt.Sprintf("%s is %s old, and is due at %s", state.Active, history.Age(age), c.OlderThan)
		if age >= c.OlderThan.Std() {
			return true, why, nil
		}
		not = append(not, why)
	}
	if c.Changed {
		planned, err := Plan(ctx, o)
		switch {
		case err != nil:
			return false, "", err
		case planned.Takes == takesNeither: // to say that nothing is due would hide it
			return false, "", refuse(planned.Reason, "look at it with "+o.command("plan"))
		case planned.Takes == takesRotate:
			return true, planned.Reason, nil
		}
		not = append(not, planned.Reason)
	}
	return false, strings.Join(not, "; "), nil
}
