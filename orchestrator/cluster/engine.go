package cluster

import (
	"context"
	"errors"
	"fmt"
	"time"

	"drover/orchestrator/journal"
)

// rotation is a session that advances one rotation.
type rotation struct {
	*session
}

func (r *rotation) from() string { return r.state.Rotation.From }
func (r *rotation) to() string   { return r.state.Rotation.To }

func (r *rotation) progress(phase string) journal.Progress { return r.state.Rotation.Phases[phase] }

// advance runs the phases in order, from wherever the journal says.
func (r *rotation) advance(ctx context.Context, phases []Phase) error {
	for _, p := range phases {
		if r.stands(ctx, p) {
			continue
		}
		if err := r.awaitHours(ctx, p); err != nil {
			return r.respond(ctx, p, err)
		}
		if err := r.run(ctx, p); err != nil {
			return r.respond(ctx, p, err)
		}
	}
	return r.record(ctx, journal.Event{Kind: journal.RotationFinished, Outcome: journal.Done, From: r.from(), To: r.to(),
		Version: r.state.Rotation.Version, Seconds: time.Since(r.state.Rotation.StartedAt).Seconds()})
}

// stands says that a phase is done and its post-condition still holds.
func (r *rotation) stands(ctx context.Context, p Phase) bool {
	if p.Always || !r.progress(p.Name).Done() {
		return false
	}
	if p.Holds == nil {
		return true
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Minute)
	defer cancel()
	if err := p.Holds(r, ctx); err != nil {
		r.Observer.Progress(fmt.Sprintf("%s was done, and holds no longer: %v; it runs again", p.Name, err))
		return false
	}
	return true
}

// run starts one phase, checks its post-condition and records how it ended.
func (r *rotation) run(ctx context.Context, p Phase) error {
	if err := r.record(ctx, journal.Event{Kind: journal.PhaseStarted, Phase: p.Name, Detail: p.Does}); err != nil {
		return err
	}
	started := time.Now()
	limit := p.Deadline(r.Spec.Spec.Rotation)
	bounded, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	got, err := p.Run(r, bounded)
	if err == nil && got.outcome == journal.Done && p.Holds != nil {
		if err = p.Holds(r, bounded); err != nil {
			err = fmt.Errorf("%s ended, but: %w", p.Name, err)
		}
	}
	var waiting *Waiting
	ended := journal.Event{Kind: journal.PhaseDone, Phase: p.Name, Outcome: got.outcome, Detail: got.detail, Seconds: time.Since(started).Seconds()}
	switch {
	case errors.As(err, &waiting):
		ended.Outcome, ended.Detail = journal.Waiting, "for "+waiting.For
	case err != nil && ctx.Err() != nil:
		err = fmt.Errorf("%w: %w", errInterrupted, err)
	case err != nil && bounded.Err() != nil:
		err = fmt.Errorf("%s ran past its deadline of %s: %w", p.Name, limit, err)
	}
	if err != nil && waiting == nil {
		ended.Kind, ended.Outcome, ended.Detail = journal.PhaseFailed, journal.Failed, err.Error()
	}
	return errors.Join(err, r.record(ctx, ended))
}

// respond decides what a failed phase leads to. Nothing but an unhealthy color
// sends traffic back: a question that could not be asked is no verdict.
func (r *rotation) respond(ctx context.Context, p Phase, cause error) error {
	var waiting *Waiting
	if errors.As(cause, &waiting) {
		return waiting
	}
	if errors.Is(cause, errInterrupted) {
		return fmt.Errorf("%w; nothing is lost: %s goes on with %s", cause, r.rotateCommand(), p.Name)
	}
	if p.Name == Preflight && !r.state.Rotation.Building {
		return r.giveUp(ctx, cause)
	}
	var unhealthy *Unhealthy
	if !errors.As(cause, &unhealthy) || p.Unhealthy != policy {
		return fmt.Errorf("%s: %w\n%s; once that is mended, %s goes on with %s",
			p.Name, cause, r.standing(), r.rotateCommand(), p.Name)
	}
	act, ok := unhealthyResponses[r.Spec.Spec.Rotation.OnFailure]
	if !ok {
		return fmt.Errorf("spec.rotation.onFailure is %q: write rollback, freeze or ask: %w", r.Spec.Spec.Rotation.OnFailure, cause)
	}
	return act(r, ctx, p, unhealthy)
}

// giveUp ends a rotation that has changed nothing yet, so that it is in the
// way of nobody who mends the cause.
func (r *rotation) giveUp(ctx context.Context, cause error) error {
	err := r.record(ctx, journal.Event{Kind: journal.RotationFinished, Outcome: journal.Failed, From: r.from(), To: r.to(), Detail: cause.Error()})
	return errors.Join(fmt.Errorf("not rotated, nothing was changed: %w", cause), err)
}

// unhealthyResponses are the values of the spec's rotation.onFailure.
var unhealthyResponses = map[string]func(*rotation, context.Context, Phase, *Unhealthy) error{
	"rollback": (*rotation).rollBack,
	"freeze": func(r *rotation, _ context.Context, p Phase, u *Unhealthy) error {
		return fmt.Errorf("%s: %w; frozen as spec.rotation.onFailure says: %s. %s tries again", p.Name, u, r.standing(), r.rotateCommand())
	},
	"ask": func(r *rotation, _ context.Context, p Phase, u *Unhealthy) error {
		return &Waiting{Phase: p.Name, For: "a person's decision, as " + u.Error(),
			Next: fmt.Sprintf("%s sends all traffic back to %s, %s tries again", r.command("rollback"), r.from(), r.rotateCommand())}
	},
}

// standing says in one sentence who serves now.
func (r *rotation) standing() string {
	if len(r.state.Weights) == 0 {
		return "no weights are confirmed yet"
	}
	return "traffic stays at " + weightsText(r.state.Weights)
}
