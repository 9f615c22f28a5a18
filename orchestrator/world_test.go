package orchestrator

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	tfjson "github.com/hashicorp/terraform-json"

	"drover/generator"
	"drover/generator/spec"
	"drover/orchestrator/internal/apitest"
	"drover/orchestrator/journal"
	"drover/orchestrator/kubernetes"
	"drover/orchestrator/platform"
	"drover/orchestrator/reconcile"
	"drover/orchestrator/terraform"
	"drover/orchestrator/verify"
)

// world is a cloud in memory: what Terraform, the platform and DNS would see.
// It keeps the promises' side of the bargain: a write that breaks one fails
// the test at once, whoever made it.
type world struct {
	t        *testing.T
	out      string
	spec     spec.Cluster
	standing map[string]bool // roots that exist
	locked   map[string]bool // roots that refuse to be deleted
	dns      map[string]int
	version  map[string]string
	verdicts map[string]verify.Verdict    // by color; pass where absent
	busy     map[string]float64           // new connections by color
	applied  []string                     // what was applied, in order
	apis     map[string]*apitest.Server   // by color; none where absent
	managed  map[string]string            // the output management, by color; none where absent
	noStates bool                         // the states were lost, as local ones are with their machine
	tags     map[string]map[string]string // of the clusters, by color
	tagged   []platform.Resource          // what carries the cluster's tag
	quota    int                          // load balancers that were last asked for
	mu       sync.Mutex                   // guards what is below: drift is looked for in two roots at once
	dead     bool
	effects  int              // calls that could be the last
	killAt   int              // 0: never
	inPlace  string           // what a plan would do to a color that stands: update or replace; nothing if empty
	grows    bool             // whether a plan would add to the foundation that stands
	replaces bool             // whether a plan would replace the foundation that stands
	fail     map[string]error // by call
}

// errKilled is what every call of a killed process gives.
var errKilled = errors.New("killed")

func newWorld(t *testing.T) *world {
	t.Helper()
	dir := t.TempDir()
	cluster, diagnostics := spec.Parse("cluster.yaml", []byte(`apiVersion: drover/v1
kind: Cluster
metadata: {name: tiny}
spec:
  platform: aws
  region: eu-west-1
  kubernetes: {version: "1.32"}
  network: {cidr: 10.40.0.0/16}
  ingress: {domain: tiny.example.com}
  access: {admins: ["arn:aws:iam::123456789012:role/platform-admin"]}
`))
	if diagnostics.HasErrors() {
		t.Fatal(diagnostics)
	}
	r := &cluster.Spec.Rotation
	r.Traffic.Steps, r.Traffic.Interval = []int{10, 50, 100}, spec.Duration(time.Millisecond)
	r.Soak, r.KeepBlue, r.Quiet = spec.Duration(time.Millisecond), 0, spec.Duration(time.Millisecond)
	return &world{t: t, out: dir, spec: cluster, standing: map[string]bool{}, locked: map[string]bool{}, dns: map[string]int{}, version: map[string]string{},
		verdicts: map[string]verify.Verdict{}, busy: map[string]float64{}, apis: map[string]*apitest.Server{}, managed: map[string]string{}, tags: map[string]map[string]string{}, fail: map[string]error{}}
}

func (w *world) options() Options {
	o := Options{Spec: w.spec, SpecFile: "cluster.yaml", Out: w.out, Version: "test", Command: "drover test", Observer: silent{}}
	o.Ports = Ports{
		Cloud: &fakeCloud{w}, DNS: fakeDNS{w}, Kubernetes: apiServers(&fakeCloud{w}, nil),
		Stack: func(root generator.Root) (Stack, error) { return &fakeStack{w, root}, nil },
		Checks: func(color, _ string) []verify.Check {
			return []verify.Check{fakeCheck{w, color}}
		},
	}
	return o
}

// touch is a point at which the process may be killed. A dead process does
// nothing more: no call of it reaches outside, and as its lease is another's
// it cannot append to the journal either.
func (w *world) touch(call string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.effects++
	if w.effects == w.killAt {
		lease := filepath.Join(StoreDir(w.out, "tiny"), "lease.json")
		if err := os.WriteFile(lease, []byte(`{"fence": 1000}`), 0o600); err != nil {
			w.t.Error(err)
		}
		w.dead = true
	}
	if w.dead {
		return errKilled
	}
	return w.fail[call]
}

// revive is the next process.
func (w *world) revive() { w.killAt, w.dead = 0, false }

