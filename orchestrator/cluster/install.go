package cluster

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"time"

	"drover/generator"
	"drover/generator/spec"
	"drover/orchestrator/bootstrap"
	"drover/orchestrator/color"
	"drover/orchestrator/journal"
	"drover/orchestrator/kubernetes"
	"drover/orchestrator/rotation"
)

const (
	installLimit    = rotation.InstallTime - 3*time.Minute // so that what is stuck is known, and not only that time is over
	installPatience = 5 * time.Minute                      // with an API server that is silent, or does not know this identity yet
	lowerLimit      = time.Minute
)

// install applies the objects that a rotation's bundle holds for the new color.
func (s *session) install(ctx context.Context, e rotation.Effect, emit rotation.Emit) error {
	digest := s.state().Rotation.Bundle
	files, err := s.files(ctx, root(e.Color), digest)
	if err != nil {
		return err
	}
	return s.installFiles(ctx, installation{color: e.Color, files: files, bundle: digest, phase: e.Phase, role: journal.Standby}, emit)
}

// installation is the objects of one bundle on their way into one color.
type installation struct {
	color  color.Color
	files  generator.Files
	bundle string // digest of the files
	phase  string
	role   journal.Role
}

// installFiles applies and waits. What does not become ready is an outcome, and no error: it says something of the color.
func (s *session) installFiles(ctx context.Context, in installation, emit rotation.Emit) error {
	objects, err := s.toInstall(ctx, in)
	if err != nil {
		return err
	}
	event := journal.Event{Kind: journal.InstallIntended, Phase: in.phase, Root: string(in.color), Bundle: in.bundle, Role: in.role, Detail: fmt.Sprintf("%d objects", len(objects))}
	if err := emit(ctx, event); err != nil {
		return err
	}
	if err := s.valid(); err != nil {
		return err
	}
	event.Kind, event.Outcome, event.Detail = journal.Installed, journal.Done, fmt.Sprintf("%d objects ready", len(objects))
	synced := ""
	err = s.inside(ctx, in.color, func(client *kubernetes.Client) error {
		run := &bootstrap.Installation{Client: client, Clock: s.Clock, Limit: installLimit, Patience: installPatience, Progress: s.progressOf(in.color)}
		if in.phase == rotation.Bootstrap && s.Spec.Spec.Rotation.Handover != nil {
			synced, err = s.bringHeld(ctx, in.color, run, objects)
		} else {
			synced, err = bring(ctx, run, objects)
		}
		return err
	})
	var stuck *bootstrap.StuckError
	switch {
	case errors.As(err, &stuck):
		event.Outcome, event.Detail = journal.Failed, fmt.Sprintf("what %s is to run did not become ready: %s", in.color, stuck)
	case err != nil:
		return fmt.Errorf("applying what %s is to run: %w", in.color, err)
	case synced != "":
		event.Detail += ", " + synced
	}
	return emit(ctx, event)
}

// inside opens a color's API server with the rights that creating objects takes, for as long as do takes.
func (s *session) inside(ctx context.Context, c color.Color, do func(*kubernetes.Client) error) (err error) {
	lower, err := s.elevate(ctx, c)
	if err != nil {
		return err
	}
	defer func() {
		bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), lowerLimit)
		defer cancel()
		err = errors.Join(err, lower(bounded))
	}()
	client, err := s.ports.Kubernetes(ctx, s.cluster(c))
	if err != nil {
		return err
	}
	defer client.Close()
	return do(client)
}

func (s *session) progressOf(c color.Color) func(string) {
	return func(message string) { s.Observer.Progress(string(c) + ": " + message) }
}

// bring applies objects, and waits for them and for what they bring.
func bring(ctx context.Context, run *bootstrap.Installation, objects []spec.Object) (synced string, err error) {
	if err := run.Run(ctx, objects); err != nil {
		return "", err
	}
	return run.Synced(ctx, objects)
}

