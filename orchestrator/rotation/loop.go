package rotation

import (
	"context"
	"errors"
	"fmt"
	"time"

	"drover/generator/untrusted"
	"drover/orchestrator/journal"
)

// Memory is what a loop remembers by. Append makes an event durable under the lease before it returns, with its time
// and fence; it fails once the lease is lost. Both end in bounded time, whatever their context. Requests are those that were made and that no process may have taken yet.
type Memory interface {
	Append(ctx context.Context, e journal.Event) (journal.Event, error)
	Requests(ctx context.Context) ([]Request, error)
}

// Clock is the time, and a way to let it pass.
type Clock interface {
	Now() time.Time
	Sleep(ctx context.Context, d time.Duration) error
}

// Observer is told what happens. Event comes after the event is durable; Progress is for the eye and is kept nowhere.
type Observer interface {
	Event(journal.Event)
	Progress(message string)
}

// Decide is a pure function from what is remembered to what is done next, such as Next.
type Decide func(s journal.State, plan journal.Plan, now time.Time) Step

// Loop carries out what a pure function decides. It owns the clock, the waits, the requests and the deadlines, and knows
// no phase.
type Loop struct {
	Decide   Decide
	Memory   Memory
	Hands    Hands
	Clock    Clock
	Observer Observer
	State    journal.State // as the journal has it; kept up to date
	Redact   func(string) string
	Patience time.Duration // the longest wait in this process; a longer one ends it with a *Waiting
	Deaf     bool          // while an effect runs, nobody looks for requests: for a model with one thread
	Stop     time.Time     // no effect begins after it; zero: none
	polled   time.Time     // when requests were last read
	said     string        // of the wait under way
	unread   bool          // requests could not be read, and that was said
}

// pollRequests is the time between two looks for a person's requests.
const pollRequests = 2 * time.Second

// Run goes on until there is nothing more for this process to do. It returns nil if the rotation is done, *Waiting if it
// waits for a person or a time, *RolledBack if it ended with traffic on the old color.
func (l *Loop) Run(ctx context.Context) error {
	for l.State.Rotation != nil {
		if err := l.advance(ctx); err != nil {
			return err
		}
	}
	return Ended(l.State)
}

// advance takes requests and carries out one step. Its error is the end of this process's part.
func (l *Loop) advance(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return l.stopped(ctx, err)
	}
	if err := l.takeRequests(ctx); err != nil || l.State.Rotation == nil {
		return l.stopped(ctx, err)
	}
	switch step := l.Decide(l.State, l.State.Rotation.Plan, l.Clock.Now()).(type) {
	case Record:
		for _, e := range step.Events {
			if err := l.record(ctx, e); err != nil {
				return err
			}
		}
		return nil
	case Do:
		if l.over() {
			return &Waiting{Phase: l.phase(), For: "another process, as this one's time is over"}
		}
		return l.stopped(ctx, l.carry(ctx, step.Effect))
	case Wait:
		if l.said != step.For {
			l.said = step.For
			l.Observer.Progress(step.Phase + " waits for " + step.For)
		}
		return l.stopped(ctx, l.wait(ctx, step))
	case End:
		return &Failed{Phase: step.Phase, Reason: step.Detail}
	}
	return fmt.Errorf("deciding what follows %s: there is no step", l.phase())
}

// over is true if no effect may begin any more. Going back is never put off.
func (l *Loop) over() bool {
	return !l.Stop.IsZero() && !l.Clock.Now().Before(l.Stop) && l.State.Rotation.Back == nil
}

// Ended says how the newest rotation ended; nil is done.
func Ended(s journal.State) error {
	if len(s.Past) == 0 {
		return nil
	}
	switch last := s.Past[len(s.Past)-1]; last.Outcome {
	case journal.RolledBack:
		return &RolledBack{Rotation: last.ID, Active: string(s.Active), Reason: last.Reason}
	case journal.Failed:
		return &Failed{Phase: last.Phase, Reason: last.Reason, Nothing: !last.Building}
	default:
		return nil
	}
}