func (w *world) state() journal.State {
	w.t.Helper()
	events, err := journal.Open(StoreDir(w.out, "tiny")).Events(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	return journal.Fold(events)
}

// serve is a write to DNS, with the promises that hold at every instant.
func (w *world) serve(weights map[string]int) {
	sum := 0
	for color, weight := range weights {
		sum += weight
		if weight > 0 && !w.standing[color] {
			w.t.Errorf("traffic points at %s, which does not stand: %v", color, weights)
		}
		if weight > 0 && w.verdicts[color] == verify.Fail && w.dns[color] == 0 {
			w.t.Errorf("traffic was moved to %s, which fails verification: %v", color, weights)
		}
	}
	if sum == 0 {
		w.t.Errorf("all weights are zero: %v", weights)
	}
	positive := len(w.dns) == 0
	for color, weight := range w.dns {
		positive = positive || (weight > 0 && weights[color] > 0)
	}
	if !positive {
		w.t.Errorf("from %v to %v in one write: all weights can be zero for a moment", w.dns, weights)
	}
	w.dns = weights
}

type fakeStack struct {
	w    *world
	root generator.Root
}

var _ Stack = (*fakeStack)(nil)

func (s *fakeStack) Init(context.Context) error { return s.w.touch("init " + string(s.root)) }

func (s *fakeStack) Plan(_ context.Context, o terraform.PlanOptions) (*terraform.Plan, error) {
	if err := s.w.touch("plan " + string(s.root)); err != nil {
		return nil, err
	}
	s.w.mu.Lock()
	defer s.w.mu.Unlock()
	actions, changed := tfjson.Actions{tfjson.ActionCreate}, !s.w.standing[string(s.root)]
	switch {
	case o.Set["deletion_protection"] == "false":
		actions, changed = tfjson.Actions{tfjson.ActionUpdate}, s.w.locked[string(s.root)]
	case o.Destroy:
		actions, changed = tfjson.Actions{tfjson.ActionDelete}, s.w.standing[string(s.root)]
	case s.root == generator.Traffic:
		changed = !maps.Equal(s.wanted(), s.w.dns)
	case s.w.standing[string(s.root)] && s.root == generator.Foundation && s.w.replaces:
		actions, changed = tfjson.Actions{tfjson.ActionDelete, tfjson.ActionCreate}, true
	case s.w.standing[string(s.root)] && s.root == generator.Foundation && s.w.grows:
		changed = true
	case s.w.standing[string(s.root)] && s.root != generator.Foundation && s.w.inPlace != "":
		changed = true
		actions = map[string]tfjson.Actions{"update": {tfjson.ActionUpdate}, "replace": {tfjson.ActionDelete, tfjson.ActionCreate}}[s.w.inPlace]
	}
	plan := &terraform.Plan{Changed: changed, JSON: &tfjson.Plan{}}
	if changed {
		values := map[string]any{"tags_all": map[string]any{clusterTag: "tiny", colorTag: string(s.root)}}
		plan.JSON.ResourceChanges = []*tfjson.ResourceChange{{Address: "module.it.thing", Change: &tfjson.Change{Actions: actions, Before: values, After: values}}}
	}
	return plan, nil
}

func (s *fakeStack) Apply(_ context.Context, p *terraform.Plan) error {
	if err := s.w.touch("apply " + string(s.root)); err != nil {
		return err
	}
	s.carryOut(p.JSON.ResourceChanges[0].Change.Actions)
	return s.w.touch("applied " + string(s.root))
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
	case deletes && s.w.locked[string(s.root)]:
		s.w.t.Errorf("%s was deleted, and refuses that", s.root)
	case s.root == generator.Traffic && deletes:
		s.w.dns, s.w.standing[string(s.root)] = map[string]int{}, false
	case s.root == generator.Traffic:
		s.w.serve(s.wanted())
		s.w.standing[string(s.root)] = true
	case deletes && s.w.dns[string(s.root)] > 0:
		s.w.t.Errorf("%s was destroyed with traffic on it: %v", s.root, s.w.dns)
	default:
		s.w.standing[string(s.root)] = !deletes
		s.w.tags[string(s.root)], s.w.version[string(s.root)] = s.origin(), s.w.spec.Spec.Kubernetes.Version
		s.w.locked[string(s.root)] = !deletes
	}
	s.w.applied = append(s.w.applied, action(actions)+" "+string(s.root))
}

// origin are the tags that the root is told to give.
func (s *fakeStack) origin() map[string]string {
	data, err := os.ReadFile(filepath.Join(s.w.out, "tiny", string(s.root), originFile))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	var file struct{ Origin map[string]string }
	if err := errors.Join(err, json.Unmarshal(data, &file)); err != nil {
		s.w.t.Error(err)
	}
	return file.Origin
}

func (s *fakeStack) wanted() map[string]int {
	data, err := os.ReadFile(filepath.Join(s.w.out, "tiny", "traffic", colorsFile))
	if errors.Is(err, os.ErrNotExist) {
		return map[string]int{}
	}
	if err != nil {
		s.w.t.Fatal(err)
	}
	var file struct{ Colors map[string]trafficColor }
	if err := json.Unmarshal(data, &file); err != nil {
		s.w.t.Fatal(err)
	}
	weights := map[string]int{}
	for color, c := range file.Colors {
		weights[color] = c.Weight
	}
	return weights
}

