package verify

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"drover/orchestrator/internal/apitest"
	"drover/orchestrator/kubernetes"
)

// ago is a time as Kubernetes writes it.
func ago(d time.Duration) string { return time.Now().Add(-d).UTC().Format(time.RFC3339) }

func node(name, pool, ready string, since time.Duration) string {
	return fmt.Sprintf(`{"metadata":{"name":%q,"labels":{"pool":%q},"creationTimestamp":%q},"status":{"conditions":[
		{"type":"Ready","status":%q,"reason":"KubeletNotReady","message":"container runtime is down","lastTransitionTime":%q}]}}`, name, pool, ago(time.Hour), ready, ago(since))
}

func deployment(name string, want, available int) string {
	return fmt.Sprintf(`{"metadata":{"name":%q,"namespace":"shop","generation":2,"creationTimestamp":%q},"spec":{"replicas":%d,"selector":{"matchLabels":{"app":%q}}},
		"status":{"observedGeneration":2,"availableReplicas":%d}}`, name, ago(time.Hour), want, name, available)
}

func pod(name, app, phase string, since time.Duration, more string) string {
	return fmt.Sprintf(`{"metadata":{"name":%q,"namespace":"shop","labels":{"app":%q},"creationTimestamp":%q},"status":{"phase":%q,
		"conditions":[{"type":"Ready","status":"False","lastTransitionTime":%q}]%s}}`, name, app, ago(since), phase, ago(since), more)
}

const crashing2 = `,"containerStatuses":[{"name":"app","restartCount":7,"state":{"waiting":{"reason":"CrashLoopBackOff"}},"lastState":{"terminated":{"exitCode":137,"reason":"OOMKilled"}}}]`

// well is a cluster in which everything is as it should be; a test changes what it is about.
type cluster struct{ nodes, deployments, statefulSets, daemonSets, pods []string }

func well() cluster {
	return cluster{nodes: []string{node("a", "general", "True", time.Hour), node("b", "general", "True", time.Hour), node("c", "batch", "True", time.Hour)},
		deployments: []string{deployment("web", 3, 3), deployment("idle", 0, 0)},
		pods:        []string{pod("job-1", "job", "Succeeded", time.Hour, "")}}
}

func (c cluster) serve(t *testing.T) *apitest.Server {
	t.Helper()
	server := apitest.Start(t)
	server.Have(t, "/api/v1/nodes", c.nodes...)
	for _, at := range []string{"", "/namespaces/shop"} {
		server.Have(t, "/apis/apps/v1"+at+"/deployments", c.deployments...)
		server.Have(t, "/apis/apps/v1"+at+"/statefulsets", c.statefulSets...)
		server.Have(t, "/apis/apps/v1"+at+"/daemonsets", c.daemonSets...)
		server.Have(t, "/api/v1"+at+"/pods", c.pods...)
	}
	return server
}

func asking(server *apitest.Server) Kubernetes {
	return Kubernetes{
		Connect:    func(context.Context) (*kubernetes.Client, error) { return kubernetes.New(server.Access()) },
		Pool:       func(labels map[string]string) string { return labels["pool"] },
		Nodes:      Nodes{All: true, Pools: map[string]int{"general": 2, "batch": 1}},
		Namespaces: []string{"shop"},
	}
}

