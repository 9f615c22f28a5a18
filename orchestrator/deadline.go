package orchestrator

import (
	"context"
	"fmt"
	"time"

	"drover/generator/spec"
)

// The times that whole commands have; a rotation's are in the table of its phases.
const (
	rootTime     = 90 * time.Minute // one root, as the phases build and destroy have it
	trafficTime  = 20 * time.Minute // one write to DNS, its confirmation included
	rollbackTime = 2 * trafficTime  // two writes, where no color has traffic before and after
	destroyTime  = 3*rootTime + 2*clearTime + trafficTime
)

// applyTime is a foundation, a color, its verification and its traffic.
func applyTime(r spec.Rotation) time.Duration { return 2*rootTime + verifyTime(r) + trafficTime }

// within ends do when the command's time is over, and says so.
func within(ctx context.Context, limit time.Duration, command string, do func(context.Context) error) error {
	bounded, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	err := do(bounded)
	if err != nil && bounded.Err() != nil && ctx.Err() == nil {
		return fmt.Errorf("%s ran past its deadline of %s: %w", command, limit, err)
	}
	return err
}
