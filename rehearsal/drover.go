package rehearsal

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"drover/orchestrator/history"
	"drover/orchestrator/journal"
	"drover/rehearsal/child"
)

// endsWithin is how long an interrupted drover may take: Terraform finishes what it has begun.
const endsWithin = 2 * time.Minute

// drover runs the program as a person would, against the cloud. Its standard output goes to answers, or nowhere.
func (r *run) drover(ctx context.Context, answers io.Writer, command string, flags ...string) error {
	args := append([]string{command, "--file", r.specFile, "--out", r.out}, flags...)
	// Errors are said at the end; the last lines are them.
	last := &tailWriter{}
	process, err := child.Start(child.Command{Path: r.Binary, Args: args, Env: r.environment(), Stdout: answers,
		Stderr: io.MultiWriter(untilDone{r.Progress, ctx}, last), Grace: endsWithin})
	if err != nil {
		return err
	}
	if err := r.cloud.home.record(process.Identity()); err != nil {
		process.Stop()
		return err
	}
	if r.breaker != nil {
		r.breaker.drover.Store(process)
	}
	select {
	case <-process.Done():
	case <-ctx.Done():
		process.Stop()
		return r.interrupted()
	case <-r.cloud.Done():
		process.Stop()
		return errMotoEnded
	}
	var exit *exec.ExitError
	switch err := process.Err(); {
	case errors.As(err, &exit):
		return fmt.Errorf("drover %s exited %d: %s", command, exit.ExitCode(), last)
	case err != nil:
		return fmt.Errorf("running drover %s: %w", command, err)
	}
	return nil
}

// environment is the person's, without what points AWS clients elsewhere, and with the cloud's.
func (r *run) environment() []string {
	ours := r.cloud.Env()
	env := slices.DeleteFunc(os.Environ(), func(kv string) bool {
		name, _, _ := strings.Cut(kv, "=")
		return strings.HasPrefix(name, "AWS_") && name != "AWS_CA_BUNDLE" || strings.HasPrefix(name, "TF_VAR_") || ours[name] != ""
	})
	for _, name := range slices.Sorted(maps.Keys(ours)) {
		env = append(env, name+"="+ours[name])
	}
	return env
}

// tailWriter keeps the end of what was written.
type tailWriter struct{ kept []byte }

func (t *tailWriter) Write(p []byte) (int, error) {
	const most = 600
	if t.kept = append(t.kept, p...); len(t.kept) > most {
		t.kept = slices.Clone(t.kept[len(t.kept)-most:])
	}
	return len(p), nil
}

func (t *tailWriter) String() string {
	text := strings.TrimSpace(string(t.kept))
	if i := strings.LastIndex(text, "\n"); i >= 0 {
		text = text[i+1:]
	}
	return text
}

// eventReader reads the journal's events, a line each, as drover writes them. What is not an event is left alone.
type eventReader struct {
	begun   func(phase string) // told of each phase that begins; may be nil
	rest    []byte
	from    string // the old color
	outcome journal.Outcome
	phases  []Phase
	checks  []CheckSeen
	shares  []history.Arrival
	started *journal.Event // of the singletons, where they were handed over last
}

func (e *eventReader) Write(p []byte) (int, error) {
	e.rest = append(e.rest, p...)
	for {
		line, rest, found := bytes.Cut(e.rest, []byte("\n"))
		if !found {
			return len(p), nil
		}
		e.rest = rest
		var event journal.Event
		if json.Unmarshal(line, &event) == nil {
			e.read(event)
		}
	}
}

func (e *eventReader) read(event journal.Event) {
	switch event.Kind {
	case journal.RotationStarted:
		e.from = string(event.From)
	case journal.PhaseStarted:
		if e.begun != nil {
			e.begun(event.Phase)
		}
	case journal.Started:
		e.started = &event
	case journal.RotationFinished:
		e.outcome = event.Outcome
	case journal.Checked:
		e.checked(event)
	case journal.Shared:
		if a, is := history.ArrivalOf(event); is {
			e.shares = append(e.shares, a)
		}
	case journal.PhaseDone, journal.PhaseFailed:
		outcome := event.Outcome
		if outcome == "" && event.Kind == journal.PhaseFailed {
			outcome = journal.Failed
		}
		for i := range e.phases {
			if e.phases[i].Name == event.Phase { // it ran again
				e.phases[i].Seconds = rounded(e.phases[i].Seconds + event.Seconds)
				e.phases[i].Outcome = outcome
				return
			}
		}
		e.phases = append(e.phases, Phase{Name: event.Phase, Seconds: rounded(event.Seconds), Outcome: outcome})
	default: // not about the course of the rotation
	}
}
