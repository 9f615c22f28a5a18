package spec

import "fmt"

// codes are the warnings that a spec can accept.
var codes = []string{
	"all-spot", "all-tainted", "no-audit-log", "open-api", "open-management", "short-interval", "single-nat", "single-node",
	"single-zone-database", "unknown-endpoint", "unknown-region", "unknown-version",
}

// acceptances checks what spec.accept says about warnings.
func (v *validator) acceptances() {
	for i, a := range v.c.Spec.Accept {
		path := fmt.Sprintf("spec.accept[%d].warning", i)
		if a.Warning == "" || v.codes[a.Warning] {
			continue
		}
		if oneIs(v, path, a.Warning, codes...) {
			v.warn(path, "", fmt.Sprintf("nothing in this spec gives the warning %q", a.Warning), "remove this item")
		}
	}
}
