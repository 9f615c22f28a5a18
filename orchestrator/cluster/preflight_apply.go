package cluster

import (
	"context"
	"strings"

	"drover/generator"
)

// preflight asks what a first build needs, before it makes anything. What was begun already is not asked for again: it
// has taken a part of its quotas itself.
func (a *application) preflight(ctx context.Context, at moment) error {
	r := generator.Foundation
	if at == beforeColor {
		r = root(a.color)
	}
	if a.state().Active != "" || a.begun(r) {
		return nil
	}
	p := &preflight{session: a.session, at: at, emit: a.record, to: a.color, version: a.Spec.Spec.Kubernetes.Version}
	details, err := p.ask(ctx)
	if err != nil {
		return err
	}
	a.Observer.Progress("preflight: " + strings.Join(details, ", "))
	return nil
}

// begun is true of a root of which anything may be there.
func (s *session) begun(r generator.Root) bool {
	return s.state().Open[string(r)] != "" || s.state().Bundles[string(r)] != ""
}
