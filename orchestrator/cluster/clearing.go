package cluster

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"drover/orchestrator/color"
	"drover/orchestrator/journal"
	"drover/orchestrator/kubernetes"
	"drover/orchestrator/rotation"
)

const (
	clearPause    = 5 * time.Second // between two looks; the first come sooner
	clearPatience = time.Minute     // without an answer from the API server
	clearTime     = 30 * time.Minute
	mostRemade    = 3   // deletions of one object after which it is clear that something makes it anew
	mostNamed     = 100 // objects that one record names
)

// clearance empties one cluster of what holds on to the cloud.
type clearance struct {
	*session
	emit    rotation.Emit
	color   color.Color
	silent  time.Time       // since when the API server has not answered; zero while it does
	pending map[string]bool // deleted, and not seen gone
	deleted map[string]int  // how often
	gone    map[string]int  // by kind
	refused map[string]bool // agents that these credentials may not stop
	lastErr error
}

// clear deletes what controllers in a color's cluster keep in the cloud,
// while they still run, and waits until it is gone. It is safe to repeat. A cluster that cannot be asked for good is left
// as it is, and that is recorded: its destruction must not depend on it.
func (s *session) clear(ctx context.Context, e rotation.Effect, emit rotation.Emit) error {
	if _, err := s.bundle(ctx, root(e.Color)); err != nil { // what destroys the color next
		return err
	}
	done, err := s.clearCluster(ctx, e.Color, emit)
	if err != nil {
		return err
	}
	if err := s.mayEnd(ctx, e.Color); err != nil {
		return err
	}
	return emit(ctx, journal.Event{Kind: journal.ClusterCleared, Phase: e.Phase, Root: string(e.Color), Detail: done})
}

// mayEnd is asked right before the rotation's point of no return: a person who asked in the last seconds to go back, or to
// stay, is heard.
func (s *session) mayEnd(ctx context.Context, c color.Color) error {
	if r := s.state().Rotation; r == nil || c != r.From || r.Draining || r.Destroying {
		return nil
	}
	return s.loop.Unasked(ctx)
}

// clearCluster says in a few words what was done.
func (s *session) clearCluster(ctx context.Context, of color.Color, emit rotation.Emit) (string, error) {
	if weight := s.state().Exposed()[of]; weight > 0 {
		return "", refuse(fmt.Sprintf("nothing in %s is deleted, as it may have %d of the traffic", of, weight), "send all traffic to the other color first")
	}
	c := &clearance{session: s, emit: emit, color: of, pending: map[string]bool{}, deleted: map[string]int{}, gone: map[string]int{}, refused: map[string]bool{}}
	for _, name := range s.state().Clearing[of] { // by a process before this one
		c.pending[name] = true
	}
	// Once more from the start: something may have made the first anew while the last went.
	for _, stage := range slices.Concat(holders, holders) {
		if err := c.stage(ctx, stage); err != nil {
			return c.orPassOver(ctx, err)
		}
	}
	volumes, err := c.keepVolumes(ctx)
	if err != nil {
		return c.orPassOver(ctx, err)
	}
	return c.text() + volumes, nil
}

// clearFirst is clearCluster where a color is destroyed outside of a rotation's own phase for it.
func (s *session) clearFirst(ctx context.Context, of color.Color, emit rotation.Emit) error {
	ctx, cancel := context.WithTimeout(ctx, clearTime)
	defer cancel()
	s.Observer.Progress("taking back what controllers in " + string(of) + " hold in the cloud")
	_, err := s.clearCluster(ctx, of, emit)
	return err
}

// notAsked says that a cluster could not be asked, and will not be soon.
type notAsked struct{ error }

func (e notAsked) Unwrap() error { return e.error }

// orPassOver tells a cluster that does not answer, which is recorded and passed
// over, from a failure.
func (c *clearance) orPassOver(ctx context.Context, err error) (string, error) {
	var silent notAsked
	if !errors.As(err, &silent) || ctx.Err() != nil {
		return "", err
	}
	event := journal.Event{Kind: journal.Kept, Phase: rotation.Drain, Root: string(c.color),
		Detail: fmt.Sprintf("whatever controllers in %s made, such as load balancers, as its API was not asked: %v", c.color, silent)}
	return "its API was not asked, so look in the account for what its controllers made", c.emit(ctx, event)
}

// stage deletes one stage and waits until it is gone.
func (c *clearance) stage(ctx context.Context, stage []holder) error {
	for wait := clearPause / 50; ; wait = min(2*wait, clearPause) {
		var left []present
		err := c.withAPI(ctx, c.color, func(ctx context.Context, client *kubernetes.Client) (err error) {
			if left, err = c.look(ctx, client, stage); err != nil {
				return err
			}
			if err := c.settle(ctx, stage, left); err != nil {
				return err
			}
			return c.remove(ctx, client, left)
		})
		if err == nil && len(left) == 0 {
			return nil
		}
		if err := c.bear(err); err != nil {
			return err
		}
		c.Observer.Progress(c.waiting(left))
		if stopped := c.Clock.Sleep(ctx, wait); stopped != nil {
			return fmt.Errorf("%s: %w", c.waiting(left), stopped)
		}
	}
}

// bear forgives an API server that does not answer for a while.
func (c *clearance) bear(err error) error {
	var unreachable *kubernetes.UnreachableError
	switch {
	case err == nil:
		c.silent, c.lastErr = time.Time{}, nil
		return nil
	case errors.Is(err, kubernetes.ErrNoServer), kubernetes.NoHost(err): // there is no such server, or none any more
		return notAsked{err}
	case kubernetes.Denied(err):
		return fmt.Errorf("%s is not destroyed, as what its controllers made cannot be asked for: %w; only once the API server lets drover in, "+
			"or is gone, %s goes on", c.color, err, c.rotateCommand())
	case !errors.As(err, &unreachable) && !kubernetes.Busy(err):
		return err
	}
	if c.lastErr = err; c.silent.IsZero() {
		c.silent = c.Clock.Now()
	}
	if c.Clock.Now().Sub(c.silent) > clearPatience {
		return notAsked{err}
	}
	return nil
}
