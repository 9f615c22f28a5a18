package spec

import "slices"

// openToAll says that the ingress can be reached from everywhere, and so from
// where a platform's health checks ask.
func openToAll(in Ingress) bool {
	return in.Visibility == "public" && slices.Contains(in.Allow, "0.0.0.0/0")
}

// healthOf is the platform's own check of a color: none for an ingress that
// the platform cannot reach from where it asks, where it would fail for ever.
func healthOf(s *Spec, portGiven bool) *HealthCheck {
	h := s.Rotation.Traffic.Health
	if h == nil && !openToAll(s.Ingress) {
		return nil
	}
	if h == nil {
		h = &HealthCheck{}
		h.setDefaults()
	}
	if h.Path == "" && h.Protocol != "tcp" {
		h.Path = "/"
	}
	if h.Port == 0 && !portGiven {
		h.Port = 443
		if h.Protocol == "http" {
			h.Port = 80
		}
	}
	return h
}
