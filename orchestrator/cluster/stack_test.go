package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"

	tfjson "github.com/hashicorp/terraform-json"

	"drover/generator"
	"drover/orchestrator/platform"
	"drover/orchestrator/terraform"
)

// fakeStack is a Terraform root of a world. It works only in a directory that has its files.
type fakeStack struct {
	w    *world
	root generator.Root
}

var _ Stack = (*fakeStack)(nil)

func (s *fakeStack) has(name string) bool {
	_, there := s.w.files[path.Join("tiny", string(s.root), name)]
	return there
}

func (s *fakeStack) Init(context.Context) error {
	if err := s.w.touch("init " + string(s.root)); err != nil {
		return err
	}
	s.w.mu.Lock()
	defer s.w.mu.Unlock()
	if !s.has("main.tf") {
		return fmt.Errorf("the directory of %s has no main.tf", s.root)
	}
	s.w.files[path.Join("tiny", string(s.root), lockFile)] = []byte("versions of " + string(s.root))
	return nil
}

func (s *fakeStack) Plan(_ context.Context, o terraform.PlanOptions) (*terraform.Plan, error) {
	if err := s.w.touch("plan " + string(s.root)); err != nil {
		return nil, err
	}
	s.w.mu.Lock()
	defer s.w.mu.Unlock()
	if color := s.root == generator.Blue || s.root == generator.Green; !s.has("main.tf") || color && !s.has(originFile) {
		s.w.t.Errorf("%s was planned in a directory that lacks files", s.root)
	}
	actions, changed := tfjson.Actions{tfjson.ActionCreate}, !s.w.standing[string(s.root)]
	switch {
	case o.Set["deletion_protection"] == "false" && s.w.vanished[string(s.root)] && !o.AsKnown:
		actions, changed = tfjson.Actions{tfjson.ActionCreate}, true
	case o.Set["deletion_protection"] == "false":
		actions, changed = tfjson.Actions{tfjson.ActionUpdate}, s.w.locked[string(s.root)]
	case o.Destroy:
		actions, changed = tfjson.Actions{tfjson.ActionDelete}, s.w.standing[string(s.root)] && !s.w.noStates
	case s.w.noStates: // Terraform would make it all
		changed = true
	case s.root == generator.Traffic:
		changed = !maps.Equal(s.wanted(), s.w.dns)
	case s.w.standing[string(s.root)] && s.root == generator.Foundation && s.w.replaces:
		actions, changed = tfjson.Actions{tfjson.ActionDelete, tfjson.ActionCreate}, true
	case s.w.standing[string(s.root)] && s.root == generator.Foundation && s.w.kind != "":
		actions, changed = s.w.does, true
	case s.w.standing[string(s.root)] && s.root == generator.Foundation && s.w.grows:
		changed = true
	case s.w.standing[string(s.root)] && s.root != generator.Foundation && s.w.inPlace != "":
		changed = true
		actions = map[string]tfjson.Actions{"update": {tfjson.ActionUpdate}, "replace": {tfjson.ActionDelete, tfjson.ActionCreate}}[s.w.inPlace]
	}
	plan := &terraform.Plan{Changed: changed, JSON: &tfjson.Plan{}}
	if changed {
		values := map[string]any{"tags_all": map[string]any{clusterTag: "tiny", colorTag: string(s.root)}}
		plan.JSON.ResourceChanges = []*tfjson.ResourceChange{{Address: "module.it.thing", Type: s.w.kind, Change: &tfjson.Change{Actions: actions, Before: values, After: values}}}
	}
	return plan, nil
}

func (s *fakeStack) Apply(_ context.Context, p *terraform.Plan) error {
	if err := s.w.touch("apply " + string(s.root)); err != nil {
		return err
	}
	actions := p.JSON.ResourceChanges[0].Change.Actions
	if actions.Update() && s.w.vanished[string(s.root)] {
		return errors.New("LoadBalancerNotFound")
	}
	if s.orphaned(actions) {
		return &terraform.Error{Kind: terraform.AlreadyThere, Command: "apply"}
	}
	s.carryOut(actions)
	return s.w.touch("applied " + string(s.root))
}

// orphaned is true if what would be made is there already.
func (s *fakeStack) orphaned(actions tfjson.Actions) bool {
	s.w.mu.Lock()
	defer s.w.mu.Unlock()
	return actions.Create() && s.root != generator.Traffic && len(s.w.orphans) > 0 && !s.w.ghost
}

func (s *fakeStack) Import(_ context.Context, address, id string) error {
	err := s.w.touch("import " + string(s.root))
	s.w.mu.Lock()
	defer s.w.mu.Unlock()
	if s.w.ghost {
		return &terraform.Error{Kind: terraform.NotThere, Command: "import"}
	}
	s.w.applied = append(s.w.applied, "import "+address+" "+id)
	s.w.orphans = slices.DeleteFunc(s.w.orphans, func(e platform.Existing) bool { return e.ID == id })
	return err
}

