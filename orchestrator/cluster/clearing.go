package cluster

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"drover/orchestrator/color"
	"drover/orchestrator/journal"
	"drover/orchestrator/kubernetes"
	"drover/orchestrator/rotation"
)

// holder is a kind of object for which a controller in the cluster keeps
// something in the cloud that Terraform knows nothing of. The object goes only
// once its controller has taken that away.
type holder struct {
	kind       string // for people
	collection string
	optional   bool              // a cluster need not know this kind
	holds      func(object) bool // nil: every object of the kind
	stops      bool              // it is scaled to zero, and not deleted
}

// holders go stage by stage: the next begins once nothing of the one before is
// left. The agent goes first, as it would make what is deleted anew. Machines go last,
// as the controllers run on them, and their pools before them, as a pool would make new ones.
var holders = [][]holder{
	{
		{"StatefulSet", "/apis/apps/v1/statefulsets", true, runsAgent, true},
		{"Deployment", "/apis/apps/v1/deployments", true, runsAgent, true},
	},
	{
		{"Service", "/api/v1/services", false, func(o object) bool { return o.Spec.Type == "LoadBalancer" }, false},
		{"Ingress", "/apis/networking.k8s.io/v1/ingresses", false, nil, false},
		{"Gateway", "/apis/gateway.networking.k8s.io/v1/gateways", true, nil, false},
	},
	{{"NodePool", "/apis/karpenter.sh/v1/nodepools", true, outlivesCluster, false}},
	{{"NodeClaim", "/apis/karpenter.sh/v1/nodeclaims", true, outlivesCluster, false}},
}

// runsAgent is true of those programs of Argo CD that bring objects back, while they run: by the name that its manifests
// and its chart label them with.
func runsAgent(o object) bool {
	const label = "app.kubernetes.io/name"
	agent := slices.Contains([]string{"argocd-application-controller", "argocd-applicationset-controller"}, o.Metadata.Labels[label])
	return agent && (!o.stopped() || o.Status.Replicas > 0)
}

// outlivesCluster is false of machines that the platform itself ends with the cluster: those of EKS Auto Mode
// (https://docs.aws.amazon.com/eks/latest/userguide/delete-cluster.html). Its own pools are not for others to delete.
func outlivesCluster(o object) bool {
	const platform = "eks.amazonaws.com"
	return o.Spec.NodeClassRef.Group != platform && o.Spec.Template.Spec.NodeClassRef.Group != platform
}

// nodeClass is what machines of Karpenter's are made by.
type nodeClass struct{ Group string }

// object is what is looked at of such an object.
type object struct {
	Metadata kubernetes.Meta
	Spec     struct {
		Type         string
		Replicas     *int
		NodeClassRef nodeClass
		Template     struct {
			Spec struct{ NodeClassRef nodeClass }
		}
	}
	Status struct{ Replicas int }
}

// stopped is whether it is to have no pod.
func (o object) stopped() bool { return o.Spec.Replicas != nil && *o.Spec.Replicas == 0 }

const (
	clearPause    = 5 * time.Second // between two looks; the first come sooner
	clearPatience = time.Minute     // without an answer from the API server
	clearTime     = 30 * time.Minute
	mostRemade    = 3   // deletions of one object after which it is clear that something makes it anew
	mostNamed     = 100 // objects that one record names
)

// clearance empties one cluster of what holds on to the cloud.
type clearance struct {
	*session
	emit    rotation.Emit
	color   color.Color
	silent  time.Time       // since when the API server has not answered; zero while it does
	pending map[string]bool // deleted, and not seen gone
	deleted map[string]int  // how often
	gone    map[string]int  // by kind
	refused map[string]bool // agents that these credentials may not stop
	lastErr error
}

// clear deletes what controllers in a color's cluster keep in the cloud,
// while they still run, and waits until it is gone. It is safe to repeat. A cluster that cannot be asked for good is left
// as it is, and that is recorded: its destruction must not depend on it.
func (s *session) clear(ctx context.Context, e rotation.Effect, emit rotation.Emit) error {
	if _, err := s.bundle(ctx, root(e.Color)); err != nil { // what destroys the color next
		return err
	}
	done, err := s.clearCluster(ctx, e.Color, emit)
	if err != nil {
		return err
	}
	if err := s.mayEnd(ctx, e.Color); err != nil {
		return err
	}
	return emit(ctx, journal.Event{Kind: journal.ClusterCleared, Phase: e.Phase, Root: string(e.Color), Detail: done})
}

// mayEnd is asked right before the rotation's point of no return: a person who asked in the last seconds to go back, or to
// stay, is heard.
func (s *session) mayEnd(ctx context.Context, c color.Color) error {
	if r := s.state().Rotation; r == nil || c != r.From || r.Draining || r.Destroying {
		return nil
	}
	return s.loop.Unasked(ctx)
}