// toInstall are the objects of the bundle, and with GitOps what the agent is told beside them. That is in no bundle, as it
// may hold a secret.
func (s *session) toInstall(ctx context.Context, in installation) ([]spec.Object, error) {
	objects, err := objectsOf(in.files.Manifests(s.name(), root(in.color)))
	if err != nil {
		return nil, err
	}
	objects = bootstrap.InRole(objects, in.role)
	g := s.Spec.Spec.GitOps
	if g == nil || g.Credentials == nil {
		return objects, nil
	}
	value, err := s.gitSecret(ctx)
	if err != nil {
		return nil, err
	}
	return append([]spec.Object{bootstrap.RepositorySecret(*g, value)}, objects...), nil
}

// elevate gives this process the rights that applying takes, where the platform has them for a time only.
func (s *session) elevate(ctx context.Context, c color.Color) (lower func(context.Context) error, err error) {
	if s.ports.Elevate == nil {
		return func(context.Context) error { return nil }, nil
	}
	return s.ports.Elevate(ctx, s.cluster(c))
}

func objectsOf(manifests []spec.Manifest) ([]spec.Object, error) {
	var all []spec.Object
	for _, m := range manifests {
		objects, err := m.Objects()
		if err != nil {
			return nil, fmt.Errorf("reading what is to be applied: %w", err)
		}
		all = append(all, objects...)
	}
	return all, nil
}

// installed applies what the color is to run, where that is not there yet, or is another by now.
func (a *application) installed(ctx context.Context) error {
	digest := a.state().Colors[a.color].Bundle
	files, err := a.files(ctx, root(a.color), digest)
	if err != nil {
		return err
	}
	if len(files.Manifests(a.name(), root(a.color))) == 0 {
		return nil
	}
	if a.state().Colors[a.color].Installed == digest {
		return a.tellLive(ctx)
	}
	a.Observer.Progress("applying what " + string(a.color) + " is to run")
	bounded, cancel := context.WithTimeout(ctx, rotation.InstallTime)
	defer cancel()
	var last journal.Event
	err = a.installFiles(bounded, installation{color: a.color, files: files, bundle: digest, role: journal.Live}, func(ctx context.Context, e journal.Event) error {
		last = e
		return a.record(ctx, e)
	})
	switch {
	case err != nil:
		return fmt.Errorf("%w; fix this, then run %s; it resumes there", err, a.command("apply"))
	case last.Outcome != journal.Done:
		return &Unhealthy{Color: string(a.color), Reason: last.Detail}
	}
	return nil
}

// objectChanges are what the manifests of a color would change, and what they name no more.
func (s *session) objectChanges(ctx context.Context, c color.Color, wanted generator.Files) (changes []PlannedChange, gone []string, err error) {
	digest := s.state().Colors[c].Bundle
	if digest == "" {
		return nil, nil, nil
	}
	files, err := s.files(ctx, root(c), digest)
	if err != nil {
		return nil, nil, err
	}
	had, err := objectsOf(files.Manifests(s.name(), root(c)))
	if err != nil {
		return nil, nil, err
	}
	want, err := objectsOf(wanted.Manifests(s.name(), root(c)))
	if err != nil {
		return nil, nil, err
	}
	changes, gone = compareObjects(had, want)
	return changes, gone, nil
}

func compareObjects(had, want []spec.Object) (changes []PlannedChange, gone []string) {
	keyed := func(key string) func(spec.Object) bool { return func(o spec.Object) bool { return o.Key() == key } }
	for _, o := range want {
		i := slices.IndexFunc(had, keyed(o.Key()))
		switch {
		case i < 0:
			changes = append(changes, PlannedChange{"create", o.String()})
		case !sameBody(had[i], o):
			changes = append(changes, PlannedChange{"update", o.String()})
		}
	}
	for _, o := range had {
		if !slices.ContainsFunc(want, keyed(o.Key())) {
			changes, gone = append(changes, PlannedChange{"delete", o.String()}), append(gone, "delete "+o.String())
		}
	}
	return changes, gone
}

func sameBody(a, b spec.Object) bool { return reflect.DeepEqual(a.Body, b.Body) }