// record makes an event durable if it has to be, and takes it into the state.
func (l *Loop) record(ctx context.Context, e journal.Event) error {
	if r := l.State.Rotation; r != nil && e.Rotation == "" {
		e.Rotation = r.ID
	}
	e.Detail, e.By = l.kept(e.Detail), untrusted.Clip(e.By, mostText)
	for i := range e.Names {
		e.Names[i] = l.kept(e.Names[i])
	}
	for i := range e.Verdicts {
		e.Verdicts[i].Detail = l.kept(e.Verdicts[i].Detail)
	}
	if e.Time.IsZero() {
		e.Time = l.Clock.Now().UTC()
	}
	if l.State.Keeps(e) {
		if e.Kind == journal.Checked {
			e.Seconds = l.State.WatchedWith(e).Seconds()
			if unkept := l.State.Rotation.Watch.Unkept; unkept > 0 {
				e.Detail = fmt.Sprintf("verdicts changed in %d rounds that are not recorded", unkept)
			}
		}
		// An interrupt must not keep the outcome of what was done out of the journal.
		stamped, err := l.Memory.Append(context.WithoutCancel(ctx), e)
		if err != nil {
			return fmt.Errorf("recording %s: %w", e.Kind, err)
		}
		e = stamped
	}
	l.State.Add(e)
	l.Observer.Event(e)
	return nil
}

// mostText is how many characters of a text are kept: what a cluster, a check or a request says has any length, and a record
// that is longer than one that can be read would be the journal's last.
const mostText = 16_000

// kept is what is recorded of a text.
func (l *Loop) kept(text string) string {
	if l.Redact != nil {
		text = l.Redact(text)
	}
	return untrusted.Clip(text, mostText)
}

// carry does one effect within its limit. A person who wants to go back need not wait for it to end. An effect that would
// have to wait for longer than this process lives answers with a *Waiting.
func (l *Loop) carry(ctx context.Context, e Effect) error {
	bounded, cancel := context.WithTimeoutCause(ctx, e.Limit, fmt.Errorf("%w: it did not end within %s", context.DeadlineExceeded, e.Limit))
	defer cancel()
	watched, release := l.watchRequests(bounded)
	err := l.Hands.Carry(watched, e, l.record)
	cause := context.Cause(watched)
	release()
	var waiting *Waiting // the effect changed nothing that another process does not go on with
	if err == nil || ctx.Err() != nil || errors.Is(err, ErrLost) || errors.As(err, &waiting) {
		return err
	}
	if errors.Is(err, errAsked) && cause == nil { // the effect saw it itself, and stopped before it changed anything
		l.polled = time.Time{}
		return nil
	}
	if cause != nil && !errors.Is(err, cause) {
		err = fmt.Errorf("%w: %w", cause, err)
	}
	if errors.Is(cause, errAsked) {
		l.polled = time.Time{} // it is answered at once
	}
	var refused *Refused
	return l.record(ctx, journal.Event{Kind: journal.EffectFailed, Phase: e.Phase, Detail: err.Error(), Refused: errors.As(err, &refused)})
}

// wait lets time pass until the step's end, a request or the process's own end.
func (l *Loop) wait(ctx context.Context, w Wait) error {
	now := l.Clock.Now()
	if w.Until.IsZero() || w.Until.Sub(now) > l.Patience || (!l.Stop.IsZero() && w.Until.After(l.Stop)) {
		return &Waiting{Phase: w.Phase, For: w.For, Next: w.Next}
	}
	if !w.Until.After(now) {
		return fmt.Errorf("waiting in %s for %s: that time is over, so the decision would never change", w.Phase, w.For)
	}
	return l.Clock.Sleep(ctx, min(w.Until.Sub(now), pollRequests))
}

// stopped says of an interrupt that nothing is lost.
func (l *Loop) stopped(ctx context.Context, err error) error {
	if err == nil || ctx.Err() == nil || errors.Is(err, ErrLost) {
		return err
	}
	return fmt.Errorf("%w in %s: %w", ErrInterrupted, l.phase(), context.Cause(ctx))
}

func (l *Loop) phase() string {
	if l.State.Rotation == nil {
		return "no rotation"
	}
	return l.State.Rotation.Phase
}
