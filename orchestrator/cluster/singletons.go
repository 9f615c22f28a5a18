package cluster

import (
	"cmp"
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
	"drover/orchestrator/singleton"
)

// handoverPatience is for an API server that is silent, or has to learn first who asks.
const handoverPatience = 2 * time.Minute

func (s *session) keeper(c color.Color, client *kubernetes.Client) *singleton.Keeper {
	h := s.Spec.Spec.Rotation.Handover
	return &singleton.Keeper{Client: client, Clock: s.Clock, All: h.Singletons, Limit: h.Timeout.Std(), Patience: handoverPatience,
		Valid: s.valid, Progress: s.progressOf(c)}
}

// bringHeld is bring in a color that may not run the singletons yet. One that is named and not brought would run unseen.
func (s *session) bringHeld(ctx context.Context, c color.Color, run *bootstrap.Installation, objects []spec.Object) (string, error) {
	keeper := s.keeper(c, run.Client)
	keeper.Patience = installPatience
	if err := keeper.Hold(ctx); err != nil {
		return "", err
	}
	run.Between = keeper.Between
	synced, err := bring(ctx, run, objects)
	if err != nil {
		return "", err
	}
	missing, err := keeper.Settled(ctx)
	if err != nil || len(objects) == 0 { // somebody else brings them, and start looks again
		return synced, err
	}
	var stuck bootstrap.StuckError
	for _, name := range missing {
		stuck.Objects = append(stuck.Objects, bootstrap.Stuck{Object: name, Why: "spec.rotation.handover names it, and nothing brings it: correct the name, or remove it there"})
	}
	if len(stuck.Objects) > 0 {
		return "", &stuck
	}
	return synced, nil
}

// halt stops a color's singletons. That they do not end is an outcome, and no error.
func (s *session) halt(ctx context.Context, e rotation.Effect, emit rotation.Emit) error {
	event := journal.Event{Kind: journal.HaltIntended, Phase: e.Phase, Root: string(e.Color)}
	if err := emit(ctx, event); err != nil {
		return err
	}
	event.Kind, event.Outcome = journal.Halted, journal.Done
	err := s.inside(ctx, e.Color, func(client *kubernetes.Client) (err error) {
		event.Detail, event.Runs, err = s.keeper(e.Color, client).Halt(ctx)
		return err
	})
	var stuck *singleton.StuckError
	if errors.As(err, &stuck) {
		event.Outcome, event.Detail, err = journal.Failed, fmt.Sprintf("the singletons of %s did not end: %s", e.Color, stuck), nil
	}
	if err != nil {
		return fmt.Errorf("stopping the singletons of %s: %w", e.Color, err)
	}
	return emit(ctx, event)
}

// startSingletons lets a color run them, and says for how long none did.
func (s *session) startSingletons(ctx context.Context, e rotation.Effect, emit rotation.Emit) error {
	event := journal.Event{Kind: journal.StartIntended, Phase: e.Phase, Root: string(e.Color)}
	if err := emit(ctx, event); err != nil {
		return err
	}
	event.Kind, event.Outcome = journal.Started, journal.Done
	other := s.state().Rotation.Singletons[e.Color.Other()]
	stopped := other.Since
	if stopped.IsZero() { // they are back where they were stopped
		stopped = s.state().Rotation.Singletons[e.Color].Since
	}
	err := s.inside(ctx, e.Color, func(client *kubernetes.Client) error {
		what, since, err := s.keeper(e.Color, client).Start(ctx, other.Runs, e.Phase == rotation.HandBack)
		event.Seconds = max(since.Sub(stopped), 0).Seconds()
		event.Detail = fmt.Sprintf("%s: on %s; in neither color for at most %.1f s", what, e.Color, event.Seconds)
		return err
	})
	var stuck *singleton.StuckError
	if errors.As(err, &stuck) {
		event.Outcome, event.Detail, err = journal.Failed, fmt.Sprintf("the singletons of %s did not become ready: %s", e.Color, stuck), nil
	}
	if err != nil {
		return fmt.Errorf("starting the singletons of %s: %w", e.Color, err)
	}
	return emit(ctx, event)
}

// singletonsLeft says where a rotation that a recovery ends leaves singletons, as no other rotation knows of it; empty if it has none.
func singletonsLeft(r *journal.Rotation) string {
	if r == nil || r.Plan.Singletons == 0 {
		return ""
	}
	of := func(c color.Color, untouched journal.Stage) string {
		return string(c) + " " + string(cmp.Or(r.Singletons[c].Stage, untouched))
	}
	return fmt.Sprintf("rotation %s leaves its singletons as they are (%s, %s), and drover moves none of them; see that they run in the active color alone: "+
		"kubectl delete validatingadmissionpolicybinding drover-handover has a color let them go, and the annotation drover.dev/handover has the replicas, or suspend, to give back",
		r.ID, of(r.From, journal.Running), of(r.To, journal.HaltDone))
}
