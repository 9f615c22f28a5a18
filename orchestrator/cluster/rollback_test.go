package cluster

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"drover/orchestrator/journal"
	"drover/orchestrator/rotation"
	"drover/orchestrator/store"
)

// overtaken runs rollback while another process drives, which records some events after it was asked, and ends.
func overtaken(t *testing.T, w *world, events ...journal.Event) error {
	t.Helper()
	lease, err := w.store().Acquire(t.Context(), store.Holder{Host: "there", PID: 1 << 30, Command: "drover rotate"})
	must(t, err)
	o := w.options()
	o.Observer = onProgress{do: func(message string) {
		if !strings.Contains(message, "was asked to roll back") {
			return
		}
		id, plan := w.state().Rotation.ID, w.state().Rotation.Plan
		for _, e := range events {
			if e.Time = time.Now(); e.Rotation == "" {
				e.Rotation = id
			}
			if e.Kind == journal.RotationStarted {
				e.Plan = &plan
			}
			data, err := json.Marshal(e)
			must(t, err)
			_, err = lease.Append(t.Context(), data)
			must(t, err)
		}
		must(t, lease.Release(t.Context()))
	}}
	return Rollback(t.Context(), o)
}

// Who wants to go back, and comes too late, must not destroy what was to be gone back to.
func TestARollbackThatComesTooLateDoesNotGoOnWithTheRotation(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		events []journal.Event
		says   string
	}{
		"blue is being drained": {[]journal.Event{
			{Kind: journal.PhaseDone, Phase: rotation.ApproveDestroy, Outcome: journal.Done},
			{Kind: journal.PhaseStarted, Phase: rotation.Drain},
			{Kind: journal.ClearIntended, Phase: rotation.Drain, Root: "blue", Detail: "Service web/front"},
		}, "so there is nothing to go back to"},
		"another rotation is under way": {[]journal.Event{
			{Kind: journal.RotationFinished, Outcome: journal.RolledBack},
			{Kind: journal.RotationStarted, Rotation: "the next", From: "green", To: "blue", Version: "1.34"},
		}, "has ended, and rotation the next is under way"},
		"the rotation is done": {[]journal.Event{{Kind: journal.RotationFinished, Outcome: journal.Done}}, "is done"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inWorld(t, func(t *testing.T, w *world) {
				keptBlue(t, w)
				w.applied = nil
				err := overtaken(t, w, c.events...)
				var refused *Refused
				if !errors.As(err, &refused) || !strings.Contains(err.Error(), c.says) {
					t.Errorf("rollback says %v", err)
				}
				if !w.standing["blue"] || len(w.applied) > 0 {
					t.Errorf("standing %v, applied %v", w.standing, w.applied)
				}
			})
		})
	}
}
