package orchestrator

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"drover/generator"
)

// teardown is the order in which a whole cluster goes: first nobody is sent to
// it any more, and what the others stand on goes last.
var teardown = []struct {
	root  generator.Root
	color string
}{
	{generator.Traffic, ""},
	{generator.Blue, string(generator.Blue)},
	{generator.Green, string(generator.Green)},
	{generator.Foundation, ""},
}

// DestroyAll deletes the whole cluster: both colors, its traffic and its
// foundation. Run again after a failure, it goes on.
func DestroyAll(ctx context.Context, o Options) error {
	return within(ctx, destroyTime, "destroy", func(ctx context.Context) error { return destroyAll(ctx, o) })
}

func destroyAll(ctx context.Context, o Options) (err error) {
	s, err := open(ctx, o)
	if err != nil {
		return err
	}
	defer closing(s, &err)
	if r := s.state.Rotation; r != nil {
		return &Refused{fmt.Sprintf("rotation %s is under way (in %s)", r.ID, r.Phase),
			"finish it with " + o.rotateCommand() + " or end it with " + o.command("rollback") + ", then destroy"}
	}
	if _, err := s.accountOf(ctx); err != nil {
		return err
	}
	if err := s.agree(ctx, everything); err != nil {
		return err
	}
	for _, part := range teardown {
		if err := s.tearDown(ctx, part.root, part.color); err != nil {
			return fmt.Errorf("%w\n%s goes on from there", err, o.command("destroy"))
		}
	}
	return nil
}

// tearDown deletes one root; one that was never rendered holds nothing.
func (s *session) tearDown(ctx context.Context, root generator.Root, color string) error {
	if _, err := os.Stat(s.dir(root)); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	s.Observer.Progress("destroying " + string(root))
	stack, err := s.prepare(ctx, root)
	if err != nil {
		return err
	}
	empty, err := stack.StateEmpty(ctx)
	if err != nil {
		return fmt.Errorf("asking what %s's state holds: %w", root, err)
	}
	if empty {
		return nil
	}
	if color != "" {
		if err := s.clearFirst(ctx, color); err != nil {
			return err
		}
	}
	return s.destroyRoot(ctx, stack, root, color)
}
