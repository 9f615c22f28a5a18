package fault

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"drover/generator/spec"
)

// Injection is a fault with its time.
type Injection struct {
	Fault Fault
	Phase string        // of the rotation; empty is the beginning of everything
	After time.Duration // since the phase's beginning
}

// random is the word for what the seed decides.
const random = "random"

// longestRandom is how far into a phase a random fault may come. Most phases of a rehearsal last longer.
const longestRandom = 8 * time.Second

// Parse reads NAME[:SERVICE][@PHASE|@DURATION|@random]; NAME may be random too. Without a time the fault comes at once.
// SERVICE, such as eks, narrows a fault of AWS's API.
func Parse(text string, phases []string, rng *rand.Rand) (Injection, error) {
	name, when, timed := strings.Cut(text, "@")
	name, service, narrowed := strings.Cut(name, ":")
	var in Injection
	if name == random {
		in.Fault = All[rng.IntN(len(All))]
	} else {
		i := slices.IndexFunc(All, func(f Fault) bool { return f.Name == name })
		if i < 0 {
			return in, unknown("fault", name, names(), "`drover rehearse --list-faults` tells all")
		}
		in.Fault = All[i]
	}
	if narrowed {
		if in.Fault.Place != AWS || in.Fault.API.Service != "" || service == "" {
			return in, fmt.Errorf("fault %q: only faults of every AWS API take a service, as in aws-throttled:eks", text)
		}
		in.Fault.API.Service = service
	}
	switch after, err := time.ParseDuration(when); {
	case !timed:
	case when == random || name == random && when == "":
		in.Phase, in.After = phases[rng.IntN(len(phases))], time.Duration(rng.Int64N(int64(longestRandom))).Round(100*time.Millisecond)
	case slices.Contains(phases, when):
		in.Phase = when
	case err == nil && after >= 0:
		in.After = after
	default:
		return in, unknown("phase or time", when, phases, "write a phase, a time such as 90s, or random")
	}
	return in, nil
}

// String says when the fault comes.
func (in Injection) String() string {
	text := in.Fault.Name
	if in.Fault.API.Service != "" {
		text += " (" + in.Fault.API.Service + ")"
	}
	switch {
	case in.Phase == "" && in.After == 0:
		return text + " at once"
	case in.Phase == "":
		return fmt.Sprintf("%s after %s", text, in.After)
	case in.After == 0:
		return text + " when " + in.Phase + " begins"
	}
	return fmt.Sprintf("%s %s into %s", text, in.After, in.Phase)
}

func names() []string {
	var list []string
	for _, f := range All {
		list = append(list, f.Name)
	}
	return list
}

func unknown(what, name string, known []string, hint string) error {
	text := fmt.Sprintf("there is no %s %q", what, name)
	if near := spec.Nearest(name, known); near != "" {
		text += ": did you mean " + near + "?"
	}
	return errors.New(text + " (" + hint + ")")
}
