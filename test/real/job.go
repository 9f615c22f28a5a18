package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"drover/generator/cost"
	"drover/generator/spec"
	"drover/orchestrator/platform"
)

const (
	// destroyLimit is for destroy, which has to end even if what came before it took all of its time.
	destroyLimit = 90 * time.Minute
	// looks is how often what is left is looked for before it is said to be left.
	looks = 10
	// graceful is what drover has to finish its step after it was interrupted, before it is killed.
	graceful = 20 * time.Minute
)

// cloud answers whose credentials these are, and what carries a cluster's tags.
type cloud interface {
	Account(ctx context.Context) (string, error)
	Leftovers(ctx context.Context, cluster, color string) ([]platform.Resource, error)
}

// job is one run.
type job struct {
	orders  told
	waits   waits
	program string
	out     io.Writer
	cloud   cloud
	dir     string // of the spec and of Terraform's files
}

func (j *job) say(format string, args ...any) {
	_, _ = fmt.Fprintf(j.out, "real: "+format+"\n", args...) // a closed terminal must not stop it
}

// prepare writes the spec and holds its price against the budget. It calls nothing outside this machine.
func (j *job) prepare(context.Context) (err error) {
	if j.dir, err = os.MkdirTemp("", "drover-real-"); err != nil {
		return fmt.Errorf("making a directory: %w", err)
	}
	if err := j.write(firstVersion); err != nil {
		return err
	}
	c, said := spec.Load(j.specFile())
	if said.HasErrors() {
		return fmt.Errorf("the spec of this job is invalid: %w", said)
	}
	e, _ := cost.Of(c, time.Now())
	if !e.Regional {
		return fmt.Errorf("refusing to begin: drover has no prices of %s to hold the budget against; set DROVER_REAL_REGION to another region, such as eu-west-1", j.orders.region)
	}
	hours := j.orders.limit.Hours() + destroyLimit.Hours()
	most := hours * (e.Standing.Hourly + e.Color.Hourly)
	j.say("%s in account %s, %s, at %s:\n%s", name, j.orders.account, j.orders.region, j.orders.domain, specText(j.orders, j.waits, firstVersion))
	j.say("two colors cost %.2f USD an hour at list prices of %s, and %.2f if all %.1f hours are used; not counted: %v; without a price: %v",
		e.Standing.Hourly+e.Color.Hourly, e.PricesOf, most, hours, e.NotCounted, e.Unknown)
	if most > j.orders.budget {
		return fmt.Errorf("refusing to begin: %.2f USD is more than DROVER_REAL_BUDGET, %.2f; lower DROVER_REAL_LIMIT or raise the budget", most, j.orders.budget)
	}
	return nil
}

// cleanUp removes the directory. State and journal are in the bucket.
func (j *job) cleanUp() {
	if err := os.RemoveAll(j.dir); err != nil {
		j.say("removing %s: %v", j.dir, err)
	}
}

func (j *job) specFile() string { return filepath.Join(j.dir, "cluster.yaml") }

func (j *job) write(version string) error {
	if err := os.WriteFile(j.specFile(), []byte(specText(j.orders, j.waits, version)), 0o600); err != nil {
		return fmt.Errorf("writing the spec: %w", err)
	}
	return nil
}

// run checks whose account it is and that it is free, builds and rotates, and destroys whatever happened.
func (j *job) run(ctx context.Context) error {
	if err := j.check(ctx); err != nil {
		return err
	}
	began := time.Now()
	built := j.buildAndRotate(ctx)
	if built != nil {
		j.say("failed, and destroys what there is: %v", built)
	}
	// Not the job's own context: what was interrupted, or ran out of time, is destroyed all the same.
	free, cancel := context.WithTimeout(context.WithoutCancel(ctx), destroyLimit)
	defer cancel()
	destroyed := j.destroy(free)
	if err := errors.Join(built, destroyed); err != nil {
		return err
	}
	j.say("done in %s: built, rotated to Kubernetes %s, destroyed, nothing left", time.Since(began).Round(time.Second), secondVersion)
	return nil
}

