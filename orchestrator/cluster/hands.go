package cluster

import (
	"context"
	"fmt"

	"drover/orchestrator/rotation"
)

var _ rotation.Hands = (*session)(nil)

// effects is what each effect of a rotation does. Reading it is reading what drover does to a cloud.
var effects = map[rotation.Verb]func(*session, context.Context, rotation.Effect, rotation.Emit) error{
	rotation.Inspect: (*session).inspect,
	rotation.Render:  (*session).render,
	rotation.Empty:   (*session).emptyStandby,
	rotation.Build:   (*session).build,
	rotation.Install: (*session).install,
	rotation.Confirm: (*session).confirm,
	rotation.Ask:     (*session).ask,
	rotation.Records: (*session).records,
	rotation.Weigh:   (*session).weigh,
	rotation.Measure: (*session).measure,
	rotation.Clear:   (*session).clear,
	rotation.Halt:    (*session).halt,
	rotation.Start:   (*session).startSingletons,
	rotation.Tell:    (*session).tell,
	rotation.PlanEnd: (*session).planStandbyEnd,
	rotation.Destroy: (*session).destroyOld,
	rotation.Sweep:   (*session).sweep,
}

// Carry implements rotation.Hands.
func (s *session) Carry(ctx context.Context, e rotation.Effect, emit rotation.Emit) error {
	do, ok := effects[e.Do]
	if !ok {
		return fmt.Errorf("carrying out %q: this drover does not know that effect", e.Do)
	}
	if err := s.valid(); err != nil {
		return err
	}
	return s.lockMet(context.WithoutCancel(ctx), do(s, ctx, e, emit), emit)
}
