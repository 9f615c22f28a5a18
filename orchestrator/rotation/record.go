package rotation

import (
	"context"

	"drover/orchestrator/journal"
)

// Record makes an event durable under the lease, takes it into the state and tells the observer. It is for commands that
// are no rotation; a rotation's events are recorded by Run.
func (l *Loop) Record(ctx context.Context, e journal.Event) error { return l.record(ctx, e) }