// clearCluster says in a few words what was done.
func (s *session) clearCluster(ctx context.Context, of color.Color, emit rotation.Emit) (string, error) {
	if weight := s.state().Exposed()[of]; weight > 0 {
		return "", refuse(fmt.Sprintf("nothing in %s is deleted, as it may have %d of the traffic", of, weight), "send all traffic to the other color first")
	}
	c := &clearance{session: s, emit: emit, color: of, pending: map[string]bool{}, deleted: map[string]int{}, gone: map[string]int{}, refused: map[string]bool{}}
	for _, name := range s.state().Clearing[of] { // by a process before this one
		c.pending[name] = true
	}
	// Once more from the start: something may have made the first anew while the last went.
	for _, stage := range slices.Concat(holders, holders) {
		if err := c.stage(ctx, stage); err != nil {
			return c.orPassOver(ctx, err)
		}
	}
	volumes, err := c.keepVolumes(ctx)
	if err != nil {
		return c.orPassOver(ctx, err)
	}
	return c.text() + volumes, nil
}

// clearFirst is clearCluster where a color is destroyed outside of a rotation's own phase for it.
func (s *session) clearFirst(ctx context.Context, of color.Color, emit rotation.Emit) error {
	ctx, cancel := context.WithTimeout(ctx, clearTime)
	defer cancel()
	s.Observer.Progress("taking back what controllers in " + string(of) + " hold in the cloud")
	_, err := s.clearCluster(ctx, of, emit)
	return err
}

// notAsked says that a cluster could not be asked, and will not be soon.
type notAsked struct{ error }

func (e notAsked) Unwrap() error { return e.error }

// orPassOver tells a cluster that does not answer, which is recorded and passed
// over, from a failure.
func (c *clearance) orPassOver(ctx context.Context, err error) (string, error) {
	var silent notAsked
	if !errors.As(err, &silent) || ctx.Err() != nil {
		return "", err
	}
	event := journal.Event{Kind: journal.Kept, Phase: rotation.Drain, Root: string(c.color),
		Detail: fmt.Sprintf("whatever controllers in %s made, such as load balancers, as its API was not asked: %v", c.color, silent)}
	return "its API was not asked, so look in the account for what its controllers made", c.emit(ctx, event)
}

// stage deletes one stage and waits until it is gone.
func (c *clearance) stage(ctx context.Context, stage []holder) error {
	for wait := clearPause / 50; ; wait = min(2*wait, clearPause) {
		var left []present
		err := c.withAPI(ctx, c.color, func(ctx context.Context, client *kubernetes.Client) (err error) {
			if left, err = c.look(ctx, client, stage); err != nil {
				return err
			}
			if err := c.settle(ctx, stage, left); err != nil {
				return err
			}
			return c.remove(ctx, client, left)
		})
		if err == nil && len(left) == 0 {
			return nil
		}
		if err := c.bear(err); err != nil {
			return err
		}
		c.Observer.Progress(c.waiting(left))
		if stopped := c.Clock.Sleep(ctx, wait); stopped != nil {
			return fmt.Errorf("%s: %w", c.waiting(left), stopped)
		}
	}
}

// bear forgives an API server that does not answer for a while.
func (c *clearance) bear(err error) error {
	var unreachable *kubernetes.UnreachableError
	switch {
	case err == nil:
		c.silent, c.lastErr = time.Time{}, nil
		return nil
	case errors.Is(err, kubernetes.ErrNoServer), kubernetes.NoHost(err): // there is no such server, or none any more
		return notAsked{err}
	case kubernetes.Denied(err):
		return fmt.Errorf("%s is not destroyed, as what its controllers made cannot be asked for: %w; only once the API server lets drover in, "+
			"or is gone, %s goes on", c.color, err, c.rotateCommand())
	case !errors.As(err, &unreachable) && !kubernetes.Busy(err):
		return err
	}
	if c.lastErr = err; c.silent.IsZero() {
		c.silent = c.Clock.Now()
	}
	if c.Clock.Now().Sub(c.silent) > clearPatience {
		return notAsked{err}
	}
	return nil
}

// present is one object of a stage that is still there.
type present struct {
	holder
	object
}

func (p present) name() string {
	return p.kind + " " + strings.TrimPrefix(p.Metadata.Namespace+"/"+p.Metadata.Name, "/")
}

func (c *clearance) look(ctx context.Context, client *kubernetes.Client, stage []holder) ([]present, error) {
	var found []present
	for _, h := range stage {
		objects, err := kubernetes.List[object](ctx, client, h.collection)
		if h.optional && kubernetes.Missing(err) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("asking %s for every %s: %w", c.color, h.kind, err)
		}
		for _, o := range objects {
			if p := (present{h, o}); (h.holds == nil || h.holds(o)) && !c.refused[p.name()] {
				found = append(found, p)
			}
		}
	}
	return found, nil
}

