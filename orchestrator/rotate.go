package orchestrator

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"drover/orchestrator/journal"
)

// Rotate replaces the active color, or goes on with the rotation under way.
func Rotate(ctx context.Context, o Options) (err error) {
	s, err := open(ctx, o)
	if err != nil {
		return err
	}
	defer closing(s, &err)
	if err := o.rotatable(s.state); err != nil {
		return err
	}
	r := &rotation{s}
	if s.state.Rotation == nil {
		if err := r.awaitWindow(ctx, theRotation); err != nil {
			return err
		}
	} else if version := s.state.Rotation.Version; version != o.Spec.Spec.Kubernetes.Version {
		s.Observer.Progress(fmt.Sprintf("the rotation under way builds %s; the spec's %s is for the next one", version, o.Spec.Spec.Kubernetes.Version))
	}
	if err := s.agree(ctx, everything); err != nil {
		return err
	}
	if s.state.Rotation == nil {
		if err := r.begin(ctx); err != nil {
			return err
		}
	}
	return r.advance(ctx, Phases)
}

// Rotatable says before anything else is asked whether there is a cluster to
// rotate. It needs neither lease nor cloud.
func Rotatable(ctx context.Context, o Options) error {
	events, err := journal.Open(StoreDir(o.Out, o.name())).Events(ctx)
	if err != nil {
		return err
	}
	return o.rotatable(journal.Fold(events))
}

func (o Options) rotatable(state journal.State) error {
	if state.Active == "" {
		return &Refused{o.name() + " has no active cluster to rotate", "build the first with " + o.command("apply")}
	}
	return nil
}

// begin records a new rotation; nothing is changed yet.
func (r *rotation) begin(ctx context.Context) error {
	id, err := rotationID()
	if err != nil {
		return err
	}
	from := r.state.Active
	return r.record(ctx, journal.Event{Kind: journal.RotationStarted, Rotation: id, From: from, To: other(from), Version: r.Spec.Spec.Kubernetes.Version})
}

// rotationID sorts by time and is unlike any other.
func rotationID() (string, error) {
	suffix := make([]byte, 3)
	if _, err := rand.Read(suffix); err != nil {
		return "", fmt.Errorf("naming the rotation: %w", err)
	}
	return time.Now().UTC().Format("20060102t150405") + "-" + hex.EncodeToString(suffix), nil
}

// closing releases the lease and joins what that says to err.
func closing(s *session, err *error) {
	*err = errors.Join(*err, s.close())
}
