//go:build unix

package cmd

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"drover/test/harness"
)

// servedWithin is far above what a cloud takes to start and to end.
const servedWithin = 5 * time.Minute

// served starts a rehearsal's cloud in a directory, by a shell that runs a command first, and waits until it is ready.
func served(t *testing.T, dir, first string) *exec.Cmd {
	t.Helper()
	demo := filepath.Join(harness.Repository(t), "examples", "aws", "demo.yaml")
	signal.Notify(make(chan os.Signal, 1), syscall.SIGHUP) // tests under nohup would have it ignored by what they start
	ctx, cancel := context.WithTimeout(t.Context(), servedWithin)
	t.Cleanup(cancel)
	command := exec.CommandContext(ctx, "sh", "-c", first+`exec "$0" rehearse --serve --kubernetes off --dir "$1" -f "$2"`, harness.Program(t), dir, demo)
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		if strings.Contains(lines.Text(), "The cloud is ready") {
			return command
		}
	}
	t.Fatalf("the cloud ended before it was ready: %v", command.Wait())
	return nil
}

// owned says whether a rehearsal's directory is somebody's.
func owned(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "pids.json"))
	return err == nil
}

func TestARehearsalWhoseTerminalClosesLeavesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	command := served(t, dir, "")
	if !owned(dir) {
		t.Fatal("the cloud runs, and its directory is nobody's")
	}
	if err := command.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	if err := command.Wait(); err != nil || owned(dir) {
		t.Errorf("after its terminal has closed, the rehearsal ended with %v, and its directory is still its own: %v", err, owned(dir))
	}
}

func TestARehearsalUnderNohupOutlivesItsTerminal(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	command := served(t, dir, `trap "" HUP; `)
	if err := command.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(500 * time.Millisecond); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if !owned(dir) {
			t.Fatal("it ended with its terminal")
		}
	}
	if err := command.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := command.Wait(); err != nil || owned(dir) {
		t.Errorf("interrupted, it ended with %v, and its directory is still its own: %v", err, owned(dir))
	}
}
