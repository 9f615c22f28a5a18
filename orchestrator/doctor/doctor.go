// Package doctor looks at what drover needs of a machine, its network and its credentials. It must never change or
// fetch anything.
package doctor

import (
	"context"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"
)

// Part is one thing that commands need.
type Part struct {
	Name string
	For  []string // the commands that need it
	// Look gives a line for people. An error says what is missing, and what to do.
	Look func(context.Context) (State, string, error)
}

// State is how a part was found.
type State string

// The states of a part.
const (
	Ready   State = "ready"
	Later   State = "later"   // it is fetched or built when it is first needed
	Unasked State = "unasked" // nothing said what to ask
	Missing State = "missing"
)

// Finding is a part as it was found.
type Finding struct {
	Part   string   `json:"part"`
	For    []string `json:"for"`
	State  State    `json:"state"`
	Detail string   `json:"detail"`
}

// longest is how long a part may take to be looked at.
const longest = 30 * time.Second

// Examine looks at all parts at once; findings are in the order of the parts.
func Examine(ctx context.Context, parts []Part) []Finding {
	findings := make([]Finding, len(parts))
	var looks errgroup.Group
	for i, p := range parts {
		looks.Go(func() error {
			ctx, cancel := context.WithTimeoutCause(ctx, longest, fmt.Errorf("no answer within %v", longest))
			defer cancel()
			state, detail, err := p.Look(ctx)
			if err != nil {
				state, detail = Missing, err.Error()
			}
			findings[i] = Finding{Part: p.Name, For: p.For, State: state, Detail: detail}
			return nil
		})
	}
	_ = looks.Wait() // an error of a part is its finding
	return findings
}

// Needed are the parts that a command needs.
func Needed(parts []Part, command string) []Part {
	return slices.DeleteFunc(slices.Clone(parts), func(p Part) bool { return !slices.Contains(p.For, command) })
}

// Commands are those that need anything, sorted.
func Commands(parts []Part) []string {
	var all []string
	for _, p := range parts {
		all = append(all, p.For...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}
