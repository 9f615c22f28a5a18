package singleton

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"drover/generator/spec"
	"drover/orchestrator/kubernetes"
)

// Clock is the time, and a way to let it pass.
type Clock interface {
	Now() time.Time
	Sleep(ctx context.Context, d time.Duration) error
}

// Keeper stops and starts the singletons of one cluster. All of it may be killed and done again.
type Keeper struct {
	Client   *kubernetes.Client
	Clock    Clock
	All      []spec.Singleton
	Limit    time.Duration // for pods and Jobs to end, or to become ready
	Patience time.Duration // for how long the API server may be silent, or refuse this identity
	Valid    func() error  // asked right before each change
	Progress func(message string)

	silent time.Time // since when the API server gives no answer; zero while it does
	said   string
	told   bool                 // Argo CD knows what to leave
	jobs   []string             // UIDs of the singletons' Jobs, those that are gone by now included
	began  map[string]time.Time // for when the newest Job was that was seen of a CronJob, by namespace/name
}

// StuckError says that singletons do not end, or do not become ready. It is a verdict about them, not a failure to ask.
type StuckError struct{ What []string }

func (e *StuckError) Error() string { return list(e.What) }

const (
	firstPause = 200 * time.Millisecond
	mostPause  = 2 * time.Second
)

// until does a step again and again until it waits for nothing more, for a time.
func (k *Keeper) until(ctx context.Context, limit time.Duration, doing string, step func(context.Context) (waits []string, err error)) error {
	end := k.Clock.Now().Add(limit)
	for pause := firstPause; ; pause = min(2*pause, mostPause) {
		waits, err := step(ctx)
		if err = k.bear(err); err != nil {
			return fmt.Errorf("%s: %w", doing, err)
		}
		switch {
		case len(waits) == 0 && k.silent.IsZero():
			return nil
		case !k.Clock.Now().Before(end) && len(waits) > 0:
			return &StuckError{waits}
		}
		k.tell(doing, waits)
		k.Client.Close() // the next look may meet another server behind the same address
		if err := k.Clock.Sleep(ctx, pause); err != nil {
			return fmt.Errorf("%s: %w", doing, err)
		}
	}
}

// bear forgives an API server that is silent, overloaded or does not know yet what this identity may do, for a while. An
// object that somebody else changed meanwhile is looked at again.
func (k *Keeper) bear(err error) error {
	var unreachable *kubernetes.UnreachableError
	switch {
	case err == nil:
		k.silent = time.Time{}
		return nil
	case !errors.As(err, &unreachable) && !kubernetes.Busy(err) && !kubernetes.Denied(err) && !kubernetes.Conflict(err):
		return err
	}
	if k.silent.IsZero() {
		k.silent = k.Clock.Now()
	}
	if k.Clock.Now().Sub(k.silent) > k.Patience {
		return err
	}
	return nil
}

func (k *Keeper) tell(doing string, waits []string) {
	said := doing + ": " + list(waits)
	if len(waits) == 0 {
		said = doing + ": the API server does not answer for now"
	}
	if said != k.said {
		k.said = said
		k.Progress(said)
	}
}

func list(what []string) string {
	const most = 5
	if more := len(what) - most; more > 0 {
		what = append(what[:most:most], fmt.Sprintf("and %d more", more))
	}
	return strings.Join(what, ", ")
}
