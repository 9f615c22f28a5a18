package terraform

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/hashicorp/terraform-exec/tfexec"
)

// erroredState is the file that Terraform leaves behind when it could not save the state.
const erroredState = "errored.tfstate"

// Outputs gives the root's outputs as JSON, secret ones included. Before the first apply there are none.
func (r *Root) Outputs(ctx context.Context) (map[string]json.RawMessage, error) {
	all, err := r.cli.Output(ctx)
	if err != nil {
		return nil, r.explain(ctx, "output", err)
	}
	values := make(map[string]json.RawMessage, len(all))
	for name, output := range all {
		values[name] = output.Value
	}
	return values, nil
}

// StateEmpty is true if the root has no state, or one without a resource that Terraform manages.
func (r *Root) StateEmpty(ctx context.Context) (bool, error) {
	text, err := r.cli.StatePull(ctx)
	if err != nil {
		return false, r.explain(ctx, "state pull", err)
	}
	if strings.TrimSpace(text) == "" {
		return true, nil
	}
	var state struct {
		Version   int `json:"version"`
		Resources []struct {
			Mode      string            `json:"mode"`
			Instances []json.RawMessage `json:"instances"`
		} `json:"resources"`
	}
	if err := json.Unmarshal([]byte(text), &state); err != nil {
		return false, fmt.Errorf("reading the state of %s: %w", r.dir, err)
	}
	if state.Version != 4 {
		return false, fmt.Errorf("the state of %s has format %d, drover reads format 4", r.dir, state.Version)
	}
	for _, resource := range state.Resources {
		if resource.Mode == "managed" && len(resource.Instances) > 0 {
			return false, nil
		}
	}
	return true, nil
}

// RecoverState comes before anything else: it waits for a Terraform that outlived an earlier drover, and pushes the
// state that Terraform could not save. It never forces: if the state has moved on meanwhile, it is an error that says
// what to do.
func (r *Root) RecoverState(ctx context.Context) (bool, error) {
	if err := r.settle(ctx); err != nil {
		return false, err
	}
	path := filepath.Join(r.dir, erroredState)
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return false, nil
	} else if err != nil {
		return false, fmt.Errorf("looking for a state that was not saved: %w", err)
	}
	if err := r.Init(ctx); err != nil {
		return false, fmt.Errorf("before pushing %s: %w", path, err)
	}
	if err := r.cli.StatePush(ctx, path, tfexec.Lock(true)); err != nil {
		return false, fmt.Errorf("pushing %s, which holds what Terraform last did: compare it with `terraform state pull` and push or remove it by hand: %w",
			path, r.explain(ctx, "state push", err))
	}
	if err := os.Remove(path); err != nil {
		return true, fmt.Errorf("removing the state that was pushed: %w", err)
	}
	return true, nil
}
