package fence

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"drover/test/harness"
)

// earlier is a commit whose drover begins the rotation that today's finishes: one of the first whose journal is kept in
// the store. Replace it by the tag of a release once there is one.
const earlier = "cc9d110a"

// earlierDrover builds the drover of that commit. In a checkout without the history it is today's with another version,
// and the test says so: the corpus of stores that releases left is read without any history.
func earlierDrover(t *testing.T) string {
	t.Helper()
	source, built := t.TempDir(), filepath.Join(t.TempDir(), "drover")
	var archive bytes.Buffer
	git := exec.CommandContext(t.Context(), "git", "archive", earlier)
	git.Dir, git.Stdout = harness.Repository(t), &archive
	if err := git.Run(); err != nil {
		t.Logf("this checkout has no commit %s (%v): the first drover is today's, as another build", earlier, err)
		source = harness.Repository(t)
	} else {
		unpack := exec.CommandContext(t.Context(), "tar", "-x", "-C", source)
		unpack.Stdin = &archive
		run(t, unpack)
	}
	build := exec.CommandContext(t.Context(), "go", "build", "-tags", "urfave_cli_no_docs", "-buildvcs=false", "-o", built, "./cmd/drover")
	build.Dir = source
	run(t, build)
	return built
}

func run(t *testing.T, command *exec.Cmd) {
	t.Helper()
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", command.Args, err, output)
	}
}

// start is a program of drover that was not started yet, in a directory of its own.
func start(ctx context.Context, program, dir string, variables map[string]string, args ...string) *exec.Cmd {
	command := exec.CommandContext(ctx, program, args...)
	command.Dir, command.Env = dir, os.Environ()
	// A group of its own: a stopped process of a group whose shell ends is hung up on by the kernel (setpgid(2)).
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	for name, value := range variables {
		command.Env = append(command.Env, name+"="+value)
	}
	return command
}
