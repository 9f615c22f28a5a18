package cluster

import (
	"context"

	"drover/orchestrator/journal"
	"drover/orchestrator/rotation"
	"drover/orchestrator/store"
)

// Ask leaves a person's request for whoever drives the rotation under way, or drives it next. It needs no lease. One that
// would be refused now is refused here. An approval is of what the journal has at this moment.
func Ask(ctx context.Context, o Options, q rotation.Request) (rotation.Request, error) {
	events, err := Events(ctx, o.Store)
	if err != nil {
		return q, err
	}
	state := journal.Fold(events)
	if state.Rotation == nil {
		next := "there is nothing to " + string(q.Asks)
		if q.Asks == rotation.Rollback || q.Asks == rotation.Abort {
			next += "; a finished rotation is undone by another " + o.rotateCommand()
		}
		return q, refuse("no rotation of "+o.name()+" is under way", next)
	}
	q.Rotation, q.By = state.Rotation.ID, o.By
	if q.Asks == rotation.Approve {
		q.Evidence = rotation.Evidence(state, q.Gate)
	}
	for _, e := range rotation.Take(state, q) {
		if e.Kind == journal.RequestRefused {
			return q, refuse(e.Detail, "see "+o.command("status"))
		}
	}
	made, err := o.Store.Ask(ctx, store.Request{Verb: string(q.Asks), Rotation: q.Rotation, Gate: q.Gate, Evidence: q.Evidence, By: q.By, Note: q.Reason})
	if err != nil {
		return q, err
	}
	return request(made), nil
}