// check refuses credentials of another account, and an account in which a cluster of this name already is.
func (j *job) check(ctx context.Context) error {
	account, err := j.cloud.Account(ctx)
	if err != nil {
		return fmt.Errorf("asking whose credentials these are: %w", err)
	}
	if account != j.orders.account {
		return fmt.Errorf("refusing to begin: these are credentials for account %s, and DROVER_REAL_ACCOUNT is %s", account, j.orders.account)
	}
	left, err := j.left(ctx)
	if err != nil {
		return err
	}
	if len(left) > 0 {
		return fmt.Errorf("refusing to begin: the account already holds %v of a cluster %s, which an earlier run left; destroy it with the spec above and `drover destroy --confirm %s`", left, name, name)
	}
	j.say("the credentials are for account %s, and nothing of %s is there", account, name)
	return nil
}

func (j *job) buildAndRotate(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, j.orders.limit, fmt.Errorf("DROVER_REAL_LIMIT, %s, is over", j.orders.limit))
	defer cancel()
	if err := j.drover(ctx, "apply", "--auto-approve"); err != nil {
		return err
	}
	if err := j.write(secondVersion); err != nil {
		return err
	}
	return j.drover(ctx, "rotate", "--auto-approve")
}

// ways are what is done before destroy is tried once more: a rotation under way is ended by going back, or, once its
// deletions have begun, by going on.
var ways = [][]string{nil, {"rollback", "--auto-approve"}, {"rotate", "--auto-approve"}}

// destroy deletes everything, and looks for what is left.
func (j *job) destroy(ctx context.Context) (err error) {
	for _, way := range ways {
		if way != nil {
			j.say("destroy failed, and is tried once more in %s, after %s: %v", j.waits.lease, way[0], err)
			pause(ctx, j.waits.lease)
			if err := j.drover(ctx, way...); err != nil {
				j.say("%v", err)
			}
		}
		if err = j.drover(ctx, "destroy", "--confirm", name); err == nil {
			break
		}
	}
	left, asked := j.settled(ctx)
	if len(left) > 0 {
		err = errors.Join(err, fmt.Errorf("LEFT BEHIND in account %s, and costs: %v; look at each, and delete it by hand", j.orders.account, left))
	}
	return errors.Join(err, asked)
}

// settled are what is left once AWS has had time to forget: the tagging API lists some of what was deleted for minutes.
func (j *job) settled(ctx context.Context) (left []string, err error) {
	for range looks {
		if left, err = j.left(ctx); err == nil && len(left) == 0 {
			return nil, nil
		}
		j.say("not gone yet: %v %v", left, err)
		pause(ctx, j.waits.look)
	}
	return j.left(ctx)
}

// pause lets the lease of a drover that was killed expire.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// left are the resources that carry the cluster's tags. A key is not counted: AWS keeps one for 30 days after it was
// deleted, for nothing.
func (j *job) left(ctx context.Context) ([]string, error) {
	found, err := j.cloud.Leftovers(ctx, name, "")
	if err != nil {
		return nil, fmt.Errorf("asking what is tagged as %s: %w", name, err)
	}
	var left []string
	for _, r := range found {
		if r.Kind == "kms/key" {
			j.say("not counted: the key %s, which AWS deletes after 30 days", r.ID)
			continue
		}
		left = append(left, r.Kind+" "+r.ID)
	}
	return left, nil
}

// drover runs one command, and interrupts it when the time is over, so that it ends its step and leaves a journal.
func (j *job) drover(ctx context.Context, args ...string) error {
	began := time.Now()
	j.say("drover %v", args)
	command := exec.CommandContext(ctx, j.program, args...) //nolint:gosec // the drover that make has built
	command.Dir, command.Stdout, command.Stderr = j.dir, j.out, j.out
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // a terminal's Ctrl-C is for this job, which passes on one
	command.Cancel = func() error { return command.Process.Signal(syscall.SIGINT) }
	command.WaitDelay = graceful
	if err := command.Run(); err != nil {
		return fmt.Errorf("drover %s, after %s: %w", args[0], time.Since(began).Round(time.Second), errors.Join(err, context.Cause(ctx)))
	}
	j.say("drover %s took %s", args[0], time.Since(began).Round(time.Second))
	return nil
}
