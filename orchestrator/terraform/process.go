package terraform

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	tfjson "github.com/hashicorp/terraform-json"
)

// How plan and apply are run.
//
// The process gets a session of its own, so that neither a signal to drover's process group nor the end of drover
// reaches it, and writes to files, so that it never meets a broken pipe. A record file tells the next drover about it.
// The record's flock is inherited by the process: it is held as long as the process, or a provider that it started,
// lives, and no longer, whatever becomes of drover. That needs no guess about process numbers that were used again.

const (
	recordName = "running.json"
	eventsName = "events.jsonl"
	stderrName = "stderr.txt"
	// followPoll is the time between two looks at a running process and its events.
	followPoll = 50 * time.Millisecond
)

// record says which process runs, or ran last, in a root.
type record struct {
	PID     int       `json:"pid"` // 0 if it was not yet known
	Command string    `json:"command"`
	Started time.Time `json:"started"`
	Ended   time.Time `json:"ended,omitzero"` // zero if drover did not see it end
	Killed  bool      `json:"killed,omitempty"`
}

// run carries out a command and returns its exit status. When ctx ends, Terraform is asked to stop; it is killed only
// if it is still there when the grace is over.
func (r *Root) run(ctx context.Context, name string, args []string) (int, error) {
	if ctx.Err() != nil {
		return -1, r.failure(ctx, name, nil, "")
	}
	held, err := os.OpenFile(filepath.Join(r.work, recordName), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return -1, fmt.Errorf("recording `terraform %s` in %s: %w", name, r.dir, err)
	}
	defer func() { _ = held.Close() }() // what it holds is written by then
	free, err := tryLock(held)
	if err != nil || !free {
		return -1, fmt.Errorf("another drover has just started Terraform in %s: run drover again: %w", r.dir, err)
	}
	note := record{Command: name, Started: time.Now().UTC()}
	command, err := r.start(held, &note, args)
	if err != nil {
		return -1, fmt.Errorf("starting `terraform %s` in %s: %w", name, r.dir, err)
	}
	waited := make(chan struct{})
	go func() {
		defer close(waited)
		_ = command.Wait() // its outcome is in ProcessState
	}()
	diagnostics, followErr := r.follow(ctx, note.PID, func() bool { return isClosed(waited) })
	<-waited
	note.Ended = time.Now().UTC()
	note.Killed = !command.ProcessState.Exited()
	if note.Killed {
		killGroup(note.PID) // providers do not notice that Terraform is gone
	}
	if err := errors.Join(followErr, note.write(held)); err != nil {
		return -1, fmt.Errorf("following `terraform %s` in %s: %w", name, r.dir, err)
	}
	return r.outcome(ctx, name, command.ProcessState, diagnostics)
}

// start starts the process with the lock on held as its inheritance.
func (r *Root) start(held *os.File, note *record, args []string) (*exec.Cmd, error) {
	if err := note.write(held); err != nil {
		return nil, err
	}
	events, err := os.OpenFile(filepath.Join(r.work, eventsName), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, err
	}
	defer func() { _ = events.Close() }() // the process has its own
	stderr, err := os.OpenFile(filepath.Join(r.work, stderrName), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, err
	}
	defer func() { _ = stderr.Close() }() // the process has its own
	//nolint:noctx // the end of a context must not kill Terraform: see follow
	command := exec.Command(r.binary.Path, args...)
	command.Dir = r.dir
	command.Env = r.env
	command.Stdout, command.Stderr = events, stderr
	command.ExtraFiles = []*os.File{held}
	detach(command)
	if err := startPrivately(command); err != nil {
		return nil, err
	}
	note.PID = command.Process.Pid
	return command, note.write(held)
}

// settle waits for a process that an earlier drover started here and that is still at work.
func (r *Root) settle(ctx context.Context) error {
	path := filepath.Join(r.work, recordName)
	file, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("looking for a Terraform that is still at work in %s: %w", r.dir, err)
	}
	defer func() { _ = file.Close() }() // only read from; gives up the lock
	free, err := tryLock(file)
	if free || err != nil {
		return err
	}
	note := readRecord(path)
	r.options.Progress(Event{
		Time: time.Now(), Type: "adopted",
		Message: fmt.Sprintf("a `terraform %s` of an earlier drover (process %d, since %s) is still at work: waiting for it",
			note.Command, note.PID, note.Started.Format(time.RFC3339)),
	})
	_, err = r.follow(ctx, note.PID, func() bool {
		if note.PID > 0 && !alive(note.PID) {
			killGroup(note.PID) // only its providers are left
		}
		free, err := tryLock(file)
		return free || err != nil
	})
	if err != nil {
		return fmt.Errorf("following the Terraform that is at work in %s: %w", r.dir, err)
	}
	if ctx.Err() != nil {
		return r.failure(ctx, note.Command, nil, "")
	}
	return nil
}

// follow passes on the events of a process until it has ended, and asks it to stop once ctx has.
func (r *Root) follow(ctx context.Context, pid int, ended func() bool) ([]tfjson.Diagnostic, error) {
	file, err := os.Open(filepath.Join(r.work, eventsName))
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // only read from
	reader := &follower{source: file}
	tick := time.NewTicker(followPoll)
	defer tick.Stop()
	stop := ctx.Done()
	var kill <-chan time.Time
	for {
		over := ended()
		if err := reader.read(over, r.options.Progress); err != nil && over {
			return reader.diagnostics, err
		}
		if over {
			return reader.diagnostics, nil
		}
		select {
		case <-tick.C:
		case <-stop:
			stop = nil
			r.options.Progress(Event{Time: time.Now(), Type: "stopping", Message: "asked Terraform to stop; it first finishes and saves what it has begun"})
			interrupt(pid)
			timer := time.NewTimer(r.options.Grace)
			defer timer.Stop() // at most one: stop is nil from here on
			kill = timer.C
		case <-kill:
			killGroup(pid)
		}
	}
}

// follower reads lines from a file that grows.
type follower struct {
	source      io.Reader
	rest        []byte
	diagnostics []tfjson.Diagnostic
}

// read passes on the lines that have come; at the end also one that is not complete.
func (f *follower) read(end bool, progress func(Event)) error {
	data, err := io.ReadAll(f.source)
	f.rest = append(f.rest, data...)
	for {
		line, rest, found := cutLine(f.rest)
		if !found && (!end || len(f.rest) == 0) {
			return err
		}
		f.rest = rest
		if len(line) == 0 {
			continue
		}
		event := parseEvent(line)
		if event.Diagnostic != nil && event.Diagnostic.Severity == tfjson.DiagnosticSeverityError {
			f.diagnostics = append(f.diagnostics, *event.Diagnostic)
		}
		progress(event)
	}
}

// write replaces what the record file holds.
func (n record) write(file *os.File) error {
	data, err := json.Marshal(n)
	if err != nil {
		return err
	}
	if err := file.Truncate(0); err != nil {
		return err
	}
	_, err = file.WriteAt(append(data, '\n'), 0)
	return err
}

// readRecord is the zero record if there is none, or if it was being written when drover died.
func readRecord(path string) record {
	var note record
	data, err := os.ReadFile(path)
	if err != nil || json.Unmarshal(data, &note) != nil {
		return record{}
	}
	return note
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}
