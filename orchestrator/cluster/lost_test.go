package cluster

import (
	"strings"
	"testing"

	"drover/orchestrator/rotation"
)

// The bucket was moved, with the store and without the states: nothing is made again of what stands.
func TestRemoteStatesThatWereLostAreNoEmptyOnes(t *testing.T) {
	t.Parallel()
	const empty = "the Terraform state of "
	for name, c := range map[string]struct {
		begin func(*testing.T, *world)
		run   func(*testing.T, *world) error
	}{
		"rotate": {applied, func(t *testing.T, w *world) error { return Rotate(t.Context(), w.options()) }},
		"plan":   {applied, func(t *testing.T, w *world) error { _, err := Plan(t.Context(), w.options()); return err }},
		"is it due": {applied, func(t *testing.T, w *world) error {
			_, _, err := dueIn(t, w, Condition{Changed: true})
			return err
		}},
		"rotate in the middle": {func(t *testing.T, w *world) {
			applied(t, w)
			newVersion(w)
			w.spec.Spec.Rotation.Approvals = []string{"shift"}
			_ = rotated[*rotation.Waiting](t, w, w.options())
			requested(t, w, rotation.Request{Asks: rotation.Approve, Gate: "shift"})
		}, func(t *testing.T, w *world) error { return Rotate(t.Context(), w.options()) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inWorld(t, func(t *testing.T, w *world) {
				remote(w)
				c.begin(t, w)
				w.noStates, w.applied = true, nil
				if err := c.run(t, w); err == nil || !strings.Contains(err.Error(), empty) || !strings.Contains(err.Error(), "is empty") {
					t.Errorf("got %v", err)
				}
				for _, did := range w.applied {
					if strings.HasPrefix(did, "create traffic") || strings.HasPrefix(did, "create foundation") || strings.HasPrefix(did, "create blue") {
						t.Errorf("it did %v", w.applied)
					}
				}
				w.noStates = false
				must(t, Rotate(t.Context(), w.options()))
			})
		})
	}
}

// Going back is a write to DNS, and needs no state until the traffic is where it was.
func TestAWayBackIsNotKeptByStatesThatWereLost(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		remote(w)
		keptBlue(t, w)
		w.noStates = true
		if err := Rollback(t.Context(), w.options()); w.dns["blue"] != 100 || err == nil || !strings.Contains(err.Error(), "the Terraform state of traffic is empty") {
			t.Errorf("DNS %v: %v", w.dns, err)
		}
		w.noStates = false
		_ = rotated[*rotation.RolledBack](t, w, w.options())
		checkBack(t, w)
	})
}
