package cluster

import (
	"strings"
	"testing"

	"drover/generator/spec"
	"drover/orchestrator/rotation"
)

// A revert of the commit that upgraded leads to it, without anybody who decides it.
func TestAnOlderKubernetesIsTakenOnlyIfTheSpecAcceptsIt(t *testing.T) {
	t.Parallel()
	for _, older := range []string{"1.31", "1.9"} {
		t.Run(older, func(t *testing.T) {
			t.Parallel()
			inWorld(t, func(t *testing.T, w *world) {
				applied(t, w)
				w.spec.Spec.Kubernetes.Version = older
				failed := rotated[*rotation.Failed](t, w, w.options())
				for _, say := range []string{"Kubernetes " + older + " is older than blue's 1.32", "spec.accept: {warning: older-version"} {
					if !strings.Contains(failed.Reason, say) {
						t.Errorf("it does not say %q: %v", say, failed)
					}
				}
				if !failed.Nothing || w.standing["green"] {
					t.Errorf("%+v, standing %v", failed, w.standing)
				}
				w.spec.Spec.Accept = []spec.Acceptance{{Warning: "older-version", Reason: "the upgrade was bad"}}
				must(t, Rotate(t.Context(), w.options()))
				if got := w.state().Colors["green"].Version; got != older || w.state().Active != "green" {
					t.Errorf("active %q, green at %q", w.state().Active, got)
				}
			})
		})
	}
}
