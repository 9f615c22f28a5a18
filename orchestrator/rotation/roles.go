package rotation

import (
	"time"

	"drover/orchestrator/color"
	"drover/orchestrator/journal"
)

// tellTime is how long a color may take to be told its role. Its API server may be silent for some of that.
const tellTime = 5 * time.Minute

// roles has both colors told that green is live now. An old color that cannot be told keeps nobody: it is about to end. A new
// one that cannot is for another try, as what runs there may go by its role, unless it is unwell: it has all traffic. It is nil
// once that is done.
func (v view) roles() Step {
	if !v.plan.Roles {
		return nil
	}
	if _, begun := v.Told[v.From]; !begun { // before this takes the time that a silent API server takes
		if step := v.watch(0); step != nil {
			return step
		}
	}
	for _, c := range []color.Color{v.From, v.To} { // so that there are rather none than two that are live
		role := journal.Standby
		if c == v.To {
			role = journal.Live
		}
		if step := v.tell(c, role); step != nil {
			return step
		}
	}
	if t := v.Told[v.To]; t.Outcome == journal.Failed {
		if step := v.watch(0); step != nil {
			return step
		}
		return failure{detail: t.Detail}
	}
	return nil
}

// rolesBack undoes that on a way back. A color that cannot be told keeps nobody, and `drover apply` tells the one that stays.
func (v view) rolesBack() Step {
	for _, c := range []color.Color{v.To, v.From} {
		role := journal.Live
		if c == v.To {
			role = journal.Standby
		}
		if _, touched := v.Told[c]; !touched {
			continue
		}
		if step := v.tell(c, role); step != nil {
			return step
		}
	}
	return nil
}

// tell is nil if the color was told that role, or this process saw that it cannot be.
func (v view) tell(c color.Color, role journal.Role) Step {
	if t := v.Told[c]; t.Role == role && t.Outcome != "" {
		return nil
	}
	return v.do(v.phase, Effect{Do: Tell, Color: c, Role: role, Limit: tellTime})
}

// noSingletons ends a handover that hands nothing over.
func (v view) noSingletons() Step {
	const none = "the spec names no singletons"
	if !v.plan.Roles {
		return skipped(none)
	}
	detail := none + "; " + string(v.To) + " is told that it is live"
	if t := v.Told[v.From]; t.Outcome == journal.Failed {
		detail += "; " + t.Detail
	}
	return done(detail)
}
