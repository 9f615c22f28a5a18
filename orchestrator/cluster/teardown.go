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
	return drive(ctx, o, func(ctx context.Context, s *session) error {
		if err := s.idle("destroy"); err != nil {
			return err
		}
		if s.unknown {
			return refuse("the store has no journal of "+o.name()+", so drover knows of nothing to destroy",
				"nothing was changed; if the cluster stands, look whether the spec names the right spec.state and -o the right directory")
		}
		if _, err := s.accountOf(ctx); err != nil {
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
