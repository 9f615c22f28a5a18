package cluster

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"path"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	tfjson "github.com/hashicorp/terraform-json"

	"drover/generator"
	"drover/generator/spec"
	"drover/orchestrator/color"
	"drover/orchestrator/internal/apitest"
	"drover/orchestrator/journal"
	"drover/orchestrator/kubernetes"
	"drover/orchestrator/platform"
	"drover/orchestrator/store"
	"drover/orchestrator/store/storetest"
	"drover/orchestrator/verify"
)

// world is a cloud in memory: what Terraform, the platform and DNS would see.
// It keeps the promises' side of the bargain: a write that breaks one fails
// the test at once, whoever made it.
type world struct {
	t       *testing.T
	spec    spec.Cluster
	objects *storetest.Memory // the store
	process int               // that was started last
	again   bool
	stop    time.Duration // of the next process, from its start; 0: never
	set     atomic.Int64  // by how many nanoseconds somebody set this machine's clock, while a process ran

	mu          sync.Mutex
	standing    map[string]bool // roots that exist
	locked      map[string]bool // roots that refuse to be deleted
	vanished    map[string]bool // colors whose load balancer somebody deleted
	dns         map[string]int
	version     map[string]string            // of the clusters, by color
	tags        map[string]map[string]string // of the clusters, by color
	tagged      []platform.Resource          // what carries the cluster's tag, beside what stands
	orphans     []platform.Existing          // what is there and in no state: one that is created again fails the apply
	ghost       bool                         // the orphans are listed, and do not exist
	noStates    bool                         // the states were lost
	verdicts    map[string]verify.Verdict    // by color; pass where absent
	during      []string                     // when the checks are asked; always if nil
	busy        map[string]float64           // new connections by color
	open        map[string]float64           // open connections by color
	late        time.Duration                // how old the newest measurement is
	applied     []string                     // what was applied, in order
	files       map[string][]byte            // the Terraform directory of this machine
	apis        map[string]*apitest.Server
	managed     map[string]string   // the output management, by color; none where absent
	account     string              // of the credentials
	needs       []platform.Need     // what quotas were asked for
	short       []platform.Shortage // what they are answered with
	targets     []platform.Targets
	parent      []string          // name servers that the parent zone leads to
	source      string            // the address of this machine
	proxy       string            // through which it asks for the API
	resolves    bool              // whether the network's resolver answers it
	outputs     map[string]string // of the foundation, beside the zone and its subnets
	dead        bool              // the process was killed
	effects     int               // calls that could be the last
	killAt      int               // 0: never
	inStore     bool              // calls of the store count too
	inPlace     string            // what a plan would do to a color that stands: update or replace; nothing if empty
	grows       bool              // whether a plan would add to the foundation that stands
	recommended string            // the last number of the versions of add-ons
	kind        string            // of the one resource of the foundation that a plan changes
	does        tfjson.Actions    // and what the plan does to it
	replaces    bool              // whether a plan would replace the foundation that stands
	fail        map[string]error  // by call
	heard       func(call string) // is told of each call; nil: nobody is
	environment map[string]string // variables of the process
	ahead       time.Duration     // of this machine's clock to the store's
}

// errKilled is what every call of a killed process gives.
var errKilled = errors.New("killed")

// inWorld runs a test in a world of its own, whose clock moves only while everybody waits.
func inWorld(t *testing.T, test func(*testing.T, *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(t, newWorld(t)) })
}

