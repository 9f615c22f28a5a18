package cluster

import (
	"context"
	"fmt"
	"time"

	"drover/generator"
	"drover/orchestrator/color"
)

// destroyLimit is how long the end of a whole cluster may take: an hour and a half for each color, and as long for its
// foundation.
const destroyLimit = 6 * time.Hour

// teardown is the order in which a whole cluster goes: first nobody is sent to
// it any more, and what the others stand on goes last.
var teardown = []generator.Root{generator.Traffic, generator.Blue, generator.Green, generator.Foundation}

// DestroyAll deletes the whole cluster: both colors, its traffic and its
// foundation. Run again after a failure, it goes on.
func DestroyAll(ctx context.Context, o Options) error {
	ctx, cancel := context.WithTimeoutCause(ctx, destroyLimit, fmt.Errorf("%w: destroy did not end within %s", context.DeadlineExceeded, destroyLimit))
	defer cancel()
	return drive(ctx, o, everything, func(ctx context.Context, s *session) error {
		if err := s.idle("destroy"); err != nil {
			return err
		}
		if s.unknown {
			o.Observer.Progress("nothing of " + o.name() + " stands")
			return nil
		}
		if err := s.bundlesAreWhole(ctx); err != nil {
			return err
		}
		for _, r := range teardown {
			if err := s.tearDown(ctx, r); err != nil {
				return fmt.Errorf("%w\n%s resumes there", err, o.command("destroy"))
			}
		}
		return nil
	})
}

// tearDown deletes one root; one that was never applied holds nothing.
func (s *session) tearDown(ctx context.Context, r generator.Root) error {
	if s.state().Bundles[string(r)] == "" {
		return nil
	}
	s.Observer.Progress("destroying " + string(r))
	if r == generator.Blue || r == generator.Green {
		return s.destroyColor(ctx, color.Color(r), s.record)
	}
	stack, err := s.prepareEnd(ctx, r, s.record)
	if err != nil {
		return err
	}
	return s.destroyRoot(ctx, stack, r, "", s.record)
}
