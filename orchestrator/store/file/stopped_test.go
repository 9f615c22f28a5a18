//go:build unix

package file_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"drover/orchestrator/store"
	"drover/orchestrator/store/file"
	"drover/orchestrator/store/process"
)

// short is a lease that expires within a test, and is kept on a busy machine.
var short = store.Options{TTL: 4 * time.Second, Heartbeat: 500 * time.Millisecond, Skew: -1}

// driven is the directory of the store that this process drives, if it is the other one of a test.
const driven = "FILE_TEST_STORE"

func TestMain(m *testing.M) {
	if dir := os.Getenv(driven); dir != "" {
		if err := drive(dir, os.Stdin, os.Stdout); err != nil {
			_, _ = fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// drive holds the lease and answers each line that it reads with what became of it.
func drive(dir string, in io.Reader, out io.Writer) error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	lease, err := store.Open(file.Open(dir), "shop", short).Acquire(ctx, store.Holder{Host: "child", PID: os.Getpid(), Process: process.Self()})
	if err != nil {
		return err
	}
	kept := make(chan error, 1)
	go func() { kept <- lease.Keep(ctx) }()
	if _, err := fmt.Fprintln(out, "fence", lease.Fence()); err != nil {
		return err
	}
	for lines := bufio.NewScanner(in); lines.Scan(); {
		var err error
		switch text := lines.Text(); text {
		case "valid":
			err = lease.Valid()
		case "kept":
			err = <-kept
		default:
			_, err = lease.Append(ctx, json.RawMessage(text))
		}
		var lost *store.LostError
		if _, err := fmt.Fprintln(out, err == nil, errors.As(err, &lost), err); err != nil {
			return err
		}
	}
	return nil
}

// child is the other process.
type child struct {
	*exec.Cmd
	in  io.Writer
	out *bufio.Scanner
}

func startChild(t *testing.T, dir string) *child {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), program)
	command.Env = append(os.Environ(), driven+"="+dir)
	command.Stderr = os.Stderr
	in, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	})
	c := &child{command, in, bufio.NewScanner(out)}
	c.expect(t, "fence 1")
	return c
}

func (c *child) expect(t *testing.T, want string) {
	t.Helper()
	if !c.out.Scan() || !strings.HasPrefix(c.out.Text(), want) {
		t.Fatalf("the other process answered %q, not %q", c.out.Text(), want)
	}
}

func (c *child) ask(t *testing.T, line, want string) {
	t.Helper()
	if _, err := fmt.Fprintln(c.in, line); err != nil {
		t.Fatal(err)
	}
	c.expect(t, want)
}

func (c *child) signal(t *testing.T, signal os.Signal) {
	t.Helper()
	if err := c.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
}

// takeOver takes the lease as soon as that is possible.
func takeOver(t *testing.T, s *store.Store) *store.Lease {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; {
		lease, err := s.Acquire(t.Context(), store.Holder{Host: "test"})
		var held *store.HeldError
		if err == nil {
			return lease
		}
		if !errors.As(err, &held) || time.Now().After(deadline) {
			t.Fatal(err)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func TestAStoppedProcessIsReplacedAndWritesNothingOnceItGoesOn(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "store")
	s := store.Open(file.Open(dir), "shop", short)
	other := startChild(t, dir)
	other.ask(t, `"before"`, "true")

	var held *store.HeldError
	if _, err := s.Acquire(t.Context(), store.Holder{}); !errors.As(err, &held) || held.Holder.PID != other.Process.Pid {
		t.Fatalf("taking the lease of a live process: %v", err)
	}

	other.signal(t, syscall.SIGSTOP)
	lease := takeOver(t, s)
	if lease.Fence() != 2 {
		t.Errorf("fence %d", lease.Fence())
	}
	other.signal(t, syscall.SIGCONT)
	other.ask(t, "valid", "false true")
	other.ask(t, `"after"`, "false true")
	other.ask(t, "kept", "false true")

	records, err := s.Records(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records {
		if string(r.Event) == `"after"` {
			t.Error("the process that was stopped has written a record")
		}
	}
}

func TestAKilledProcessIsReplacedAtOnce(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "store")
	other := startChild(t, dir)
	other.ask(t, `"before"`, "true")
	options := store.Options{Ended: process.Ended}
	var held *store.HeldError
	if _, err := store.Open(file.Open(dir), "shop", options).Acquire(t.Context(), store.Holder{}); !errors.As(err, &held) {
		t.Fatalf("taking the lease of a live process: %v", err)
	}
	other.signal(t, syscall.SIGKILL)
	_ = other.Wait() // it was killed
	if _, err := store.Open(file.Open(dir), "shop", options).Acquire(t.Context(), store.Holder{}); err != nil {
		t.Errorf("taking the lease of a killed process: %v", err)
	}
}
