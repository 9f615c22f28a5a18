package spec

import "fmt"

// acceptances checks what spec.accept says about warnings.
func (v *validator) acceptances() {
	v.unique(namesOf(v.c.Spec.Accept, func(a Acceptance) string { return a.Warning }), "the warning", field("spec.accept", "warning"))
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