func (s *fakeStack) Outputs(context.Context) (map[string]json.RawMessage, error) {
	lb := fmt.Sprintf(`{"arn":"arn:%[1]s","dns_name":"%[1]s.lb","zone_id":"Z1"}`, s.root)
	outputs := map[string]json.RawMessage{"load_balancer": json.RawMessage(lb)}
	if managed, ok := s.w.managed[string(s.root)]; ok {
		outputs["management"] = json.RawMessage(managed)
	}
	return outputs, nil
}

func (s *fakeStack) StateEmpty(context.Context) (bool, error) {
	return !s.w.standing[string(s.root)], nil
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

func (s *fakeStack) RecoverState(context.Context) (bool, error) { return false, nil }

type fakeDNS struct{ w *world }

func (d fakeDNS) Confirm(_ context.Context, weights map[string]int) (time.Duration, error) {
	if err := d.w.touch("confirm"); err != nil {
		return 0, err
	}
	if !maps.Equal(weights, d.w.dns) {
		return 0, fmt.Errorf("DNS answers %v, not %v", d.w.dns, weights)
	}
	return time.Millisecond, nil
}

type fakeCloud struct{ w *world }

var _ platform.Platform = (*fakeCloud)(nil)

func (c *fakeCloud) Account(context.Context) (string, error) {
	return "123456789012", c.w.touch("account")
}

func (c *fakeCloud) ClusterActive(_ context.Context, cluster string) (platform.Health, error) {
	color := cluster[len("tiny-"):]
	err := c.w.touch("cluster")
	c.w.mu.Lock()
	defer c.w.mu.Unlock()
	return platform.Health{Active: c.w.standing[color], Exists: c.w.standing[color], Tags: c.w.tags[color], Version: c.w.version[color], Detail: "standing"}, err
}

func (c *fakeCloud) Quota(_ context.Context, balancers int) ([]platform.Shortage, error) {
	c.w.quota = balancers
	return nil, c.w.touch("quota")
}

func (c *fakeCloud) Flows(_ context.Context, lb string, _ time.Duration) (platform.Flows, error) {
	color := lb[len("arn:"):]
	return platform.Flows{Alive: c.w.standing[color], New: c.w.busy[color], Until: time.Now()}, c.w.touch("flows")
}

func (c *fakeCloud) Leftovers(context.Context, string, string) ([]platform.Resource, error) {
	return c.w.tagged, c.w.touch("leftovers")
}

func (c *fakeCloud) Kubernetes(_ context.Context, cluster string) (kubernetes.Access, error) {
	if api, has := c.w.apis[cluster[len("tiny-"):]]; has {
		return api.Access(), c.w.touch("kubernetes")
	}
	return kubernetes.Access{}, c.w.touch("kubernetes")
}

func (c *fakeCloud) Pool(labels map[string]string) string { return labels["pool"] }

func (c *fakeCloud) Weights(context.Context, platform.Zone) (map[string]int, error) {
	err := c.w.touch("weights")
	c.w.mu.Lock()
	defer c.w.mu.Unlock()
	return maps.Clone(c.w.dns), err
}

func (c *fakeCloud) SetWeights(_ context.Context, change platform.Change) (platform.Token, error) {
	if err := errors.Join(change.Check(), c.w.touch("weights")); err != nil {
		return "", err
	}
	for color := range change.New {
		if _, has := c.w.dns[color]; !has {
			return "", &platform.NoRecordError{Color: color, Name: change.Domain}
		}
	}
	if change.Expected != nil && !maps.Equal(c.w.dns, change.Expected) && !maps.Equal(c.w.dns, change.New) {
		return "", &platform.ChangedError{Name: change.Domain, Expected: change.Expected, Found: c.w.dns}
	}
	c.w.dns = maps.Clone(change.New)
	return "written", nil
}

func (c *fakeCloud) Confirmed(context.Context, platform.Change, platform.Token) (platform.Confirmation, error) {
	return platform.Confirmation{TTL: time.Millisecond}, c.w.touch("confirmed")
}

type fakeCheck struct {
	w     *world
	color string
}

func (fakeCheck) Name() string { return "health" }

func (c fakeCheck) Run(context.Context) (verify.Verdict, string) {
	if verdict, ok := c.w.verdicts[c.color]; ok {
		return verdict, "as the test says"
	}
	return verify.Pass, "as the test says"
}

// compare is what a command would find that had a journal of these events alone.
func (w *world) compare(t *testing.T, events []journal.Event) []reconcile.Disagreement {
	t.Helper()
	known := knownOf("tiny", journal.Fold(events), len(events) == 0)
	seen, err := w.options().look(t.Context(), everything, known)
	if err != nil {
		t.Fatal(err)
	}
	return reconcile.Compare(known, seen)
}

type onEvent struct{ do func(journal.Event) }

func (o onEvent) Event(e journal.Event) { o.do(e) }
func (onEvent) Progress(string)         {}
func (onEvent) Detail(string)           {}

type silent struct{}

func (silent) Event(journal.Event) {}
func (silent) Progress(string)     {}
func (silent) Detail(string)       {}