func TestKubernetes(t *testing.T) {
	t.Parallel()
	daemons := func(want, have int) string {
		return fmt.Sprintf(`{"metadata":{"name":"agent","namespace":"shop","creationTimestamp":%q},"spec":{"selector":{"matchLabels":{"app":"agent"}}},
			"status":{"desiredNumberScheduled":%d,"numberAvailable":%d}}`, ago(time.Minute), want, have)
	}
	for name, c := range map[string]struct {
		change  func(*cluster, *Kubernetes)
		verdict Verdict
		says    []string
	}{
		"all is well":      {func(*cluster, *Kubernetes) {}, Pass, []string{"3 nodes ready (batch 1, general 2)", "1 workload available"}},
		"all namespaces":   {func(_ *cluster, k *Kubernetes) { k.Namespaces = []string{AllNamespaces} }, Pass, []string{"1 workload"}},
		"nothing is asked": {func(_ *cluster, k *Kubernetes) { k.Namespaces, k.Nodes = nil, Nodes{} }, Pass, []string{"3 nodes ready"}},
		"no nodes": {func(c *cluster, k *Kubernetes) { c.nodes, k.Nodes, k.Namespaces = nil, Nodes{}, nil }, Fail,
			[]string{"0 of 0 nodes are ready, wanted at least 1"}},
		"a pool without a node": {func(c *cluster, _ *Kubernetes) { c.nodes = c.nodes[:2] }, Fail, []string{"node pool batch has 0 nodes ready, wanted at least 1, among those ready (general 2)"}},
		"a pool with too few":   {func(c *cluster, _ *Kubernetes) { c.nodes = c.nodes[1:] }, Inconclusive, []string{"node pool general has 1 node ready, wanted at least 2, for 0s"}},
		"too few nodes":         {func(_ *cluster, k *Kubernetes) { k.Nodes.Least = 4 }, Inconclusive, []string{"3 of 3 nodes are ready, wanted at least 4"}},
		"a cordoned node takes nothing": {func(c *cluster, _ *Kubernetes) {
			c.nodes[2] = strings.Replace(c.nodes[2], `"status":{`, `"spec":{"unschedulable":true},"status":{`, 1)
		}, Fail, []string{"node pool batch has 0"}},
		"a node that joins": {func(c *cluster, _ *Kubernetes) { c.nodes = append(c.nodes, node("d", "general", "False", time.Minute)) }, Inconclusive,
			[]string{"node d is not ready (KubeletNotReady: container runtime is down), for 1m"}},
		"a node that does not join": {func(c *cluster, _ *Kubernetes) {
			c.nodes = append(c.nodes, node("d", "general", "Unknown", 20*time.Minute))
		}, Fail,
			[]string{"node d is not ready", "for 20m"}},
		"a node that may be sick": {func(c *cluster, k *Kubernetes) {
			c.nodes, k.Nodes.All = append(c.nodes, node("d", "general", "Unknown", 20*time.Minute)), false
		}, Pass, []string{"3 nodes ready"}},
		"a node that goes": {func(c *cluster, _ *Kubernetes) {
			c.nodes = append(c.nodes, strings.Replace(node("d", "general", "False", time.Hour), `"name"`, `"deletionTimestamp":"2026-01-01T00:00:00Z","name"`, 1))
		}, Pass, nil},
		"a workload by name":         {func(_ *cluster, k *Kubernetes) { k.Namespaces, k.Workloads = nil, []string{"shop/web"} }, Pass, []string{"1 workload"}},
		"a workload that is missing": {func(_ *cluster, k *Kubernetes) { k.Workloads = []string{"shop/api"} }, Fail, []string{"there is no Deployment, StatefulSet or DaemonSet shop/api"}},
		"a workload of no pods":      {func(_ *cluster, k *Kubernetes) { k.Workloads = []string{"shop/idle"} }, Fail, []string{"Deployment shop/idle is asked for, and wants no pod"}},
		"the same name elsewhere": {func(_ *cluster, k *Kubernetes) {
			k.Namespaces, k.Workloads = []string{AllNamespaces}, []string{"other/web"}
		}, Fail,
			[]string{"DaemonSet other/web"}},
		"a rollout": {func(c *cluster, _ *Kubernetes) {
			c.deployments[0], c.pods = deployment("web", 3, 2), append(c.pods, pod("web-3", "web", "Running", time.Minute, ""))
		}, Inconclusive, []string{"Deployment shop/web: 2 of 3 pods are available, for 1m"}},
		"a rollout that hangs": {func(c *cluster, _ *Kubernetes) {
			c.deployments[0], c.pods = deployment("web", 3, 2), append(c.pods, pod("web-3", "web", "Running", 7*time.Minute, ""))
		}, Fail, []string{"for 7m"}},
		"a workload with nothing": {func(c *cluster, _ *Kubernetes) { c.deployments[0] = deployment("web", 3, 0) }, Fail, []string{"0 of 3 pods are available (not for 1h0m"}},
		"a form that nobody took up": {func(c *cluster, _ *Kubernetes) {
			c.deployments[0] = strings.Replace(c.deployments[0], `"generation":2`, `"generation":3`, 1)
		}, Fail, []string{"not taken up"}},
		"no replicas are one": {func(c *cluster, _ *Kubernetes) {
			c.statefulSets = []string{strings.Replace(deployment("db", 9, 0), `"replicas":9,`, "", 1)}
		}, Fail, []string{"StatefulSet shop/db: 0 of 1"}},
		"daemons":            {func(c *cluster, _ *Kubernetes) { c.daemonSets = []string{daemons(3, 2)} }, Inconclusive, []string{"DaemonSet shop/agent: 2 of 3 pods"}},
		"daemons everywhere": {func(c *cluster, _ *Kubernetes) { c.daemonSets = []string{daemons(3, 3)} }, Pass, []string{"2 workloads"}},
		"an empty namespace": {func(c *cluster, _ *Kubernetes) { c.deployments = nil }, Fail, []string{"namespace shop has no Deployment"}},
		"a crash": {func(c *cluster, _ *Kubernetes) {
			c.pods = append(c.pods, pod("web-1", "web", "Running", time.Second, crashing2))
		}, Fail,
			[]string{"pod shop/web-1: container app crashes (CrashLoopBackOff, restarted 7 times, last exit status 137 OOMKilled)"}},
		"another's crash": {func(c *cluster, k *Kubernetes) {
			c.pods, k.Namespaces, k.Workloads = append(c.pods, pod("x-1", "x", "Running", time.Second, crashing2)), nil, []string{"shop/web"}
		}, Pass, nil},
		"pending": {func(c *cluster, _ *Kubernetes) { c.pods = append(c.pods, pod("bare", "x", "Pending", time.Minute, "")) }, Inconclusive,
			[]string{"pod shop/bare is pending (no reason given), for 1m"}},
		"pending for long": {func(c *cluster, _ *Kubernetes) {
			c.pods = append(c.pods, strings.Replace(pod("bare", "x", "Pending", 9*time.Minute, ""), `[{"type":"Ready"`,
				`[{"type":"PodScheduled","status":"False","reason":"Unschedulable","message":"0/3 nodes are available"},{"type":"Ready"`, 1))
		}, Fail, []string{"pending (Unschedulable: 0/3 nodes are available), for 9m"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			state := well()
			check := asking(nil)
			c.change(&state, &check)
			server := state.serve(t)
			check.Connect = asking(server).Connect
			verdict, detail := check.Run(t.Context()).Said()
			if verdict != c.verdict {
				t.Errorf("%s: %s, want %s", verdict, detail, c.verdict)
			}
			for _, say := range c.says {
				if !strings.Contains(detail, say) {
					t.Errorf("%q does not say %q", detail, say)
				}
			}
		})
	}
}

