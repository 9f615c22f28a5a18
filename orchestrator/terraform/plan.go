package terraform

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	tfjson "github.com/hashicorp/terraform-json"
)

// PlanOptions choose what is planned.
type PlanOptions struct {
	Destroy     bool              // plan the deletion of everything in the root
	RefreshOnly bool              // only find out what has changed outside Terraform
	Set         map[string]string // variables of the root
	Only        []string          // addresses of the resources that are planned, with what they stand on; empty: all
	AsKnown     bool              // plan on what the state says, and do not ask the cloud what has become of it
	Unread      bool              // nobody looks into the plan: saves the seconds that reading it takes, as that loads every provider once more
}

// Plan is a saved plan. Its file holds secrets: it stays in the root, readable by its owner only, until it is applied.
type Plan struct {
	File    string
	JSON    *tfjson.Plan // empty if nothing changes, or if the plan is not to be read
	Changed bool         // false if applying it would change nothing, outputs included
}

const (
	exitChanged = 2 // of `plan -detailed-exitcode`
	planName    = "plan.tfplan"
)

// Plan plans and keeps the plan in a file. The state is locked meanwhile.
func (r *Root) Plan(ctx context.Context, o PlanOptions) (*Plan, error) {
	file := filepath.Join(r.work, planName)
	if err := r.settle(ctx); err != nil {
		return nil, err
	}
	if err := os.Remove(file); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("removing an old plan of %s: %w", r.dir, err)
	}
	exit, err := r.run(ctx, "plan", planArgs(o, r.options.LockTimeout, file))
	if err != nil && exit != exitChanged {
		return nil, err
	}
	if err := os.Chmod(file, 0o600); err != nil {
		return nil, fmt.Errorf("keeping the plan of %s: %w", r.dir, err)
	}
	plan := &Plan{File: file, JSON: &tfjson.Plan{}, Changed: exit == exitChanged}
	if !plan.Changed || o.Unread {
		return plan, nil
	}
	if plan.JSON, err = r.cli.ShowPlanFile(ctx, file); err != nil {
		return nil, r.explain(ctx, "show", err)
	}
	r.options.Secret(sensitiveInPlan(plan.JSON)...)
	return plan, nil
}

// planArgs is the command line of Plan.
func planArgs(o PlanOptions, lockTimeout time.Duration, file string) []string {
	args := []string{"plan", "-json", "-input=false", "-detailed-exitcode", "-lock-timeout=" + lockTimeout.String(), "-out=" + file}
	if o.Destroy {
		args = append(args, "-destroy")
	}
	if o.RefreshOnly {
		args = append(args, "-refresh-only")
	}
	if o.AsKnown {
		args = append(args, "-refresh=false")
	}
	for _, name := range slices.Sorted(maps.Keys(o.Set)) {
		args = append(args, "-var="+name+"="+o.Set[name])
	}
	for _, address := range o.Only {
		args = append(args, "-target="+address)
	}
	return args
}

// Apply carries out a plan of this root, and removes its file once that is done.
// Terraform refuses a plan if the state has changed since.
func (r *Root) Apply(ctx context.Context, p *Plan) error {
	if p == nil || p.File == "" {
		return fmt.Errorf("applying %s: there is no plan", r.dir)
	}
	if err := r.settle(ctx); err != nil {
		return err
	}
	if _, err := r.run(ctx, "apply", applyArgs(r.options.LockTimeout, p.File)); err != nil {
		return err
	}
	if err := os.Remove(p.File); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("removing the plan that was applied: %w", err)
	}
	return nil
}

// applyArgs is the command line of Apply.
func applyArgs(lockTimeout time.Duration, file string) []string {
	return []string{"apply", "-json", "-input=false", "-lock-timeout=" + lockTimeout.String(), file}
}
