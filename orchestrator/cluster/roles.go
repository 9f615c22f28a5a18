package cluster

import (
	"context"
	"errors"
	"fmt"
	"time"

	"drover/generator/spec"
	"drover/orchestrator/bootstrap"
	"drover/orchestrator/color"
	"drover/orchestrator/journal"
	"drover/orchestrator/kubernetes"
	"drover/orchestrator/rotation"
)

const (
	tellLimit    = 2 * time.Minute
	tellPatience = time.Minute // with an API server that is silent, or has to learn first who asks
)

// tell has a color know its role. That it cannot be told is an outcome, and no error.
func (s *session) tell(ctx context.Context, e rotation.Effect, emit rotation.Emit) error {
	event := journal.Event{Kind: journal.TellIntended, Phase: e.Phase, Root: string(e.Color), Role: e.Role}
	if err := emit(ctx, event); err != nil {
		return err
	}
	event.Kind, event.Outcome = journal.RoleTold, journal.Done
	event.Detail = fmt.Sprintf("%s is told that it is %s", e.Color, e.Role)
	objects, err := s.knownTo(ctx, e.Color)
	told := bootstrap.Told(objects, e.Role)
	switch {
	case err != nil:
	case len(told) == 0:
		event.Outcome, event.Detail = journal.Skipped, string(e.Color)+" was built by a release that told colors nothing"
	default:
		err = s.tellColor(ctx, e.Color, told)
	}
	if errors.Is(err, rotation.ErrLost) || ctx.Err() != nil {
		return fmt.Errorf("telling %s that it is %s: %w", e.Color, e.Role, err)
	}
	if err != nil {
		event.Outcome, event.Detail = journal.Failed, fmt.Sprintf("%s was not told that it is %s: %v", e.Color, e.Role, err)
	}
	return emit(ctx, event)
}

// knownTo are the objects that drover applied to a color.
func (s *session) knownTo(ctx context.Context, c color.Color) ([]spec.Object, error) {
	files, err := s.files(ctx, root(c), s.state().Colors[c].Bundle)
	if err != nil {
		return nil, err
	}
	return objectsOf(files.Manifests(s.name(), root(c)))
}

func (s *session) tellColor(ctx context.Context, c color.Color, told []spec.Object) error {
	if err := s.valid(); err != nil {
		return err
	}
	return s.inside(ctx, c, func(client *kubernetes.Client) error {
		run := &bootstrap.Installation{Client: client, Clock: s.Clock, Limit: tellLimit, Patience: tellPatience, Progress: s.progressOf(c)}
		return run.Tell(ctx, told)
	})
}

// tellLive mends what a rollback could not: the color that stayed still takes itself for the standby.
func (a *application) tellLive(ctx context.Context) error {
	if a.state().Colors[a.color].Role != journal.Standby {
		return nil
	}
	a.Observer.Progress("telling " + string(a.color) + " that it is live")
	bounded, cancel := context.WithTimeout(ctx, tellLimit+tellPatience)
	defer cancel()
	var last journal.Event
	err := a.tell(bounded, rotation.Effect{Color: a.color, Role: journal.Live}, func(ctx context.Context, e journal.Event) error {
		last = e
		return a.record(ctx, e)
	})
	if err == nil && last.Outcome == journal.Failed {
		err = errors.New(last.Detail)
	}
	if err != nil {
		return fmt.Errorf("%w; fix this, then run %s; it resumes there", err, a.command("apply"))
	}
	return nil
}
