package cluster

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"drover/orchestrator/journal"
	"drover/orchestrator/rotation"
)

// Rotate replaces the active color, or goes on with the rotation under way.
func Rotate(ctx context.Context, o Options) error {
	return drive(ctx, o, asRotating, func(ctx context.Context, s *session) error {
		if err := o.Rotatable(*s.state()); err != nil {
			return err
		}
		if s.state().Rotation == nil {
			if err := s.stillMeant(); err != nil {
				return err
			}
			if err := s.settle(ctx); err != nil {
				return err
			}
			if err := s.start(ctx); err != nil {
				return err
			}
		}
		if err := s.ignoreWindow(ctx); err != nil {
			return err
		}
		return s.explain(s.loop.Run(ctx))
	})
}

// Rotatable says whether the journal has a cluster to rotate.
func (o Options) Rotatable(state journal.State) error {
	if state.Active == "" {
		return refuse(o.name()+" has no active cluster to rotate", "build the first with "+o.command("apply"))
	}
	return nil
}

// start records a new rotation, once what an earlier one left has had its time. Nothing of the cluster is changed yet.
func (s *session) start(ctx context.Context) error {
	if err := s.awaitWindow(ctx); err != nil {
		return err
	}
	if err := s.endFailed(ctx); err != nil {
		return err
	}
	if f := s.state().Failed; f != nil {
		s.Observer.Progress(fmt.Sprintf("%s of the rotation that was rolled back (%s) still stands, and costs%s, since %s; it was kept until %s, and this rotation destroys it before it builds",
			f.Color, f.Reason, s.hourly(s.Clock.Now()), f.Since.Format(time.RFC3339), f.Until.Format(time.RFC3339)))
	}
	id, err := s.rotationID()
	if err != nil {
		return err
	}
	from := s.state().Active
	plan, err := s.pin(ctx, from.Other())
	if err != nil {
		return err
	}
	return s.record(ctx, journal.Event{Kind: journal.RotationStarted, Rotation: id, From: from, To: from.Other(),
		Version: s.Spec.Spec.Kubernetes.Version, Plan: &plan, Again: s.Again, Once: s.Once, By: s.By})
}

// rotationID sorts by time and is unlike any other.
func (s *session) rotationID() (string, error) {
	suffix := make([]byte, 3)
	if _, err := rand.Read(suffix); err != nil {
		return "", fmt.Errorf("naming the rotation: %w", err)
	}
	return s.Clock.Now().UTC().Format("20060102t150405") + "-" + hex.EncodeToString(suffix), nil
}

// explain adds to how a process's part of a rotation ended what a person does next.
func (s *session) explain(err error) error {
	var waiting *rotation.Waiting
	var failed *rotation.Failed
	switch {
	case errors.As(err, &waiting):
		return fmt.Errorf("%w; %s", err, s.afterWait(waiting.Next))
	case errors.As(err, &failed) && failed.Nothing:
		return fmt.Errorf("not rotated, nothing was changed: %w", err)
	case errors.As(err, &failed):
		return fmt.Errorf("%w\n%s; fix this, then run %s; it resumes at %s", err, s.serves(), s.rotateCommand(), failed.Phase)
	case errors.Is(err, rotation.ErrInterrupted) && s.state().Rotation != nil:
		return fmt.Errorf("%w; nothing is lost: %s resumes at %s", err, s.rotateCommand(), s.state().Rotation.Phase)
	}
	return err
}

// afterWait is what ends a wait.
func (s *session) afterWait(next string) string {
	gone := rotation.NoWayBack(*s.state())
	switch {
	case next == "" && gone != "":
		return "run " + s.rotateCommand() + " after that, as " + gone
	case next == "resume, or rollback" && gone != "":
		return s.command("resume") + " and then " + s.rotateCommand() + " goes on, as " + gone
	}
	switch next {
	case "":
		return "run " + s.rotateCommand() + " after that, or " + s.command("rollback") + " to go back"
	case "resume, or rollback":
		return s.command("rollback") + " sends all traffic back, " + s.command("resume") + " and then " + s.rotateCommand() + " goes on"
	}
	return "look at " + s.command("status") + ", then run " + s.command(next) + " and " + s.rotateCommand()
}

// serves says in one sentence who serves now.
func (s *session) serves() string {
	if len(s.state().Weights) == 0 {
		return "no weights are confirmed yet"
	}
	return "traffic stays at " + s.state().Weights.String()
}
