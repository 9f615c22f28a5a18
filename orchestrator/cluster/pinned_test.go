package cluster

import (
	"encoding/json"
	"strings"
	"testing"

	"drover/generator/spec"
	"drover/orchestrator/journal"
	"drover/orchestrator/rotation"
)

// Whoever may write to the store could otherwise have another cluster destroyed, whose tags would be those that are asked for.
func TestASpecFromTheStoreLeadsToNoOtherCluster(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*spec.Cluster){
		"metadata.name": func(c *spec.Cluster) { c.Metadata.Name = "other" },
		"spec.region":   func(c *spec.Cluster) { c.Spec.Region = "us-east-1" },
		"spec.account":  func(c *spec.Cluster) { c.Spec.Account = "210987654321" },
		"":              func(c *spec.Cluster) { c.Spec.Kubernetes.Version = "1.31" },
	} {
		o := newWorld(t).options()
		pinned := o.Spec
		change(&pinned)
		data, err := json.Marshal(pinned)
		must(t, err)
		digest, err := o.Store.SaveBundle(t.Context(), map[string][]byte{specFile: data})
		must(t, err)
		s := &session{Options: o, loop: &rotation.Loop{State: journal.State{Rotation: &journal.Rotation{Plan: journal.Plan{Spec: digest}}}}}
		err = s.takePinned(t.Context())
		if refused := err != nil && strings.Contains(err.Error(), name); refused != (name != "") {
			t.Errorf("another %q: %v", name, err)
		}
		if name != "" && s.Spec.Metadata.Name != "tiny" {
			t.Errorf("it is taken all the same: %s", s.Spec.Metadata.Name)
		}
	}
}
