package rotation

import (
	"fmt"
	"time"

	"drover/orchestrator/color"
	"drover/orchestrator/journal"
)

// preflight asks whether a rotation can begin, or go on. How busy blue is while it carries everything is what quiet is
// compared with later.
func preflight(v view) Step {
	switch {
	case !v.Preflighted:
		return v.do(Preflight, Effect{Do: Inspect, Color: v.To, Version: v.Version, Begun: v.Rotation.Building, Limit: 10 * time.Minute})
	case v.ZeroAt.IsZero() && v.Last == nil:
		return v.do(Preflight, v.measure())
	}
	return done(v.Found)
}

// render has green's files written once. What a rotation began with it ends with.
func render(v view) Step {
	if v.Revision == "" {
		return v.do(Rendering, Effect{Do: Render, Color: v.To, Version: v.Version, Limit: time.Minute})
	}
	if bad := BadBefore(v.State, v.From, v.Revision); bad != "" && !v.Again {
		return failure{detail: bad + "; " + AfterBad}
	}
	return done("revision " + v.Revision)
}

// AfterBad is what a person does about a revision that is bad.
const AfterBad = "change the spec, or build it once more with --again"

// BadBefore is not empty if the revision is one that a rotation built and was rolled back from, since the active color was
// built. One that was given up before it stood was never seen to be bad.
func BadBefore(state journal.State, active color.Color, revision string) string {
	for _, past := range state.Past {
		if past.Outcome == journal.RolledBack && past.Built && past.Revision == revision && past.FinishedAt.After(state.Colors[active].BuiltAt) {
			return fmt.Sprintf("revision %s was built before and rolled back (rotation %s: %s)", revision, past.ID, past.Reason)
		}
	}
	return ""
}

// build stands green up where nothing of an earlier rotation is left.
func build(v view) Step {
	switch {
	case v.Exposed()[v.To] > 0:
		return failure{detail: fmt.Sprintf("%s is to be built and has traffic (%s); nothing of it is changed", v.To, v.Exposed())}
	case !v.Emptied && !v.Rotation.Building:
		return v.do(Building, Effect{Do: Empty, Color: v.To, Limit: emptyTime(v.plan)})
	case !v.Built:
		return v.do(Building, Effect{Do: Build, Color: v.To, Version: v.Version, Revision: v.Revision, Limit: 90 * time.Minute})
	}
	return done(fmt.Sprintf("%s stands at %s", v.To, v.Version))
}

// bootstrap brings what runs inside. Objects that do not become ready are a green that is not well: it never gets traffic.
func bootstrap(v view) Step {
	switch {
	case !v.plan.Bootstrap:
		return skipped("the spec names nothing that drover applies; Pod Identity was joined by build")
	case v.Installed == nil:
		return v.do(Bootstrap, Effect{Do: Install, Color: v.To, Revision: v.Revision, Limit: InstallTime})
	case v.Installed.Outcome != journal.Done:
		return failure{unhealthy: true, detail: v.Installed.Detail}
	}
	return done(v.Installed.Detail)
}

// InstallTime is how long what runs inside may take to become ready. It leaves the phase time to say what did not.
const InstallTime = 28 * time.Minute
