package bootstrap

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"drover/generator/spec"
	"drover/orchestrator/kubernetes"
	"drover/orchestrator/singleton"
)

// Manager is the field manager that drover applies as.
const Manager = "drover"

// Clock is the time, and a way to let it pass.
type Clock interface {
	Now() time.Time
	Sleep(ctx context.Context, d time.Duration) error
}

// Installation is one set of objects on its way into one cluster.
type Installation struct {
	Client   *kubernetes.Client
	Clock    Clock
	Limit    time.Duration // for all of it; what is not ready by then is stuck
	Patience time.Duration // for how long the API server may be silent, or refuse this identity
	Progress func(message string)
	Between  func(ctx context.Context) error // is done between two looks; nil: nothing

	kinds  map[string]map[string]kubernetes.Resource // by group and version
	until  time.Time
	silent time.Time // since when the API server gives no answer; zero while it does
	said   string
}

// StuckError names what did not become ready, and why. It is a verdict about what was applied, not a failure to ask.
type StuckError struct{ Objects []Stuck }

// Stuck is one object that is not as it should be.
type Stuck struct{ Object, Why string }

func (e *StuckError) Error() string {
	const most = 8
	var parts []string
	for _, s := range e.Objects {
		parts = append(parts, s.Object+": "+s.Why)
	}
	if more := len(parts) - most; more > 0 {
		parts = append(parts[:most], fmt.Sprintf("and %d more", more))
	}
	return strings.Join(parts, "; ")
}

const (
	firstPause = 100 * time.Millisecond
	mostPause  = 5 * time.Second
)

// Run applies objects and returns once each is ready: definitions of kinds first, then namespaces, then the rest, webhooks
// last. An object whose kind or namespace is not there yet, or whose webhook does not answer yet, is tried again.
func (i *Installation) Run(ctx context.Context, objects []spec.Object) error {
	i.until = i.Clock.Now().Add(i.Limit)
	i.kinds = map[string]map[string]kubernetes.Resource{}
	stages := staged(objects)
	for n, stage := range stages {
		if err := i.each(ctx, stage, i.apply); err != nil {
			return err
		}
		if n == definitions || n == namespaces { // what follows needs them
			if err := i.each(ctx, stage, i.ready); err != nil {
				return err
			}
		}
	}
	for {
		if err := i.each(ctx, slices.Concat(stages[:]...), i.ready); err != nil {
			return err
		}
		// Once more all together: the first may have broken while the last became ready.
		broken, err := i.look(ctx, objects)
		if err != nil || len(broken) == 0 {
			return err
		}
		if !i.Clock.Now().Before(i.until) {
			return &StuckError{broken}
		}
		if err := i.pause(ctx, mostPause, broken); err != nil {
			return err
		}
	}
}

// The stages, in order.
const (
	definitions = iota
	namespaces
	rest
	webhooks
	stageCount
)

func staged(objects []spec.Object) (stages [stageCount][]spec.Object) {
	for _, o := range objects {
		n := rest
		switch o.Kind {
		case "CustomResourceDefinition":
			n = definitions
		case "Namespace":
			n = namespaces
		case "ValidatingWebhookConfiguration", "MutatingWebhookConfiguration", "APIService":
			n = webhooks
		}
		stages[n] = append(stages[n], o)
	}
	return stages
}

// look asks once which objects are not ready.
func (i *Installation) look(ctx context.Context, objects []spec.Object) (broken []Stuck, err error) {
	for _, o := range objects {
		why, err := i.ready(ctx, o)
		if err != nil {
			if err = i.bear(err); err != nil {
				return nil, err
			}
			why = "not asked"
		}
		if why != "" {
			broken = append(broken, Stuck{o.String(), why})
		}
	}
	return broken, nil
}

