package journal

import (
	"maps"

	"drover/orchestrator/color"
)

// Role is what a color is for, as what runs in it can read.
type Role string

// The roles. They are no lock: between two writes, or while a color cannot be asked, both colors may have one.
const (
	Live    Role = "live"    // it has all traffic
	Standby Role = "standby" // it has none yet, or none any more
)

// Told is the role that a color was told last in a rotation.
type Told struct {
	Role    Role
	Outcome Outcome // empty where that is not known
	Detail  string
}

// told changes what is known of one color, in a map of its own: states are copied.
func told(s *State, e Event) {
	if c, has := s.Colors[e.color()]; has && e.Outcome == Done {
		c.Role = e.Role
		s.Colors[e.color()] = c
	}
	r := s.Rotation
	if r == nil {
		return
	}
	r.Told = maps.Clone(r.Told)
	if r.Told == nil {
		r.Told = map[color.Color]Told{}
	}
	r.Told[e.color()] = Told{e.Role, e.Outcome, e.Detail}
	if e.Outcome != "" {
		r.succeeded(e.Phase)
	}
}

// tellAgain forgets that a color could not be told: it may be reached by now.
func tellAgain(all map[color.Color]Told) map[color.Color]Told {
	all = maps.Clone(all)
	for c, t := range all {
		if t.Outcome == Failed {
			all[c] = Told{Role: t.Role}
		}
	}
	return all
}
