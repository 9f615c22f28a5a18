package harness

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// cloudReady is far above what a cloud takes to start on two busy cores, with cold caches and beside ten others.
const cloudReady = 8 * time.Minute

// cloudEnd is how long a cloud may take to end its children.
const cloudEnd = 3 * time.Minute

var exportLine = regexp.MustCompile(`^export ([A-Z][A-Z0-9_]*)='([^']*)'$`)

// Cloud starts `drover rehearse --serve` for a spec, and returns the variables that point programs at it. Its clusters
// have control planes only if a flag says --kubernetes=on.
// The cloud ends with the test, which fails if it does not end well.
func Cloud(t testing.TB, spec string, flags ...string) map[string]string {
	t.Helper()
	// Not the test's own context: that one is over before clean-up, and would kill the cloud with its children.
	command := exec.CommandContext(context.WithoutCancel(t.Context()), Program(t),
		append([]string{"rehearse", "--serve", "-f", spec, "--kubernetes=off"}, flags...)...)
	command.Dir = t.TempDir()
	diagnostics := &tail{}
	command.Stderr = diagnostics
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatalf("starting the cloud: %v", err)
	}
	lines := make(chan string)
	go readLines(stdout, lines)
	t.Cleanup(func() { endCloud(t, command, lines, diagnostics) })

	variables := map[string]string{}
	deadline := time.After(cloudReady)
	for {
		select {
		case line, open := <-lines:
			if !open {
				t.Fatalf("the cloud ended before it was ready:\n%s", diagnostics)
			}
			if match := exportLine.FindStringSubmatch(line); match != nil {
				variables[match[1]] = match[2]
			} else if len(variables) > 0 {
				return variables // the first line after the last export
			}
		case <-deadline:
			t.Fatalf("the cloud was not ready after %s:\n%s", cloudReady, diagnostics)
		}
	}
}

func readLines(from io.Reader, to chan<- string) {
	defer close(to)
	scanner := bufio.NewScanner(from)
	for scanner.Scan() {
		to <- scanner.Text()
	}
}

// endCloud interrupts the cloud as a person would, and waits until it has ended.
func endCloud(t testing.TB, command *exec.Cmd, lines <-chan string, diagnostics *tail) {
	t.Helper()
	if err := command.Process.Signal(syscall.SIGINT); err != nil && !errors.Is(err, os.ErrProcessDone) {
		t.Errorf("interrupting the cloud: %v", err)
	}
	kill := time.AfterFunc(cloudEnd, func() { _ = command.Process.Kill() })
	defer kill.Stop()
	for range lines { // until its standard output is closed
		continue
	}
	if err := command.Wait(); err != nil {
		t.Errorf("the cloud did not end well: %v\n%s", err, diagnostics)
	}
}

// tail keeps the end of what a program wrote to standard error.
type tail struct {
	mutex sync.Mutex
	text  strings.Builder
}

func (s *tail) Write(p []byte) (int, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.text.Write(p)
}

func (s *tail) String() string {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	const most = 4000
	text := s.text.String()
	return text[max(0, len(text)-most):]
}
