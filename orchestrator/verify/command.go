package verify

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
)

// Command runs a program of the user's. Exit status 0 is a pass, any other a fail. A program that cannot be
// started, is killed by a signal or misses the deadline is an error.
//
// It must never see drover's whole environment, which holds credentials: it gets what environment() returns.
type Command struct {
	Label string
	Args  []string // program and arguments; no shell is put between
	Dir   string
	Env   []string // "name=value": what drover itself tells the program
	Pass  []string // names of variables of drover's environment that it gets too
}

const (
	commandTail  = 2000            // bytes of output that a result quotes at most
	commandGrace = 5 * time.Second // between the interrupt and the kill
)

// Name is the label, or the command line.
func (c Command) Name() string {
	return cmp.Or(c.Label, "command "+strings.Join(c.Args, " "))
}

// Run starts the program and waits for it. When ctx ends the program gets an interrupt, and is killed if it is
// still there a few seconds later.
func (c Command) Run(ctx context.Context) Answer { return said(c.run(ctx)) }

func (c Command) run(ctx context.Context) (Verdict, string) {
	if len(c.Args) == 0 {
		return Error, "the check names no program"
	}
	output := &tail{limit: commandTail}
	command := exec.CommandContext(ctx, c.Args[0], c.Args[1:]...)
	command.Dir = c.Dir
	command.Env = c.environment(os.Environ())
	command.Stdout, command.Stderr = output, output
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.WaitDelay = commandGrace // also bounds the wait for a grandchild that keeps the output open
	err := command.Run()
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return Error, join(fmt.Sprintf("stopped: %v", context.Cause(ctx)), output.String())
	case err == nil:
		return Pass, join("exit status 0", output.String())
	case errors.As(err, &exit) && exit.Exited():
		return Fail, join(exit.String(), output.String())
	default:
		return Error, join(fmt.Sprintf("running %s: %v", c.Args[0], err), output.String())
	}
}

// tail keeps the last bytes that were written to it. One goroutine of os/exec writes it, as standard output and
// standard error are the same writer.
type tail struct {
	limit int
	data  []byte
	cut   bool
}

func (t *tail) Write(p []byte) (int, error) {
	t.data = append(t.data, p...)
	if extra := len(t.data) - t.limit; extra > 0 {
		t.data = bytes.Clone(t.data[extra:])
		t.cut = true
	}
	return len(p), nil
}

func (t *tail) String() string {
	text := strings.TrimSpace(strings.ToValidUTF8(string(t.data), "\uFFFD"))
	if t.cut {
		return "… " + text
	}
	return text
}
