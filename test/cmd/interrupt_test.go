//go:build linux

package cmd

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"drover/test/harness"
)

// interruptedWithin is far above what it takes to end.
const interruptedWithin = time.Minute

// terminal opens a terminal and what a program on it has for its own.
func terminal(t *testing.T) (screen, inside *os.File) {
	t.Helper()
	screen, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = screen.Close() })
	if err := unix.IoctlSetPointerInt(int(screen.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	number, err := unix.IoctlGetInt(int(screen.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	inside, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	return screen, inside
}

// ended waits for a command, and fails the test if it takes long.
func ended(t *testing.T, command *exec.Cmd) error {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- command.Wait() }()
	select {
	case err := <-done:
		return err
	case <-time.After(interruptedWithin):
		t.Fatalf("%v goes on after its interrupt", command.Args)
		return nil
	}
}

func TestAQuestionEndsAtControlCWithNothingChanged(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"apply"}, {"destroy"}, {"init", "-f", "new.yaml"}} {
		t.Run(args[0], func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			put(t, filepath.Join(dir, "cluster.yaml"), tiny)
			screen, inside := terminal(t)
			command := harness.Command(t, dir, map[string]string{"AWS_EC2_METADATA_DISABLED": "true"}, args...)
			command.Stdin, command.Stdout, command.Stderr = inside, inside, inside
			command.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
			if err := errors.Join(command.Start(), inside.Close()); err != nil {
				t.Fatal(err)
			}
			var shown strings.Builder
			buffer := make([]byte, 4096)
			for !strings.Contains(shown.String(), ": ") {
				n, err := screen.Read(buffer)
				if err != nil {
					t.Fatalf("%v, after %q", err, shown.String())
				}
				shown.Write(buffer[:n])
			}
			if _, err := screen.WriteString("\x03"); err != nil {
				t.Fatal(err)
			}
			if err := ended(t, command); command.ProcessState.ExitCode() != 1 {
				t.Errorf("it ends with %v", err)
			}
			for err := error(nil); err == nil; { // until nobody has the terminal open
				var n int
				n, err = screen.Read(buffer)
				shown.Write(buffer[:n])
			}
			if text := shown.String(); !strings.Contains(text, "nothing was changed") && !strings.Contains(text, "nothing was written") || strings.Contains(text, "current step") {
				t.Errorf("it ends with %q", text)
			}
			for _, name := range []string{"infra", "new.yaml"} {
				if _, err := os.Stat(filepath.Join(dir, name)); !errors.Is(err, os.ErrNotExist) {
					t.Errorf("%s is there: %v", name, err)
				}
			}
		})
	}
}

func TestWhatChangesNothingEndsAtTheFirstSignal(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"validate"}, {"generate", "--check"}, {"network"}, {"status"}, {"history"}, {"report"}} {
		t.Run(args[0], func(t *testing.T) {
			t.Parallel()
			command := harness.Command(t, t.TempDir(), nil, append(args, "-f", "/dev/stdin")...)
			input, err := command.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := command.Start(); err != nil {
				t.Fatal(err)
			}
			// More than a pipe holds: once it is written, the program reads, and would wait for the rest for ever.
			if _, err := input.Write([]byte(strings.Repeat("#\n", 100_000))); err != nil {
				t.Fatal(err)
			}
			if err := command.Process.Signal(os.Interrupt); err != nil {
				t.Fatal(err)
			}
			_ = ended(t, command)
			if status, ok := command.ProcessState.Sys().(syscall.WaitStatus); !ok || status.Signal() != syscall.SIGINT {
				t.Errorf("it ended with %v, want the signal", command.ProcessState)
			}
		})
	}
}
