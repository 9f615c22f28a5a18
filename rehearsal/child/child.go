package child

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"time"
)

// Identity names one process beyond doubt: process ids are used again, start times are not.
type Identity struct {
	PID     int    `json:"pid"`
	Started string `json:"started"` // as the operating system tells it; compared, never parsed
}

// Command is what to run.
type Command struct {
	Path   string
	Args   []string
	Env    []string // whole environment, as os/exec wants it
	Dir    string
	Stdout io.Writer
	Stderr io.Writer
	Grace  time.Duration // how long the process may take to end when it is asked to; 0 does not ask
}

// Process is a running child.
type Process struct {
	identity Identity
	cmd      *exec.Cmd
	grace    time.Duration
	done     chan struct{}
	err      error
	stop     sync.Once
}

// Start runs c. The process and all its descendants end with Stop, or with the parent's death where the kernel
// offers that (Linux).
func Start(c Command) (*Process, error) {
	cmd := exec.Command(c.Path, c.Args...) //nolint:noctx // it lives until Stop, whatever becomes of the context that started it
	cmd.Env, cmd.Dir, cmd.Stdout, cmd.Stderr = c.Env, c.Dir, c.Stdout, c.Stderr
	// A grandchild that holds the output open must not keep Wait from returning.
	cmd.WaitDelay = 2 * time.Second
	detach(cmd)
	p := &Process{cmd: cmd, grace: c.Grace, done: make(chan struct{})}
	started := make(chan error, 1)
	go p.own(started)
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", c.Path, err)
	}
	id, err := Identify(cmd.Process.Pid)
	if err != nil {
		p.Stop()
		return nil, fmt.Errorf("read the start time of %s: %w", c.Path, err)
	}
	p.identity = id
	return p, nil
}

// own starts the process and waits for it on one thread: the kernel's parent-death signal is tied to the thread
// that started the child, so that thread has to live as long as the child does.
func (p *Process) own(started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer close(p.done)
	if err := p.cmd.Start(); err != nil {
		started <- err
		return
	}
	started <- nil
	p.err = p.cmd.Wait()
}

// Identity is what a pid file records.
func (p *Process) Identity() Identity { return p.identity }

// Done is closed when the process has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// Err is how the process ended; only meaningful once Done is closed.
func (p *Process) Err() error {
	select {
	case <-p.done:
		return p.err
	default:
		return nil
	}
}

// Stop asks the process to end if it has a grace, kills its group, and returns when the process is gone.
func (p *Process) Stop() {
	p.stop.Do(func() {
		if p.grace > 0 {
			terminate(p.cmd.Process.Pid)
			select {
			case <-p.done:
			case <-time.After(p.grace):
			}
		}
		kill(p.cmd.Process.Pid)
	})
	<-p.done
}

// Alive says whether exactly this process still runs.
func (i Identity) Alive() bool {
	if i.PID <= 0 || i.Started == "" {
		return false
	}
	now, err := Identify(i.PID)
	return err == nil && now == i
}

// Kill ends exactly this process and its group, and waits until it is gone or ctx is done. A process that has
// taken over the id is left alone.
func (i Identity) Kill(ctx context.Context) error { return i.end(ctx, kill) }

// KillAlone ends exactly this process and leaves its group, as a crash does.
func (i Identity) KillAlone(ctx context.Context) error { return i.end(ctx, killAlone) }

func (i Identity) end(ctx context.Context, kill func(pid int)) error {
	if !i.Alive() {
		return nil
	}
	kill(i.PID)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for i.Alive() {
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for process %d to end: %w", i.PID, ctx.Err())
		case <-tick.C:
		}
	}
	return nil
}

// Self is the identity of the running program.
func Self() (Identity, error) { return Identify(os.Getpid()) }

// errGone says that no such process runs.
var errGone = errors.New("no such process")