// each does a step with every object until none has anything left to wait for. A step says what it waits for.
func (i *Installation) each(ctx context.Context, objects []spec.Object, step func(context.Context, spec.Object) (wait string, err error)) error {
	left := objects
	for pause := firstPause; len(left) > 0; pause = min(2*pause, mostPause) {
		var waiting []spec.Object
		var stuck []Stuck
		for _, o := range left {
			wait, err := step(ctx, o)
			var refused *StuckError
			if errors.As(err, &refused) {
				return err
			}
			if err != nil {
				if err = i.bear(err); err != nil {
					return fmt.Errorf("%s: %w", o, err)
				}
				wait = "the API server does not answer for now"
			} else {
				i.silent = time.Time{}
			}
			if wait != "" {
				waiting, stuck = append(waiting, o), append(stuck, Stuck{o.String(), wait})
			}
		}
		if left = waiting; len(left) == 0 {
			return nil
		}
		if !i.Clock.Now().Before(i.until) {
			return i.explained(ctx, left, stuck)
		}
		i.tell(stuck)
		if err := i.pause(ctx, pause, stuck); err != nil {
			return err
		}
	}
	return nil
}

// pause keeps no connection open: the next look may meet another server behind the same address.
func (i *Installation) pause(ctx context.Context, d time.Duration, stuck []Stuck) error {
	if i.Between != nil {
		if err := i.Between(ctx); i.bear(err) != nil {
			return err
		}
	}
	i.Client.Close()
	if err := i.Clock.Sleep(ctx, d); err != nil {
		return fmt.Errorf("waiting for %w: %w", &StuckError{stuck}, err)
	}
	return nil
}

func (i *Installation) tell(stuck []Stuck) {
	names := make([]string, 0, 3)
	for _, s := range stuck[:min(len(stuck), 3)] {
		names = append(names, s.Object)
	}
	said := fmt.Sprintf("waiting for %d of what was applied: %s", len(stuck), strings.Join(names, ", "))
	if said != i.said {
		i.said = said
		i.Progress(said)
	}
}

// bear forgives an API server that is silent, overloaded or does not yet know what this identity may do, for a while.
func (i *Installation) bear(err error) error {
	if err == nil {
		return nil
	}
	var unreachable *kubernetes.UnreachableError
	if !errors.As(err, &unreachable) && !kubernetes.Busy(err) && !kubernetes.Denied(err) {
		return err
	}
	if i.silent.IsZero() {
		i.silent = i.Clock.Now()
	}
	if i.Clock.Now().Sub(i.silent) > i.Patience {
		return err
	}
	return nil
}

// apply brings one object to the server.
func (i *Installation) apply(ctx context.Context, o spec.Object) (wait string, err error) {
	path, wait, err := i.path(ctx, o)
	if err != nil || wait != "" {
		return wait, err
	}
	body, err := json.Marshal(o.Body)
	if err != nil {
		return "", fmt.Errorf("encoding it: %w", err)
	}
	if _, err = i.Client.Apply(ctx, path, Manager, body); kubernetes.Conflict(err) && singleton.OnlyOurs(err) {
		err = i.Client.Force(ctx, path, Manager, body)
	}
	switch {
	case err == nil:
		return "", nil
	case kubernetes.Missing(err): // its namespace
		return err.Error(), nil
	case kubernetes.Conflict(err):
		return "", &StuckError{[]Stuck{{o.String(), err.Error() + "; another owner has set this otherwise: remove the field from the manifest, or that owner's"}}}
	case kubernetes.Invalid(err):
		return "", &StuckError{[]Stuck{{o.String(), err.Error()}}}
	case strings.Contains(err.Error(), "failed calling webhook"):
		return err.Error(), nil
	}
	return "", err
}

// path is where an object is, once the server knows its kind.
func (i *Installation) path(ctx context.Context, o spec.Object) (path, wait string, err error) {
	resource, known := i.kinds[o.APIVersion][o.Kind]
	if !known {
		kinds, err := kubernetes.Resources(ctx, i.Client, o.APIVersion)
		if err != nil && !kubernetes.Missing(err) {
			return "", "", err
		}
		i.kinds[o.APIVersion] = kinds
		if resource, known = kinds[o.Kind]; !known {
			return "", fmt.Sprintf("the cluster does not know the kind %s of %s", o.Kind, o.APIVersion), nil
		}
	}
	return resource.Path(o.APIVersion, o.Namespace, o.Name), "", nil
}
