package journal

import (
	"slices"
	"time"

	"drover/orchestrator/color"
)

// What events say of the roots, and of the traffic that goes to them.

// rendered is also told of a root that lives for years, whose files changed and whose state did not.
func (s *State) rendered(e Event) {
	if c := e.color(); c != color.Blue && c != color.Green && e.Bundle != "" {
		s.Bundles[e.Root] = e.Bundle
	}
	if r := s.Rotation; r != nil && e.color() == r.To {
		r.Revision, r.Bundle = e.Revision, e.Bundle
	}
}

func (s *State) applyIntended(e Event) {
	s.Building[e.Root], s.Open[e.Root] = true, e.Kind
	if _, begun := s.Begun[e.Root]; !begun {
		s.Begun[e.Root] = Begun{e.Time, e.Rotation}
	}
	s.changedWith(e)
	s.located(e)
	if r := s.Rotation; r != nil && e.color() == r.To {
		r.Building = true
		if e.Bundle != "" { // the files with the providers that they were planned with
			r.Bundle = e.Bundle
		}
	}
}

// changedWith keeps what a root's state was changed with: it is what destroys it, too.
func (s *State) changedWith(e Event) {
	if e.Bundle != "" {
		s.Bundles[e.Root] = e.Bundle
	}
	if e.Zone != "" {
		s.Zone = e.Zone
	}
}

func (s *State) applied(e Event) {
	delete(s.Building, e.Root)
	delete(s.Open, e.Root)
	delete(s.Begun, e.Root)
	s.changedWith(e)
	s.located(e)
	if e.Version == "" { // only colors have a Kubernetes version
		return
	}
	c := s.Colors[e.color()]
	if c.BuiltAt.IsZero() {
		c.BuiltAt, c.BuiltFrom, c.BuiltBy = e.Time, e.Revision, e.Rotation
	}
	c.Version, c.Revision, c.Bundle = e.Version, e.Revision, e.Bundle
	if e.Endpoint != nil {
		c.Endpoint = *e.Endpoint
	}
	c.Carried = c.Carried || s.Rotation == nil // a first build is about to; what was recovered may have
	s.Colors[e.color()] = c
	if r := s.Rotation; r != nil && e.color() == r.To {
		r.Built = true
	}
}

// installed remembers by a color's bundle what was applied in it.
func (s *State) installed(e Event) {
	if c, has := s.Colors[e.color()]; has && e.Outcome == Done {
		c.Installed, c.Role = e.Bundle, e.Role
		s.Colors[e.color()] = c
	}
	if r := s.Rotation; r != nil && e.color() == r.To {
		r.Installed = &Installation{e.Outcome, e.Detail}
		r.succeeded(e.Phase)
	}
}

func (s *State) destroyIntended(e Event) {
	s.Open[e.Root] = e.Kind
	if r := s.Rotation; r != nil && e.color() == r.From {
		r.Destroying = true
	}
}

// destroyed forgets what the root held; without its active color, or without
// the records that lead to one, a cluster has no traffic.
func (s *State) destroyed(e Event) {
	c := e.color()
	delete(s.Colors, c)
	delete(s.Building, e.Root)
	delete(s.Bundles, e.Root)
	delete(s.Open, e.Root)
	delete(s.Begun, e.Root)
	delete(s.Clearing, c)
	delete(s.Kept, c)
	if c == s.Active {
		s.Active = ""
	}
	if s.Failed != nil && s.Failed.Color == c {
		s.Failed = nil
	}
	switch e.Root {
	case trafficRoot:
		s.Weights, s.Intended, s.Unsure = color.Weights{}, nil, nil
	case foundationRoot:
		s.Zone, s.Location = "", "" // the next foundation may have others
	}
	if r := s.Rotation; r != nil {
		r.Gone = r.Gone || c == r.From
		r.Emptied = r.Emptied || c == r.To
	}
}

// weightsIntended keeps what was intended before without an outcome: that may have come through.
func (s *State) weightsIntended(e Event) {
	s.Intended, s.Followed = e.Weights, false
	for c, weight := range e.Weights {
		if had, stands := s.Colors[c]; stands && weight > 0 {
			had.Carried, had.ZeroAt = true, time.Time{}
			s.Colors[c] = had
		}
	}
	if !slices.ContainsFunc(s.Unsure, e.Weights.Equal) {
		s.Unsure = append(slices.Clip(s.Unsure), e.Weights)
	}
}

// carries keeps of each color whether it ever had traffic, and since when it has none.
func (s *State) carries(e Event) {
	for c, had := range s.Colors {
		weight, has := e.Weights[c]
		had.Carried = had.Carried || has
		switch {
		case weight > 0:
			had.ZeroAt = time.Time{}
		case had.ZeroAt.IsZero():
			had.ZeroAt = e.Time
		}
		s.Colors[c] = had
	}
}

// weights begins a new watch: what was seen at other weights says nothing of these.
func (s *State) weights(e Event) {
	s.carries(e)
	s.Unsure, s.WeightsAt = nil, e.Time
	s.Weights, s.Intended, s.TTL, s.Followed = e.Weights, nil, time.Duration(e.TTL*float64(time.Second)), false
	r := s.Rotation
	if r == nil {
		return
	}
	r.Watch, r.ServedAt = Watch{Since: e.Time}, e.Time
	if r.Back == nil { // a way back has a number of tries as a whole
		r.succeeded(e.Phase)
	}
	if e.Weights[r.From] > 0 {
		r.ZeroAt = time.Time{}
	} else if r.ZeroAt.IsZero() {
		r.ZeroAt = e.Time
	}
}

func (s *State) clearIntended(e Event) {
	c := e.color()
	for _, name := range e.Named() {
		if !slices.Contains(s.Clearing[c], name) {
			s.Clearing[c] = append(s.Clearing[c], name)
		}
	}
	if r := s.Rotation; r != nil && c == r.From {
		r.Draining = true
	}
}

func (s *State) cleared(e Event) {
	c := e.color()
	s.Clearing[c] = slices.DeleteFunc(s.Clearing[c], func(name string) bool { return slices.Contains(e.Named(), name) })
}

func (s *State) clusterCleared(e Event) {
	if r := s.Rotation; r != nil && e.color() == r.From {
		r.Draining, r.Cleared, r.TakenBack = true, true, e.Detail
	}
}
