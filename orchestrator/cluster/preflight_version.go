package cluster

import (
	"context"
	"fmt"

	"drover/generator/spec"
)

// versionIsNoOlder refuses a color with an older Kubernetes than the active one has: what runs there may use APIs that came
// since, and objects that are copied or restored from it may be of versions that the older one cannot read.
func (p *preflight) versionIsNoOlder(context.Context) (string, error) {
	now := p.state().Colors[p.from].Version
	if compareMinors(p.version, now) >= 0 {
		return "", nil
	}
	older := fmt.Sprintf("Kubernetes %s is older than %s's %s", p.version, p.from, now)
	if p.Spec.Accepts(spec.OlderVersion) {
		return older + ", which the spec accepts", nil
	}
	return "", refuse(older+": manifests, programs and copied data may need what only the newer one has",
		fmt.Sprintf("write version %q in spec.kubernetes; if the older one is meant, add to spec.accept: {warning: %s, reason: why it can go back}", now, spec.OlderVersion))
}