// remove asks for the deletion of what is there and not being deleted yet. The
// intent comes first, and with it the proof that the lease is still held. One record
// has many objects: a cluster with thousands must not fill the journal.
func (c *clearance) remove(ctx context.Context, client *kubernetes.Client, objects []present) error {
	var going []present
	for _, p := range objects {
		if p.Metadata.DeletionTimestamp != nil || p.stops && p.stopped() {
			continue
		}
		if name := p.name(); c.deleted[name] >= mostRemade {
			return fmt.Errorf("%s was deleted %d times and is made anew each time; stop what makes it in %s, such as a GitOps agent", name, mostRemade, c.color)
		}
		going = append(going, p)
	}
	for some := range slices.Chunk(going, mostNamed) {
		if err := c.mayEnd(ctx, c.color); err != nil {
			return err
		}
		names := make([]string, len(some))
		for i, p := range some {
			names[i] = p.name()
		}
		if err := c.emit(ctx, c.about(journal.ClearIntended, names)); err != nil {
			return err
		}
		for _, name := range names {
			c.pending[name] = true
		}
		if err := c.takeAll(ctx, client, some); err != nil {
			return err
		}
	}
	return nil
}

// about is an event about objects of the cluster.
func (c *clearance) about(kind journal.Kind, names []string) journal.Event {
	return journal.Event{Kind: kind, Phase: rotation.Drain, Root: string(c.color)}.About(names)
}

func (c *clearance) takeAll(ctx context.Context, client *kubernetes.Client, objects []present) error {
	for _, p := range objects {
		if err := c.valid(); err != nil {
			return err
		}
		if err := c.take(ctx, client, p); err != nil {
			return err
		}
		c.deleted[p.name()]++
	}
	return nil
}

// take deletes an object, or stops an agent. One that may not be stopped is passed over: what it makes anew is said.
func (c *clearance) take(ctx context.Context, client *kubernetes.Client, p present) error {
	name, path := p.name(), p.Metadata.Path(p.collection)
	if !p.stops {
		if err := client.Delete(ctx, path, p.Metadata.UID); err != nil {
			return fmt.Errorf("deleting %s in %s: %w", name, c.color, err)
		}
		return nil
	}
	err := client.Scale(ctx, path, 0)
	if kubernetes.Denied(err) {
		c.refused[name] = true
		delete(c.pending, name)
		c.Observer.Progress(fmt.Sprintf("%s goes on in %s, and may make anew what is deleted: %v; docs/drover-rbac.yaml lets operators stop it", name, c.color, err))
		return nil
	}
	if err != nil {
		return fmt.Errorf("stopping %s in %s: %w", name, c.color, err)
	}
	return nil
}

// settle records what was deleted and is there no longer.
func (c *clearance) settle(ctx context.Context, stage []holder, objects []present) error {
	var gone []string
	for _, name := range slices.Sorted(maps.Keys(c.pending)) {
		kind, _, _ := strings.Cut(name, " ")
		ofStage := slices.ContainsFunc(stage, func(h holder) bool { return h.kind == kind })
		there := slices.ContainsFunc(objects, func(p present) bool { return p.name() == name })
		if !there && ofStage {
			gone = append(gone, name)
		}
	}
	for some := range slices.Chunk(gone, mostNamed) {
		if err := c.emit(ctx, c.about(journal.Cleared, some)); err != nil {
			return err
		}
		for _, name := range some {
			kind, _, _ := strings.Cut(name, " ")
			delete(c.pending, name)
			c.gone[kind]++
		}
	}
	return nil
}

func (c *clearance) text() string {
	var stopped, parts []string
	for _, kind := range slices.Sorted(maps.Keys(c.gone)) {
		text := fmt.Sprintf("%d %s", c.gone[kind], kind)
		if slices.ContainsFunc(holders[0], func(h holder) bool { return h.kind == kind }) {
			stopped = append(stopped, text)
		} else {
			parts = append(parts, text)
		}
	}
	said := "nothing in its cluster holds on to the cloud"
	if len(parts) > 0 {
		said = "deleted in its cluster: " + strings.Join(parts, ", ")
	}
	if len(stopped) > 0 {
		said = "its GitOps agent stopped: " + strings.Join(stopped, ", ") + "; " + said
	}
	return said
}

// waiting says what is still there, and for how long it has been going.
func (c *clearance) waiting(objects []present) string {
	const most = 3
	var parts []string
	for _, p := range objects {
		since := ""
		if at := p.Metadata.DeletionTimestamp; at != nil {
			since = fmt.Sprintf(" (being deleted for %s)", max(c.Clock.Now().Sub(*at), 0).Round(time.Second))
		}
		parts = append(parts, p.name()+since)
	}
	if more := len(parts) - most; more > 0 {
		parts = append(parts[:most], fmt.Sprintf("%d more", more))
	}
	if len(parts) == 0 {
		return fmt.Sprintf("%s's API server does not answer: %v", c.color, c.lastErr)
	}
	return fmt.Sprintf("waiting until %s has let go of %s", c.color, strings.Join(parts, ", "))
}