// BreakLock frees the state if its lock has that id.
func (s *fakeStack) BreakLock(_ context.Context, lock *terraform.LockError) error {
	err := s.w.touch("unlock " + string(s.root))
	s.w.mu.Lock()
	defer s.w.mu.Unlock()
	var held *terraform.LockError
	if !errors.As(s.w.fail["plan "+string(s.root)], &held) || held.ID != lock.ID {
		return fmt.Errorf("lock ID %q does not match", lock.ID)
	}
	delete(s.w.fail, "plan "+string(s.root))
	s.w.applied = append(s.w.applied, "unlock "+string(s.root))
	return err
}

func (s *fakeStack) carryOut(actions tfjson.Actions) {
	s.w.mu.Lock()
	defer s.w.mu.Unlock()
	deletes := actions.Delete()
	switch {
	case actions.Update() && s.w.locked[string(s.root)]:
		s.w.locked[string(s.root)] = false
		if s.w.dns[string(s.root)] > 0 {
			s.w.t.Errorf("%s was made deletable with traffic on it: %v", s.root, s.w.dns)
		}
	case deletes && s.w.locked[string(s.root)] && !s.w.vanished[string(s.root)]:
		s.w.t.Errorf("%s was deleted, and refuses that", s.root)
	case s.root == generator.Traffic && deletes:
		s.w.dns, s.w.standing[string(s.root)] = map[string]int{}, false
	case s.root == generator.Traffic:
		s.w.serve(s.wanted(), false)
		s.w.standing[string(s.root)] = true
	case deletes && s.w.dns[string(s.root)] > 0:
		s.w.t.Errorf("%s was destroyed with traffic on it: %v", s.root, s.w.dns)
	default:
		s.w.standing[string(s.root)] = !deletes
		s.w.locked[string(s.root)] = !deletes
		s.w.tags[string(s.root)], s.w.version[string(s.root)] = s.origin(), s.w.spec.Spec.Kubernetes.Version
	}
	s.w.applied = append(s.w.applied, action(actions)+" "+string(s.root))
}

// origin are the tags that the root is told to give.
func (s *fakeStack) origin() map[string]string {
	data, there := s.w.files[path.Join("tiny", string(s.root), originFile)]
	if !there {
		return nil
	}
	var file struct{ Origin map[string]string }
	if err := json.Unmarshal(data, &file); err != nil {
		s.w.t.Error(err)
	}
	return file.Origin
}

func (s *fakeStack) wanted() map[string]int {
	data, there := s.w.files[path.Join("tiny", "traffic", colorsFile)]
	if !there {
		return map[string]int{}
	}
	var file struct{ Colors map[string]trafficColor }
	if err := json.Unmarshal(data, &file); err != nil {
		s.w.t.Error(err)
	}
	weights := map[string]int{}
	for c, entry := range file.Colors {
		weights[c] = entry.Weight
	}
	return weights
}

func (s *fakeStack) Outputs(context.Context) (map[string]json.RawMessage, error) {
	if s.root == generator.Foundation {
		outputs := map[string]json.RawMessage{
			"zone_id": json.RawMessage(`"Z0"`), "zone_name_servers": json.RawMessage(`["ns-1.example.net","ns-2.example.net"]`),
			"zones":      json.RawMessage(`["a","b","c"]`),
			"subnet_ids": json.RawMessage(`{"public":["p1","p2","p3"],"data":["d1","d2","d3"],"blue":["b1","b2","b3"],"green":["g1","g2","g3"]}`),
		}
		for name, value := range s.w.outputs {
			outputs[name] = json.RawMessage(value)
		}
		return outputs, nil
	}
	lb := fmt.Sprintf(`{"arn":"arn:%[1]s","dns_name":"%[1]s.lb","zone_id":"Z1"}`, s.root)
	outputs := map[string]json.RawMessage{"load_balancer": json.RawMessage(lb)}
	if managed, ok := s.w.managed[string(s.root)]; ok {
		outputs["management"] = json.RawMessage(managed)
	}
	return outputs, nil
}

func (s *fakeStack) StateEmpty(context.Context) (bool, error) {
	s.w.mu.Lock()
	defer s.w.mu.Unlock()
	return !s.w.standing[string(s.root)] || s.w.noStates, nil
}

func (s *fakeStack) State(context.Context) (terraform.State, error) {
	err := s.w.touch("state " + string(s.root))
	s.w.mu.Lock()
	defer s.w.mu.Unlock()
	if !s.w.standing[string(s.root)] || s.w.noStates {
		return terraform.State{}, err
	}
	return terraform.State{Lineage: "of " + string(s.root), Serial: 1, Resources: 1}, err
}

func (s *fakeStack) Protected(context.Context) ([]string, error) {
	s.w.mu.Lock()
	defer s.w.mu.Unlock()
	if !s.w.locked[string(s.root)] {
		return nil, nil
	}
	return []string{"module.it.thing"}, nil
}

// RecoverState pushes what Terraform left behind, which is what stands.
func (s *fakeStack) RecoverState(context.Context) (bool, error) {
	s.w.mu.Lock()
	defer s.w.mu.Unlock()
	at := path.Join("tiny", string(s.root), erroredFile)
	if _, left := s.w.files[at]; !left {
		return false, nil
	}
	delete(s.w.files, at)
	s.w.applied = append(s.w.applied, "push "+string(s.root))
	return true, nil
}
