package cluster

import (
	"errors"
	"testing"

	"drover/orchestrator/rotation"
)

// What a person asks in the seconds before the first deletion is heard, though drain has begun to look into blue. The
// loop itself looks for requests between effects, and every two seconds in one.
func TestAPersonIsHeardUntilRightBeforeTheFirstDeletion(t *testing.T) {
	t.Parallel()
	for _, asks := range []rotation.Asked{rotation.Rollback, rotation.Abort, rotation.Freeze, rotation.Pause} {
		t.Run(string(asks), func(t *testing.T) {
			t.Parallel()
			server := holding(t)
			withAPI(t, server, func(t *testing.T, w *world) {
				asked, o := false, w.options()
				o.Observer = onPhase(rotation.Drain, func() {
					w.heard = func(call string) {
						if call == "kubernetes" && !asked { // Clear looks into blue
							asked = true
							requested(t, w, rotation.Request{Asks: asks})
						}
					}
				})
				err := Rotate(t.Context(), o)
				if !asked || len(deletions(server)) > 0 || w.state().Rotation != nil && w.state().Rotation.Draining {
					t.Fatalf("asked %v, deleted %v: %v", asked, deletions(server), err)
				}
				var back *rotation.RolledBack
				var waiting *rotation.Waiting
				if stays := asks == rotation.Freeze || asks == rotation.Pause; stays != errors.As(err, &waiting) || stays == errors.As(err, &back) {
					t.Fatalf("got %v", err)
				}
				if errors.As(err, &back) {
					checkBack(t, w)
					return
				}
				requested(t, w, rotation.Request{Asks: rotation.Resume})
				must(t, Rotate(t.Context(), w.options()))
				checkRotated(t, w)
			})
		})
	}
}
