package terraform

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// terraformBinary is the real one: these tests use roots that need no provider from a registry.
func terraformBinary(t *testing.T) *Binary {
	t.Helper()
	binary, err := Find(t.Context(), Options{})
	if err != nil {
		t.Fatalf("these tests drive the real Terraform: %v", err)
	}
	return binary
}

// open writes a root and opens it. The returned function gives the events so far.
func open(t *testing.T, binary *Binary, dir, content string, o RootOptions) (*Root, func() []Event) {
	t.Helper()
	write(t, filepath.Join(dir, "main.tf"), content)
	var lock sync.Mutex
	var events []Event
	o.Progress = func(e Event) {
		lock.Lock()
		defer lock.Unlock()
		events = append(events, e)
	}
	root, err := binary.Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { // a test that fails in the middle must not leave a Terraform behind: it outlives its starter
		if note := readRecord(filepath.Join(root.work, recordName)); note.Ended.IsZero() {
			killGroup(note.PID)
		}
	})
	return root, func() []Event {
		lock.Lock()
		defer lock.Unlock()
		return append([]Event(nil), events...)
	}
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// await waits for a condition, for as long as the test may run.
func await(t *testing.T, what string, condition func() bool) {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for !condition() {
		if time.Now().After(deadline) {
			t.Fatalf("%s did not come true", what)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func has(events []Event, kind string) bool {
	for _, e := range events {
		if e.Type == kind {
			return true
		}
	}
	return false
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

const twoValues = `
resource "terraform_data" "a" { input = "x" }
output "color" { value = "blue" }
output "secret" {
  value     = "hush"
  sensitive = true
}
`

func TestARootIsPlannedAppliedAndDestroyed(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	root, events := open(t, terraformBinary(t), t.TempDir(), twoValues, RootOptions{})
	if state, err := root.State(ctx); err != nil || state != (State{}) {
		t.Errorf("State = %+v, %v before anything", state, err)
	}
	must(t, root.Init(ctx))
	empty, err := root.StateEmpty(ctx)
	must(t, err)
	if !empty {
		t.Error("a root that was never applied has a state")
	}

	plan, err := root.Plan(ctx, PlanOptions{})
	must(t, err)
	if !plan.Changed || len(plan.JSON.ResourceChanges) != 1 || plan.JSON.ResourceChanges[0].Address != "terraform_data.a" {
		t.Errorf("plan = changed %v, %v", plan.Changed, plan.JSON.ResourceChanges)
	}
	if info, err := os.Stat(plan.File); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the plan, which holds secrets, has mode %v, %v", info.Mode(), err)
	}
	must(t, root.Apply(ctx, plan))
	if _, err := os.Stat(plan.File); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the plan is still there after it was applied: %v", err)
	}
	for _, kind := range []string{"init_complete", "planned_change", "apply_start", "apply_complete", "change_summary"} {
		if !has(events(), kind) {
			t.Errorf("no event %s", kind)
		}
	}

	outputs, err := root.Outputs(ctx)
	must(t, err)
	var color, secret string
	must(t, json.Unmarshal(outputs["color"], &color))
	must(t, json.Unmarshal(outputs["secret"], &secret))
	if color != "blue" || secret != "hush" {
		t.Errorf("outputs = %q, %q", color, secret)
	}
	if empty, err := root.StateEmpty(ctx); err != nil || empty {
		t.Errorf("StateEmpty = %v, %v after apply", empty, err)
	}
	if state, err := root.State(ctx); err != nil || state.Resources != 1 || state.Lineage == "" || state.Serial == 0 {
		t.Errorf("State = %+v, %v after apply", state, err)
	}

	again, err := root.Plan(ctx, PlanOptions{})
	must(t, err)
	if again.Changed {
		t.Error("a second plan changes something")
	}
	gone, err := root.Plan(ctx, PlanOptions{Destroy: true})
	must(t, err)
	must(t, root.Apply(ctx, gone))
	if empty, err := root.StateEmpty(ctx); err != nil || !empty {
		t.Errorf("StateEmpty = %v, %v after destroy", empty, err)
	}
}

func TestAPlanIsRefusedOnceTheStateHasMovedOn(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	root, _ := open(t, terraformBinary(t), t.TempDir(), twoValues, RootOptions{})
	must(t, root.Init(ctx))
	plan, err := root.Plan(ctx, PlanOptions{})
	must(t, err)
	kept := filepath.Join(t.TempDir(), "plan")
	must(t, os.Link(plan.File, kept))
	must(t, root.Apply(ctx, plan))
	err = root.Apply(ctx, &Plan{File: kept})
	var failed *Error
	if !errors.As(err, &failed) || failed.Kind != StalePlan {
		t.Errorf("applying an old plan: %v", err)
	}
}

const slow = `
resource "terraform_data" "slow" {
  provisioner "local-exec" { command = "echo started; while [ ! -e finish ]; do sleep 0.1; done" }
}
`

func TestALockedStateSaysWhoHoldsItAndWhatToDo(t *testing.T) {
	t.Parallel()
	ctx, binary, dir := t.Context(), terraformBinary(t), t.TempDir()
	state := filepath.Join(dir, "state", "shared.tfstate")
	backend := `terraform {
  backend "local" { path = "` + state + `" }
}
`
	first, events := open(t, binary, filepath.Join(dir, "a"), backend+slow, RootOptions{})
	second, _ := open(t, binary, filepath.Join(dir, "b"), backend+slow, RootOptions{})
	must(t, first.Init(ctx))
	must(t, second.Init(ctx))
	plan, err := first.Plan(ctx, PlanOptions{})
	must(t, err)
	done := make(chan error, 1)
	go func() { done <- first.Apply(ctx, plan) }()
	await(t, "the first apply", func() bool { return has(events(), "provision_progress") })

	_, err = second.Plan(ctx, PlanOptions{})
	var lock *LockError
	if !errors.As(err, &lock) {
		t.Fatalf("planning a locked state: %v", err)
	}
	if lock.ID == "" || !strings.Contains(lock.Who, "@") || time.Since(lock.Created) > time.Minute ||
		lock.Operation != "OperationTypeApply" || lock.Path != state {
		t.Errorf("lock = %+v", lock)
	}
	for _, want := range []string{lock.Who, lock.ID, "terraform force-unlock", "wait until they are done"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not say %q:\n%v", want, err)
		}
	}
	write(t, filepath.Join(dir, "a", "finish"), "")
	must(t, <-done)
}

func TestTheEndOfTheContextInterruptsTerraformAndWaitsForIt(t *testing.T) {
	t.Parallel()
	root, events := open(t, terraformBinary(t), t.TempDir(), slow, RootOptions{})
	must(t, root.Init(t.Context()))
	plan, err := root.Plan(t.Context(), PlanOptions{})
	must(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- root.Apply(ctx, plan) }()
	await(t, "the apply", func() bool { return has(events(), "provision_progress") })
	cancel()
	err = <-done
	var failed *Error
	if !errors.As(err, &failed) || failed.Kind != Interrupted || !errors.Is(err, context.Canceled) {
		t.Fatalf("interrupted apply: %v", err)
	}
	if !has(events(), "stopping") || !has(events(), "apply_errored") {
		t.Error("Terraform did not end in its own way")
	}
	// Terraform wrote down what it had begun.
	if empty, err := root.StateEmpty(t.Context()); err != nil || empty {
		t.Errorf("StateEmpty = %v, %v after an interrupt", empty, err)
	}
}

func TestOnlyTheEndOfTheGraceKillsTerraform(t *testing.T) {
	t.Parallel()
	// A stand-in that does not heed the interrupt, and has a child as Terraform has its providers.
	script := filepath.Join(t.TempDir(), "terraform")
	write(t, script, "#!/bin/sh\ntrap '' INT\necho '{\"type\":\"apply_start\",\"@message\":\"up\"}'\nsleep 300 &\nwait\nwait\nwait\n")
	must(t, os.Chmod(script, 0o755))
	binary := &Binary{Path: script, Version: "1.11.4", Flavor: Terraform}
	grace := 300 * time.Millisecond
	root, events := open(t, binary, t.TempDir(), "", RootOptions{Grace: grace})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { _, err := root.run(ctx, "apply", nil); done <- err }()
	await(t, "the start", func() bool { return has(events(), "apply_start") })
	cancel()
	stopped := time.Now()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("killed apply: %v", err)
	}
	if took := time.Since(stopped); took < grace {
		t.Errorf("killed after %v, before the grace of %v was over", took, grace)
	}
	note := readRecord(filepath.Join(root.work, recordName))
	await(t, "the end of the process and its child", func() bool { return !groupAlive(note.PID) })
	if !note.Killed || note.Ended.IsZero() {
		t.Errorf("record = %+v", note)
	}
}

func TestWhatExistsIsTakenIntoTheState(t *testing.T) {
	t.Parallel()
	root, _ := open(t, terraformBinary(t), t.TempDir(), `resource "terraform_data" "made" {}`, RootOptions{})
	must(t, root.Init(t.Context()))
	must(t, root.Import(t.Context(), "terraform_data.made", "by-another"))
	plan, err := root.Plan(t.Context(), PlanOptions{})
	if err != nil || plan.Changed {
		t.Errorf("a plan after it: %+v, %v", plan, err)
	}
	var failed *Error
	if err := root.Import(t.Context(), "terraform_data.not_there", "x"); !errors.As(err, &failed) {
		t.Errorf("an import to an address that the files do not have: %v", err)
	}
}
