package cluster

import (
	"strings"
	"testing"

	"drover/orchestrator/rotation"
)

// Nothing can be measured of it, nor its protection be lifted.
func TestAColorWhoseLoadBalancerSomebodyDeletedIsDestroyed(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		applied(t, w)
		newVersion(w)
		o := w.options()
		o.Observer = onPhase(rotation.Soak, func() {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.vanished = map[string]bool{"blue": true}
		})
		must(t, Rotate(t.Context(), o))
		checkRotated(t, w)
		if p := w.state().Past[0].Phases[rotation.Drain]; !strings.Contains(p.Detail, "the load balancer of blue does not exist") || p.Seconds < w.spec.Spec.Rotation.Quiet.Std().Seconds() {
			t.Errorf("drain took %.0f s: %s", p.Seconds, p.Detail)
		}
	})
}

// A color that an earlier rotation left has no rotation that measures it.
func TestAFailedColorWhoseLoadBalancerSomebodyDeletedIsDestroyed(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		applied(t, w)
		newVersion(w)
		o := w.options()
		o.Observer = falls(w)
		_ = rotated[*rotation.RolledBack](t, w, o)
		w.mu.Lock()
		w.vanished = map[string]bool{"green": true}
		delete(w.verdicts, "green")
		w.mu.Unlock()
		w.spec.Spec.Kubernetes.Version = "1.34"
		must(t, Rotate(t.Context(), w.options()))
		if w.state().Active != "green" || w.state().Rotation != nil {
			t.Errorf("%s is active", w.state().Active)
		}
	})
}