// A shortage has no time of its own: it becomes a fail once earlier runs have seen it for long enough, and not before.
func TestAShortageOfNodesIsRemembered(t *testing.T) {
	t.Parallel()
	short := well()
	short.nodes = short.nodes[1:]
	check := asking(short.serve(t))
	check.Seen = &Memory{}
	check.Settle = time.Minute
	if verdict, detail := check.Run(t.Context()).Said(); verdict != Inconclusive {
		t.Fatalf("%s: %s", verdict, detail)
	}
	for text, since := range check.Seen.since {
		check.Seen.since[text] = since.Add(-2 * time.Minute)
	}
	if verdict, detail := check.Run(t.Context()).Said(); verdict != Fail || !strings.Contains(detail, "for 2m0s") {
		t.Errorf("%s: %s", verdict, detail)
	}
	mended := asking(well().serve(t))
	mended.Seen = check.Seen
	if verdict, detail := mended.Run(t.Context()).Said(); verdict != Pass || len(check.Seen.since) != 0 {
		t.Errorf("%s: %s, remembered %v", verdict, detail, check.Seen.since)
	}
}

// What could not be asked is neither a pass nor a fail.
func TestKubernetesThatDoesNotAnswerIsAnError(t *testing.T) {
	t.Parallel()
	gone, sealed, odd := well().serve(t), well().serve(t), well().serve(t)
	gone.Close()
	sealed.Answer("/api/v1/namespaces/shop/pods", http.StatusForbidden)
	odd.Answer("/api/v1/nodes", http.StatusServiceUnavailable)
	for name, c := range map[string]struct {
		check Kubernetes
		says  string
	}{
		"gone": {asking(gone), "does not answer"}, "forbidden": {asking(sealed), "spec.access.admins"}, "broken": {asking(odd), "503"},
		"no address": {Kubernetes{Connect: func(context.Context) (*kubernetes.Client, error) { return nil, errors.New("no such cluster") }}, "no such cluster"},
	} {
		if verdict, detail := c.check.Run(t.Context()).Said(); verdict != Error || !strings.Contains(detail, c.says) {
			t.Errorf("%s: %s: %s, want %q", name, verdict, detail, c.says)
		}
	}
}

func TestLongListsAreCut(t *testing.T) {
	t.Parallel()
	state := well()
	for i := range 30 {
		state.nodes = append(state.nodes, node(fmt.Sprint("n", i), "general", "False", time.Hour))
	}
	if verdict, detail := asking(state.serve(t)).Run(t.Context()).Said(); verdict != Fail || !strings.Contains(detail, "and 22 more") || strings.Count(detail, "; ") != 8 {
		t.Errorf("%s: %s", verdict, detail)
	}
}

// A cluster that lists tens of thousands of both must not keep whoever drives from a rollback.
func TestComparingManyWorkloadsWithManyPodsEndsWithTheCheck(t *testing.T) {
	t.Parallel()
	const many = 40_000
	labels := map[string]string{"app": "web"}
	found := contents{workloads: make([]workload, many), pods: make([]kubernetes.Pod, many)}
	for i := range many {
		found.workloads[i].kind, found.workloads[i].Spec.Selector.MatchLabels = "Deployment", map[string]string{"app": "other"}
		found.pods[i].Metadata.Labels = labels
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	start := time.Now()
	(&view{now: start, memory: &Memory{}}).everything(ctx, found, "the cluster")
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("it took %v", took)
	}
}
