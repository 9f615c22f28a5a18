package verify

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"drover/orchestrator/kubernetes"
)

// Kubernetes asks a cluster's API server for nodes and workloads.
//
// It passes only if at least one node is ready, every pool has its least number of ready nodes, and all that was asked
// for is available. What is not ready for less than Settle is inconclusive, as a node that joins or a rollout is no
// illness; what is not ready for longer, has nothing available at all, or crashes, is a fail.
type Kubernetes struct {
	Label   string
	Connect func(ctx context.Context) (*kubernetes.Client, error)
	Pool    func(labels map[string]string) string // the node pool of a node
	Nodes   Nodes
	// Workloads are "namespace/name" of Deployments, StatefulSets and DaemonSets.
	Workloads []string
	// Namespaces are those in which every workload has to be available and no pod pending or crashing; AllNamespaces
	// stands for all of them.
	Namespaces []string
	Settle     time.Duration // 5 minutes if 0
	Seen       *Memory       // of earlier runs against the same cluster; nil if there is none
}

// Nodes is what is asked of the nodes. The zero value asks for one ready node.
type Nodes struct {
	All   bool           // no node may be unready
	Least int            // ready nodes in the whole cluster
	Pools map[string]int // ready nodes by pool
}

// AllNamespaces stands for every namespace of a cluster.
const AllNamespaces = "all"

const settleTime = 5 * time.Minute

// Name is the label, or the kind.
func (k Kubernetes) Name() string { return cmp.Or(k.Label, "kubernetes") }

// Run asks once. An API server that does not answer, or refuses, is an error.
func (k Kubernetes) Run(ctx context.Context) Answer { return said(k.run(ctx)) }

func (k Kubernetes) run(ctx context.Context) (Verdict, string) {
	client, err := k.Connect(ctx)
	if err != nil {
		return Error, err.Error()
	}
	defer client.Close()
	v := &view{now: time.Now(), memory: cmp.Or(k.Seen, &Memory{})}
	if err := k.lookAtNodes(ctx, client, v); err != nil {
		return Error, err.Error()
	}
	if err := k.lookAtWorkloads(ctx, client, v); err != nil {
		return Error, err.Error()
	}
	return v.verdict(cmp.Or(k.Settle, settleTime))
}

func (k Kubernetes) lookAtNodes(ctx context.Context, client *kubernetes.Client, v *view) error {
	nodes, err := kubernetes.List[kubernetes.Node](ctx, client, "/api/v1/nodes")
	if err != nil {
		return fmt.Errorf("asking for the nodes: %w", err)
	}
	v.nodes(nodes, k.Nodes, k.Pool)
	return nil
}

// lookAtWorkloads reads each namespace once: the workloads of its three kinds, and the pods, which say why.
func (k Kubernetes) lookAtWorkloads(ctx context.Context, client *kubernetes.Client, v *view) error {
	named := map[string][]string{}
	for _, workload := range k.Workloads {
		namespace, name, _ := strings.Cut(workload, "/")
		named[namespace] = append(named[namespace], name)
	}
	if slices.Contains(k.Namespaces, AllNamespaces) {
		all, err := read(ctx, client, "")
		if err != nil {
			return err
		}
		v.everything(ctx, all, "the cluster")
		for _, namespace := range slices.Sorted(maps.Keys(named)) {
			v.exist(all, namespace, named[namespace])
		}
		return ctx.Err()
	}
	namespaces := slices.Concat(k.Namespaces, slices.Collect(maps.Keys(named)))
	slices.Sort(namespaces)
	for _, namespace := range slices.Compact(namespaces) {
		found, err := read(ctx, client, namespace)
		if err != nil {
			return err
		}
		asked := v.exist(found, namespace, named[namespace])
		if slices.Contains(k.Namespaces, namespace) {
			v.everything(ctx, found, "namespace "+namespace)
			continue
		}
		for _, w := range asked {
			v.workload(w, found.pods)
			v.pods(w.own(found.pods))
		}
	}
	return ctx.Err()
}

// contents is what a namespace, or the whole cluster, runs.
type contents struct {
	workloads []workload
	pods      []kubernetes.Pod
}

type workload struct {
	kind string
	kubernetes.Workload
}

// workloadKinds are the kinds that keep pods running, with their collections.
var workloadKinds = []struct{ kind, collection string }{
	{"Deployment", "deployments"}, {"StatefulSet", "statefulsets"}, {"DaemonSet", "daemonsets"},
}

// read gives the contents of a namespace; of all if it is empty.
func read(ctx context.Context, client *kubernetes.Client, namespace string) (contents, error) {
	within := ""
	if namespace != "" {
		within = "/namespaces/" + namespace
	}
	var found contents
	for _, k := range workloadKinds {
		list, err := kubernetes.List[kubernetes.Workload](ctx, client, "/apis/apps/v1"+within+"/"+k.collection)
		if err != nil {
			return found, fmt.Errorf("asking for the %s: %w", k.collection, err)
		}
		for _, w := range list {
			found.workloads = append(found.workloads, workload{k.kind, w})
		}
	}
	var err error
	if found.pods, err = kubernetes.List[kubernetes.Pod](ctx, client, "/api/v1"+within+"/pods"); err != nil {
		return found, fmt.Errorf("asking for the pods: %w", err)
	}
	return found, nil
}