func newWorld(t *testing.T) *world {
	t.Helper()
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
	r.Traffic.Steps, r.Traffic.Interval = []int{10, 50, 100}, spec.Duration(time.Minute)
	r.Soak, r.KeepBlue, r.Quiet = spec.Duration(5*time.Minute), 0, spec.Duration(2*time.Minute)
	w := &world{t: t, spec: cluster, objects: &storetest.Memory{}, standing: map[string]bool{}, locked: map[string]bool{}, dns: map[string]int{}, version: map[string]string{}, tags: map[string]map[string]string{},
		verdicts: map[string]verify.Verdict{}, busy: map[string]float64{}, open: map[string]float64{}, files: map[string][]byte{},
		apis: map[string]*apitest.Server{}, managed: map[string]string{}, fail: map[string]error{}, account: "123456789012",
		parent: []string{"ns-1.example.net", "NS-2.example.net."}, source: "10.40.0.9", outputs: map[string]string{}}
	w.objects.Fault = w.storeFault
	return w
}

// wall is the bubble's clock.
type wall struct{}

func (wall) Now() time.Time { return time.Now() }

func (wall) Sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// mortal is the wall clock of a process that waits for nothing any more once it is dead.
type mortal struct{ w *world }

func (m mortal) Now() time.Time { return time.Now().Add(time.Duration(m.w.set.Load())) }

func (m mortal) Sleep(ctx context.Context, d time.Duration) error {
	m.w.mu.Lock()
	dead := m.w.dead
	m.w.mu.Unlock()
	if dead {
		return errKilled
	}
	return wall{}.Sleep(ctx, d)
}

// options are those of a new process. Every process before it that was killed is known to have ended.
func (w *world) options() Options {
	w.process++
	o := Options{Spec: w.spec, SpecFile: "cluster.yaml", Out: "infra", Version: "test", By: "ann", Again: w.again, Observer: silent{}, Clock: mortal{w},
		Store: w.store(), StoreAt: "memory", Holder: store.Holder{Host: "here", PID: w.process, Command: "drover test"}, Connect: w.connect}
	if w.stop > 0 {
		o.Stop = time.Now().Add(w.stop)
	}
	return o
}

func (w *world) store() *store.Store {
	alive := w.process
	return store.Open(dated{w.objects, w.ahead}, "tiny", store.Options{Clock: mortal{w}, Ended: func(h store.Holder) bool { return h.PID < alive }})
}

// dated is a store with a clock.
type dated struct {
	*storetest.Memory
	ahead time.Duration
}

func (d dated) Modified(context.Context, string) (time.Time, error) {
	return time.Now().Add(-d.ahead).Truncate(time.Second), nil
}

func (w *world) connect(context.Context, Options) (Ports, error) {
	return Ports{
		Workspace: directory{w}, Cloud: &fakeCloud{w}, DNS: fakeDNS{w}, Machine: fakeMachine{w}, Kubernetes: w.kubernetes,
		Secret: func(name string) string { return w.environment[name] },
		Stack:  func(root generator.Root) (Stack, error) { return &fakeStack{w, root}, nil },
		Checks: func(_ spec.Cluster, c color.Color) []Check {
			return []Check{{ID: "health-" + string(c), When: w.during, Check: fakeCheck{w, string(c)}}}
		},
	}, nil
}

func (w *world) kubernetes(ctx context.Context, cluster string) (*kubernetes.Client, error) {
	access, err := (&fakeCloud{w}).Kubernetes(ctx, cluster)
	if err != nil {
		return nil, err
	}
	return kubernetes.New(access)
}

