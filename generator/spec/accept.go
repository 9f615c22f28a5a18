package spec

import (
	"fmt"
	"slices"
)

// What can be accepted that no spec says: preflight finds it when it asks the platform.
const (
	UnknownQuotas  = "unknown-quotas"  // of which the platform does not say what is left
	TightQuotas    = "tight-quotas"    // in which pools do not fit at their max
	UnreachableAPI = "unreachable-api" // private, and the machine seems to be outside
	OlderVersion   = "older-version"   // of Kubernetes than that of the active color
)

// Accepts tells whether a person has accepted something, with a reason.
func (c Cluster) Accepts(code string) bool {
	return slices.ContainsFunc(c.Spec.Accept, func(a Acceptance) bool { return a.Warning == code })
}

// acceptances checks what spec.accept says about warnings.
func (v *validator) acceptances() {
	v.unique(namesOf(v.c.Spec.Accept, func(a Acceptance) string { return a.Warning }), "the warning", field("spec.accept", "warning"))
	for _, code := range []string{UnknownQuotas, TightQuotas, UnreachableAPI, OlderVersion} {
		v.codes[code] = true
	}
	for i, a := range v.c.Spec.Accept {
		path := fmt.Sprintf("spec.accept[%d].warning", i)
		if a.Warning == "" || v.codes[a.Warning] {
			continue
		}
		if oneIs(v, path, a.Warning) {
			v.warn(path, "", fmt.Sprintf("nothing in this spec gives the warning %q", a.Warning), "remove this item")
		}
	}
}
