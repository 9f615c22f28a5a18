package spec

import "slices"

// The occasions on which checks are asked, as a check's when names them.
const (
	DuringVerify = "verify" // before a color has any traffic
	DuringShift  = "shift"  // while it has a part of the traffic
	DuringSoak   = "soak"   // from all traffic on, until the other color is deleted
	Always       = "always"
)

// Asked tells whether the check is asked on an occasion. One that does not say when is always asked.
func (c Check) Asked(occasion string) bool {
	return len(c.When) == 0 || slices.Contains(c.When, Always) || slices.Contains(c.When, occasion)
}

// Occasions are those on which the check is asked; nil for all.
func (c Check) Occasions() []string {
	if len(c.When) == 0 || slices.Contains(c.When, Always) {
		return nil
	}
	return c.When
}
