package eks

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"time"

	"drover/rehearsal/kubernetes"
)

// Kubernetes gives the service's clusters real control planes.
type Kubernetes struct {
	Fleet *kubernetes.Fleet
	// Secret tells the secret of an access key that the account gave out.
	Secret func(accessKey string) (secret string, known bool)
	// AWS calls the account as its users do, by the endpoint at which network interfaces follow a load balancer.
	AWS Backend
	// StandIns are made once in every cluster, beside its add-ons.
	StandIns []kubernetes.Workload
	// Source is the address that the account's networks see of the machine that drover runs on: an API server answers only
	// whom its cluster's endpoints let in. The zero address is let in everywhere.
	Source netip.Addr
	Log    io.Writer // a line for each thing that a cluster could not be made to be; nil drops them
}

// lookAgain is how often a cluster is looked at while it is not yet what it is to be, and seeServices how often its
// Services are, of which nobody tells.
const (
	lookAgain   = 250 * time.Millisecond
	afterError  = time.Second
	seeServices = time.Second
)

// planes is what the service has beside its own state when its clusters are real.
type planes struct {
	Kubernetes
	webhook *webhook
}

// plane is the control plane of one cluster, kept as EKS' state says by a goroutine of its own.
type plane struct {
	changed chan struct{} // has room for one
	cancel  context.CancelFunc
	done    chan struct{}

	// The service's lock guards what follows.
	cluster *kubernetes.Cluster // nil until it is ready
	failure string
}

// StartKubernetes gives every cluster that is created from now on a control plane. It is called once, before Serve.
func (s *Service) StartKubernetes(ctx context.Context, k Kubernetes) error {
	if k.Log == nil {
		k.Log = io.Discard
	}
	w, err := startWebhook(ctx, s)
	if err != nil {
		return err
	}
	s.planes = &planes{Kubernetes: k, webhook: w}
	return nil
}

// HasPlanes is true if clusters have control planes.
func (s *Service) HasPlanes() bool { return s.planes != nil }

// Close ends all control planes.
func (s *Service) Close() error {
	if s.planes == nil {
		return nil
	}
	s.mu.Lock()
	var all []*plane
	for _, cl := range s.clusters {
		all = append(all, cl.plane)
	}
	s.mu.Unlock()
	for _, p := range all {
		p.end()
	}
	return s.planes.webhook.close()
}

// Refresh has every cluster's nodes looked at again: something outside EKS may have changed them.
func (s *Service) Refresh() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, cl := range s.clusters {
		cl.wake()
	}
}

// Cluster is the control plane of a cluster that is ready; nil when there is none.
func (s *Service) Cluster(region, name string) *kubernetes.Cluster {
	s.mu.Lock()
	defer s.mu.Unlock()
	if cl := s.clusters[clusterKey{region, name}]; cl != nil && cl.plane != nil {
		return cl.plane.cluster
	}
	return nil
}

// wake has the cluster's keeper look again. It is no more than a hint, and may be given with the lock held.
func (cl *cluster) wake() {
	if cl.plane == nil {
		return
	}
	select {
	case cl.plane.changed <- struct{}{}:
	default:
	}
}

// startPlane begins to make a cluster's control plane, which outlives the request. The caller holds the lock.
func (s *Service) startPlane(ctx context.Context, cl *cluster) {
	if s.planes == nil {
		return
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	cl.plane = &plane{changed: make(chan struct{}, 1), cancel: cancel, done: make(chan struct{})}
	options := kubernetes.Options{Name: cl.name, Minor: cl.version, Webhook: s.planes.webhook.url(cl), Reached: s.reached(cl)}
	go s.keep(ctx, cl, cl.plane, options)
}

// end stops a control plane and waits until nothing of it runs.
func (p *plane) end() {
	if p == nil {
		return
	}
	p.cancel()
	<-p.done
}

// keep starts the control plane and makes nodes and add-ons what EKS' state says, until ctx is done.
func (s *Service) keep(ctx context.Context, cl *cluster, p *plane, o kubernetes.Options) {
	defer close(p.done)
	defer p.cancel()
	cluster, err := s.planes.Fleet.Start(ctx, o)
	if err != nil {
		s.fail(ctx, cl, err)
		return
	}
	s.mu.Lock()
	p.cluster = cluster
	s.mu.Unlock()
	k := &keeper{service: s, of: cl, cluster: cluster, zones: map[string]string{}, applied: map[string]appliedAddon{}}
	k.run(ctx, p)
	if err := cluster.Close(); err != nil {
		s.log(context.WithoutCancel(ctx), cl, err)
	}
}

// fail has DescribeCluster and the log say that a control plane is not there.
func (s *Service) fail(ctx context.Context, cl *cluster, err error) {
	s.mu.Lock()
	cl.plane.failure = err.Error()
	s.mu.Unlock()
	s.log(ctx, cl, err)
}

// wait returns when it is time to look again, and says whether at everything.
func wait(ctx context.Context, changed <-chan struct{}, err error, settled bool) (everything bool) {
	after := seeServices
	switch {
	case err != nil:
		after = afterError
	case !settled:
		after = lookAgain
	}
	select {
	case <-ctx.Done():
	case <-changed:
		return true
	case <-time.After(after):
	}
	return err != nil || !settled
}

// log tells of an error, unless all is ending.
func (s *Service) log(ctx context.Context, cl *cluster, err error) {
	if err != nil && ctx.Err() == nil && !errors.Is(err, context.Canceled) {
		_, _ = fmt.Fprintf(s.planes.Log, "eks: cluster %s: %v\n", cl.name, err)
	}
}

// completePlane says in DescribeCluster's answer how far the cluster is, and how its API is reached. The caller holds
// the lock.
func (cl *cluster) completePlane(described object) {
	delete(described, "endpoint") // moto's leads nowhere
	if cl.plane == nil {
		return
	}
	described["certificateAuthority"] = object{}
	switch p := cl.plane; {
	case p.failure != "":
		described["status"] = "FAILED"
		described["health"] = object{"issues": []object{{"code": "InternalFailure", "message": p.failure, "resourceIds": []string{cl.name}}}}
	case p.cluster == nil:
		described["status"] = "CREATING"
	default:
		described["status"] = "ACTIVE"
		if p.cluster.Emulated() != kubernetes.Emulated(cl.version) {
			described["status"] = "UPDATING"
		}
		described["endpoint"] = p.cluster.Endpoint()
		described["certificateAuthority"] = object{"data": base64.StdEncoding.EncodeToString(p.cluster.CA())}
	}
}

// checkActive refuses what EKS only does to a cluster that is ready. The caller holds the lock.
func (cl *cluster) checkActive() error {
	if cl.plane != nil && cl.plane.cluster == nil {
		return &apiError{status: http.StatusBadRequest, code: invalidRequest.code, message: "Cluster '" + cl.name + "' is not in ACTIVE status"}
	}
	return nil
}

// stateOf is the status of a part that a control plane has to bring up.
func (cl *cluster) stateOf(ready bool, until string) string {
	if cl.plane == nil || ready {
		return "ACTIVE"
	}
	return until
}
