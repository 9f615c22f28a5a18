package terraform

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
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
		if output.Sensitive {
			r.options.Secret(textsIn(decoded(output.Value))...)
		}
	}
	return values, nil
}

// StateEmpty is true if the root has no state, or one without a resource that Terraform manages.
func (r *Root) StateEmpty(ctx context.Context) (bool, error) {
	managed, err := r.managed(ctx)
	return len(managed) == 0, err
}

// State is a root's state in brief.
type State struct {
	Lineage   string
	Serial    int64
	Resources int // that Terraform manages
}

// State reads the state, and initializes the root only where that takes it. It takes no lock and changes nothing else.
func (r *Root) State(ctx context.Context) (State, error) {
	text, err := r.cli.StatePull(ctx)
	if err != nil && ctx.Err() == nil { // not initialized yet, or for another backend
		if err := r.Init(ctx); err != nil {
			return State{}, err
		}
		text, err = r.cli.StatePull(ctx)
	}
	if err != nil {
		return State{}, r.explain(ctx, "state pull", err)
	}
	state, err := stateIn(text)
	if err != nil {
		return State{}, fmt.Errorf("reading the state of %s: %w", r.dir, err)
	}
	return state, nil
}

func stateIn(text string) (State, error) {
	managed, err := managedIn(text)
	if err != nil || strings.TrimSpace(text) == "" {
		return State{}, err
	}
	var state struct {
		Lineage string `json:"lineage"`
		Serial  int64  `json:"serial"`
	}
	if err := json.Unmarshal([]byte(text), &state); err != nil {
		return State{}, err
	}
	resources := 0
	for _, resource := range managed {
		resources += len(resource.Instances)
	}
	return State{Lineage: state.Lineage, Serial: state.Serial, Resources: resources}, nil
}

// protections are the attributes by which a provider's resources refuse to be deleted.
var protections = []string{"deletion_protection", "enable_deletion_protection"}

// Protected gives the addresses of the resources in the state that refuse to be deleted, sorted.
func (r *Root) Protected(ctx context.Context) ([]string, error) {
	managed, err := r.managed(ctx)
	if err != nil {
		return nil, err
	}
	var addresses []string
	for _, resource := range managed {
		for _, instance := range resource.Instances {
			if instance.refuses() {
				addresses = append(addresses, resource.address(instance))
			}
		}
	}
	slices.Sort(addresses)
	return addresses, nil
}

// stateResource is one resource block in a state, format 4.
type stateResource struct {
	Module    string          `json:"module"`
	Mode      string          `json:"mode"`
	Type      string          `json:"type"`
	Name      string          `json:"name"`
	Instances []stateInstance `json:"instances"`
}

type stateInstance struct {
	Key        json.RawMessage            `json:"index_key"` // a number or a text, or nothing
	Attributes map[string]json.RawMessage `json:"attributes"`
}

func (i stateInstance) refuses() bool {
	return slices.ContainsFunc(protections, func(name string) bool { return string(i.Attributes[name]) == "true" })
}

func (s stateResource) address(i stateInstance) string {
	address := s.Type + "." + s.Name
	if s.Module != "" {
		address = s.Module + "." + address
	}
	if len(i.Key) > 0 {
		address += "[" + string(i.Key) + "]"
	}
	return address
}

// managed are the resources in the state that Terraform manages.
func (r *Root) managed(ctx context.Context) ([]stateResource, error) {
	text, err := r.cli.StatePull(ctx)
	if err != nil {
		return nil, r.explain(ctx, "state pull", err)
	}
	managed, err := managedIn(text)
	if err != nil {
		return nil, fmt.Errorf("reading the state of %s: %w", r.dir, err)
	}
	return managed, nil
}

func managedIn(text string) ([]stateResource, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	var state struct {
		Version   int             `json:"version"`
		Resources []stateResource `json:"resources"`
	}
	if err := json.Unmarshal([]byte(text), &state); err != nil {
		return nil, err
	}
	if state.Version != 4 {
		return nil, fmt.Errorf("it has format %d, drover reads format 4", state.Version)
	}
	return slices.DeleteFunc(state.Resources, func(s stateResource) bool { return s.Mode != "managed" || len(s.Instances) == 0 }), nil
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
