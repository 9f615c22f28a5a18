package cluster

import (
	"context"
	"fmt"
	"slices"
	"time"

	"drover/orchestrator/journal"
)

// waitInProcess is the longest that a gate keeps a process alive; a longer
// wait ends the process, and the next rotate goes on.
const waitInProcess = 15 * time.Minute

func (r *rotation) approveShift(ctx context.Context) (result, error) {
	return r.approved(ctx, ApproveShift, "shift")
}

// approveDestroy also keeps blue for the rollback window, from the moment
// that green had all traffic.
func (r *rotation) approveDestroy(ctx context.Context) (result, error) {
	until := r.progress(Shift).FinishedAt.Add(r.Spec.Spec.Rotation.KeepBlue.Std())
	if left := time.Until(until); left > waitInProcess {
		return result{}, &Waiting{ApproveDestroy, fmt.Sprintf("%s, until when %s is kept for a rollback", until.Format(time.RFC3339), r.from()),
			"run " + r.rotateCommand() + " after that, or " + r.command("rollback") + " to go back"}
	} else if left > 0 {
		r.Observer.Progress(fmt.Sprintf("%s is kept until %s", r.from(), until.Format(time.TimeOnly)))
		if err := pause(ctx, left); err != nil {
			return result{}, err
		}
	}
	return r.approved(ctx, ApproveDestroy, "destroy")
}

// approved passes when the spec does not ask for this approval, or a person
// gave it; somebody else may have written it meanwhile.
func (r *rotation) approved(ctx context.Context, phase, gate string) (result, error) {
	if !slices.Contains(r.Spec.Spec.Rotation.Approvals, gate) {
		return result{journal.Skipped, "the spec asks for no approval of " + gate}, nil
	}
	if err := r.refresh(ctx); err != nil {
		return result{}, err
	}
	if by := r.state.Rotation.Approved[gate]; by != "" {
		return result{journal.Done, "approved by " + by}, nil
	}
	return result{}, &Waiting{phase, "a person's approval",
		fmt.Sprintf("look at %s, then `drover approve %s -f %s -o %s` and %s", r.command("status"), gate, r.SpecFile, r.Out, r.rotateCommand())}
}

// Approve opens a gate of the rotation under way; it needs no lease.
func Approve(ctx context.Context, out, cluster, gate, by string) (journal.Event, error) {
	store := journal.Open(StoreDir(out, cluster))
	events, err := store.Events(ctx)
	if err != nil {
		return journal.Event{}, err
	}
	rotation := journal.Fold(events).Rotation
	if rotation == nil {
		return journal.Event{}, &Refused{"no rotation of " + cluster + " is under way", "there is nothing to approve"}
	}
	return store.Note(ctx, journal.Event{Kind: journal.Approval, Rotation: rotation.ID, Phase: gate, By: by})
}
