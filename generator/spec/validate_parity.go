package spec

import (
	"fmt"
	"strings"
)

// Parity is how the new color is compared with the old one; nil where that is not asked for.
func (s Spec) Parity() *ParityCheck {
	for _, c := range s.Rotation.Verify {
		if c.Parity != nil {
			return c.Parity
		}
	}
	if s.GitOps == nil && s.Bootstrap == nil { // who brings what runs may do so later, and drover may reach neither API
		return nil
	}
	p := &ParityCheck{}
	p.setDefaults()
	return p
}

// Ignores says whether the new color need not have this workload.
func (p ParityCheck) Ignores(namespace, name string) bool {
	for _, pattern := range p.Ignore {
		within, which, _ := strings.Cut(pattern, "/")
		if within == namespace && (which == EveryName || which == name) {
			return true
		}
	}
	return false
}

func (v *validator) parityCheck(path string, p ParityCheck) {
	for i, pattern := range p.Ignore {
		v.matches(fmt.Sprintf("%s.ignore[%d]", path, i), pattern, singletonName)
	}
	v.unique(p.Ignore, "the workload", indexed(path+".ignore"))
	oneIs(v, path+".missing", p.Missing)
}

func (v *validator) oneParity(r Rotation) {
	first := -1
	for i, c := range r.Verify {
		switch {
		case c.Parity == nil:
		case first >= 0:
			v.wrong(fmt.Sprintf("spec.rotation.verify[%d].parity", i), "parity is asked twice", "name all that it ignores in one of them", v.where(fmt.Sprintf("spec.rotation.verify[%d].parity", first)))
		default:
			first = i
		}
	}
}