// touch is a point at which the process may be killed. A dead process does
// nothing more: no call of it reaches outside, the store included.
func (w *world) touch(call string) error {
	if w.heard != nil {
		w.heard(call)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.effects++; w.effects == w.killAt {
		w.dead = true
	}
	if w.dead {
		return errKilled
	}
	return w.fail[call]
}

// storeFault kills in every second call of the store before it has its effect, and in the others after it.
func (w *world) storeFault(call storetest.Call) storetest.Fault {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.dead {
		return storetest.Refused
	}
	if !w.inStore {
		return storetest.None
	}
	if w.effects++; w.effects != w.killAt {
		return storetest.None
	}
	w.dead = true
	if w.effects%2 == 0 && (call.Op == "create" || call.Op == "write") {
		return storetest.Unknown
	}
	return storetest.Refused
}

// revive is the next process, on another machine: its Terraform directory is empty.
func (w *world) revive() { w.killAt, w.dead, w.files = 0, false, map[string][]byte{} }

func (w *world) events() []journal.Event {
	w.t.Helper()
	events, err := Events(w.t.Context(), w.store())
	if err != nil {
		w.t.Fatal(err)
	}
	return events
}

func (w *world) state() journal.State { return journal.Fold(w.events()) }

// serve is a write to DNS, with the promises that hold at every instant. Terraform writes record after record, the
// platform all at once.
func (w *world) serve(weights map[string]int, atOnce bool) {
	sum := 0
	for c, weight := range weights {
		sum += weight
		if weight > 0 && !w.standing[c] {
			w.t.Errorf("traffic points at %s, which does not stand: %v", c, weights)
		}
		if weight > 0 && w.verdicts[c] == verify.Fail && w.dns[c] == 0 {
			w.t.Errorf("traffic was moved to %s, which fails verification: %v", c, weights)
		}
	}
	if sum == 0 {
		w.t.Errorf("all weights are zero: %v", weights)
	}
	positive := len(w.dns) == 0 || atOnce
	for c, weight := range w.dns {
		positive = positive || (weight > 0 && weights[c] > 0)
	}
	if !positive {
		w.t.Errorf("from %v to %v record by record: all weights can be zero for a moment", w.dns, weights)
	}
	w.dns = weights
}

// directory is the Terraform directory of the machine that runs now.
type directory struct{ w *world }

var _ Workspace = directory{}

func (d directory) Write(files generator.Files, _ bool) (changed bool, err error) {
	d.w.mu.Lock()
	defer d.w.mu.Unlock()
	for name, data := range files {
		changed = changed || string(d.w.files[name]) != string(data)
		d.w.files[name] = data
	}
	return changed, nil
}

func (d directory) Present(files generator.Files) (generator.Files, error) {
	d.w.mu.Lock()
	defer d.w.mu.Unlock()
	present := generator.Files{}
	for name := range files {
		if data, there := d.w.files[name]; there {
			present[name] = data
		}
	}
	return present, nil
}

func (d directory) Put(r generator.Root, name string, data []byte) (bool, error) {
	d.w.mu.Lock()
	defer d.w.mu.Unlock()
	at := path.Join("tiny", string(r), name)
	had, there := d.w.files[at]
	if data == nil {
		delete(d.w.files, at)
		return there, nil
	}
	d.w.files[at] = data
	return string(had) != string(data), nil
}

func (d directory) Get(r generator.Root, name string) ([]byte, error) {
	d.w.mu.Lock()
	defer d.w.mu.Unlock()
	return d.w.files[path.Join("tiny", string(r), name)], nil
}

type fakeDNS struct{ w *world }

func (d fakeDNS) Confirm(_ context.Context, weights color.Weights) (time.Duration, error) {
	if err := d.w.touch("confirm"); err != nil {
		return 0, err
	}
	d.w.mu.Lock()
	defer d.w.mu.Unlock()
	if !maps.Equal(plain(weights), d.w.dns) {
		return 0, fmt.Errorf("DNS answers %v, not %v", d.w.dns, weights)
	}
	return time.Minute, nil
}

func (d fakeDNS) Delegation(context.Context, string) ([]string, error) {
	err := d.w.touch("delegation")
	return d.w.parent, err
}

type fakeMachine struct{ w *world }

var _ Machine = fakeMachine{}

func (m fakeMachine) Source(context.Context, netip.Addr) (netip.Addr, error) {
	return netip.MustParseAddr(m.w.source), nil
}

func (m fakeMachine) Proxy(string) string { return m.w.proxy }

func (m fakeMachine) Resolves(context.Context, netip.Addr) error {
	if !m.w.resolves {
		return errors.New("no answer")
	}
	return nil
}

type fakeCloud struct{ w *world }

var _ platform.Platform = (*fakeCloud)(nil)

func (c *fakeCloud) Account(context.Context) (string, error) {
	return c.w.account, c.w.touch("account")
}

func (c *fakeCloud) ClusterActive(_ context.Context, cluster string) (platform.Health, error) {
	err := c.w.touch("cluster")
	c.w.mu.Lock()
	defer c.w.mu.Unlock()
	of := cluster[len("tiny-"):]
	return platform.Health{Active: c.w.standing[of], Exists: c.w.standing[of], Tags: c.w.tags[of], Version: c.w.version[of], Detail: "standing"}, err
}

func (c *fakeCloud) Quota(_ context.Context, n platform.Need) ([]platform.Shortage, error) {
	c.w.needs = append(c.w.needs, n)
	return c.w.short, c.w.touch("quota")
}

func (c *fakeCloud) Targets(context.Context, string, string) ([]platform.Targets, error) {
	return c.w.targets, c.w.touch("targets")
}

func (c *fakeCloud) AddonVersions(_ context.Context, version string, addons []string) (map[string]string, error) {
	versions := map[string]string{}
	for _, name := range addons {
		versions[name] = "v" + version + "." + c.w.recommended
	}
	return versions, c.w.touch("addons")
}

func (c *fakeCloud) NodeImages(_ context.Context, version string, nodes []platform.Nodes) (map[string]string, error) {
	images := map[string]string{}
	for _, n := range nodes {
		images[n.System+" "+n.Machine] = version + "." + c.w.recommended
	}
	return images, c.w.touch("images")
}

func (c *fakeCloud) Awaits(_ context.Context, u platform.Update) (string, error) {
	if u.Kind != "awaited" {
		return "", nil
	}
	return "the platform upgrades orders on Sunday", c.w.touch("awaits")
}

func (c *fakeCloud) HoldsNothing(kind string) bool { return kind == "spare" }

func (c *fakeCloud) Flows(_ context.Context, lb string, _ time.Duration) (platform.Flows, error) {
	err := c.w.touch("flows")
	c.w.mu.Lock()
	defer c.w.mu.Unlock()
	of := lb[len("arn:"):]
	if c.w.vanished[of] {
		return platform.Flows{Gone: true}, err
	}
	return platform.Flows{Alive: c.w.standing[of], New: c.w.busy[of], Active: c.w.open[of], Until: time.Now().Add(-c.w.late)}, err
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

func (c *fakeCloud) Existing(_ context.Context, wanted []platform.Wanted) ([]platform.Existing, error) {
	err := c.w.touch("existing")
	c.w.mu.Lock()
	defer c.w.mu.Unlock()
	var found []platform.Existing
	for i, o := range c.w.orphans {
		for _, each := range wanted {
			if each.Address == o.Address {
				found = append(found, o)
			}
		}
		if o.Condition == platform.Pending { // until the next look
			c.w.orphans[i].Condition = platform.Ready
		}
	}
	return found, err
}

func (c *fakeCloud) Pool(labels map[string]string) string { return labels["pool"] }

func (c *fakeCloud) Weights(context.Context, platform.Zone) (map[string]int, error) {
	err := c.w.touch("ask weights")
	c.w.mu.Lock()
	defer c.w.mu.Unlock()
	return maps.Clone(c.w.dns), err
}

func (c *fakeCloud) SetWeights(_ context.Context, change platform.Change) (platform.Token, error) {
	if err := errors.Join(change.Check(), c.w.touch("weights")); err != nil {
		return "", err
	}
	if change.ZoneID != "Z0" {
		return "", fmt.Errorf("there is no zone %q", change.ZoneID)
	}
	c.set(change)
	if err := c.refusal(change); err != nil {
		return "", err
	}
	return "token", c.w.touch("written")
}

func (c *fakeCloud) refusal(change platform.Change) error {
	c.w.mu.Lock()
	defer c.w.mu.Unlock()
	if maps.Equal(c.w.dns, change.New) {
		return nil
	}
	for name := range change.New {
		if _, has := c.w.dns[name]; !has {
			return &platform.NoRecordError{Color: name, Name: change.Domain}
		}
	}
	return &platform.ChangedError{Name: change.Domain, Expected: change.Expected, Found: c.w.dns}
}

// set writes if every record that is there gets a weight, and has the one that is expected.
func (c *fakeCloud) set(change platform.Change) {
	c.w.mu.Lock()
	defer c.w.mu.Unlock()
	same := len(c.w.dns) == len(change.New)
	for name, weight := range c.w.dns {
		_, named := change.New[name]
		same = same && named && (change.Expected == nil || weight == change.Expected[name] || weight == change.New[name])
	}
	if same {
		c.w.serve(maps.Clone(change.New), true)
	}
}

func (c *fakeCloud) Confirmed(context.Context, platform.Change, platform.Token) (platform.Confirmation, error) {
	return platform.Confirmation{TTL: time.Minute}, c.w.touch("confirmed")
}

type fakeCheck struct {
	w    *world
	name string
}

func (fakeCheck) Name() string { return "health" }

func (c fakeCheck) Run(context.Context) verify.Answer {
	c.w.mu.Lock()
	defer c.w.mu.Unlock()
	if verdict, ok := c.w.verdicts[c.name]; ok {
		return verify.Answer{Verdict: verdict, Detail: "as the test says"}
	}
	return verify.Answer{Verdict: verify.Pass, Detail: "as the test says"}
}

type silent struct{}

func (silent) Event(journal.Event) {}
func (silent) Progress(string)     {}
func (silent) Detail(string)       {}

// onEvent acts on each event.
type onEvent struct {
	silent
	do func(journal.Event)
}

func (o onEvent) Event(e journal.Event) { o.do(e) }

func onWeights(do func(map[string]int)) Observer {
	return onEvent{do: func(e journal.Event) {
		if e.Kind == journal.Weights {
			do(plain(e.Weights))
		}
	}}
}

func onPhase(name string, do func()) Observer {
	return onEvent{do: func(e journal.Event) {
		if e.Kind == journal.PhaseStarted && e.Phase == name {
			do()
		}
	}}
}

type onProgress struct {
	silent
	do func(string)
}

func (o onProgress) Progress(message string) { o.do(message) }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func applied(t *testing.T, w *world) {
	t.Helper()
	must(t, Apply(t.Context(), w.options()))
}

// checkRotated wants green to have taken over, whole.
func checkRotated(t *testing.T, w *world) {
	t.Helper()
	state := w.state()
	if state.Active != color.Green || state.Rotation != nil || state.Colors[color.Green].Version != "1.33" {
		t.Errorf("active %q at %q, rotation %+v", state.Active, state.Colors[color.Green].Version, state.Rotation)
	}
	if w.standing["blue"] || !w.standing["green"] || !maps.Equal(w.dns, map[string]int{"green": 100}) {
		t.Errorf("standing %v, DNS %v", w.standing, w.dns)
	}
}

// checkBack wants blue to have all traffic, with no record of green.
func checkBack(t *testing.T, w *world) {
	t.Helper()
	state := w.state()
	if !maps.Equal(w.dns, map[string]int{"blue": 100}) || state.Active != color.Blue || state.Rotation != nil || !w.standing["blue"] {
		t.Errorf("DNS %v, active %q, rotation %+v, standing %v", w.dns, state.Active, state.Rotation, w.standing)
	}
}

func newVersion(w *world) { w.spec.Spec.Kubernetes.Version = "1.33" }

// rotated runs a rotation that ends with an error of a kind, and returns that.
func rotated[E error](t *testing.T, _ *world, o Options) E {
	t.Helper()
	var want E
	if err := Rotate(t.Context(), o); !errors.As(err, &want) {
		t.Fatalf("got %v, want %T", err, want)
	}
	return want
}
