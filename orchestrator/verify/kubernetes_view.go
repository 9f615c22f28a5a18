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

// view collects what is wrong, and counts what was seen to be right.
type view struct {
	now      time.Time
	ready    int
	byPool   map[string]int
	units    int // workloads that are available
	memory   *Memory
	troubles []trouble
	short    []string // pools, or the cluster, with fewer nodes than wanted and not none; since when is the memory's
}

// trouble is one thing that is not as it should be. Without a since it is one that waiting does not excuse.
type trouble struct {
	text  string
	since time.Time
}

func (v *view) wrong(since time.Time, format string, args ...any) {
	v.troubles = append(v.troubles, trouble{fmt.Sprintf(format, args...), since})
}

// verdict is a pass only if nothing is wrong. The worst comes first, and what is longest wrong before what is newer.
func (v *view) verdict(settle time.Duration) (Verdict, string) {
	recalled := v.memory.recall(v.short, v.now)
	for _, text := range v.short {
		v.wrong(recalled[text], "%s", text)
	}
	if len(v.troubles) == 0 {
		seen := counted(v.ready, "node") + " ready" + pools(v.byPool)
		if v.units > 0 {
			seen += ", " + counted(v.units, "workload") + " available"
		}
		return Pass, seen
	}
	slices.SortStableFunc(v.troubles, func(a, b trouble) int { return a.since.Compare(b.since) })
	verdict := Inconclusive
	var lines []string
	for _, t := range v.troubles {
		age := v.now.Sub(t.since)
		if t.since.IsZero() {
			lines, verdict = append(lines, t.text), Fail
			continue
		}
		if age >= settle {
			verdict = Fail
		}
		lines = append(lines, fmt.Sprintf("%s, for %s", t.text, max(age, 0).Round(time.Second)))
	}
	const most = 8
	if more := len(lines) - most; more > 0 {
		lines = append(lines[:most], fmt.Sprintf("and %d more", more))
	}
	return verdict, strings.Join(lines, "; ")
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func pools(ready map[string]int) string {
	var parts []string
	for _, pool := range slices.Sorted(maps.Keys(ready)) {
		parts = append(parts, fmt.Sprintf("%s %d", cmp.Or(pool, "in no pool"), ready[pool]))
	}
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, ", ") + ")"
}

// nodes judges the nodes. One that is being deleted is neither ready nor wrong; a cordoned one takes no pods.
func (v *view) nodes(nodes []kubernetes.Node, want Nodes, poolOf func(map[string]string) string) {
	v.byPool = map[string]int{}
	for _, node := range nodes {
		ready, _ := kubernetes.Named(node.Status.Conditions, "Ready")
		switch {
		case node.Metadata.DeletionTimestamp != nil:
		case ready.Status == "True" && !node.Spec.Unschedulable:
			v.ready++
			v.byPool[poolOf(node.Metadata.Labels)]++
		case ready.Status != "True" && want.All:
			since := ready.LastTransitionTime
			if since.IsZero() {
				since = node.Metadata.CreationTimestamp
			}
			v.wrong(since, "node %s is not ready (%s)", node.Metadata.Name, cmp.Or(because(ready.Reason, ready.Message), "it has not reported yet"))
		}
	}
	least := max(want.Least, 1)
	v.atLeast(v.ready, least, fmt.Sprintf("%d of %d nodes are ready, wanted at least %d", v.ready, len(nodes), least))
	for _, pool := range slices.Sorted(maps.Keys(want.Pools)) {
		have, least := v.byPool[pool], want.Pools[pool]
		v.atLeast(have, least, fmt.Sprintf("node pool %s has %s ready, wanted at least %d", pool, counted(have, "node"), least))
	}
}

// atLeast judges a number of ready nodes. None at all is a fail; some are a shortage, as when a machine is replaced.
func (v *view) atLeast(have, least int, short string) {
	switch {
	case have >= least:
	case have == 0:
		v.wrong(time.Time{}, "%s, among those ready%s", short, cmp.Or(pools(v.byPool), " (none)"))
	default:
		v.short = append(v.short, short)
	}
}

// exist gives the workloads of one namespace that were asked for by name. Each has to be there and want pods.
func (v *view) exist(found contents, namespace string, names []string) []workload {
	var asked []workload
	for _, name := range names {
		known := false
		for _, w := range found.workloads {
			if w.Metadata.Namespace != namespace || w.Metadata.Name != name {
				continue
			}
			known = true
			if w.desired() == 0 {
				v.wrong(time.Time{}, "%s is asked for, and wants no pod", w)
				continue
			}
			asked = append(asked, w)
		}
		if !known {
			v.wrong(time.Time{}, "there is no Deployment, StatefulSet or DaemonSet %s/%s", namespace, name)
		}
	}
	return asked
}

// everything judges all workloads and pods. A place without any workload proves nothing. Each workload is compared with each
// pod, which takes its time where a server lists very many of both.
func (v *view) everything(ctx context.Context, found contents, where string) {
	if len(found.workloads) == 0 {
		v.wrong(time.Time{}, "%s has no Deployment, StatefulSet or DaemonSet", where)
	}
	for _, w := range found.workloads {
		if ctx.Err() != nil {
			return
		}
		if w.desired() > 0 {
			v.workload(w, found.pods)
		}
	}
	v.pods(found.pods)
}

// workload judges one workload by its own status, which counts only if it is of its newest form.
func (v *view) workload(w workload, pods []kubernetes.Pod) {
	if w.Status.ObservedGeneration < w.Metadata.Generation {
		v.wrong(w.since(pods), "%s: its newest form was not taken up yet", w)
		return
	}
	have, want := w.available(), w.desired()
	progressing, _ := kubernetes.Named(w.Status.Conditions, "Progressing")
	switch {
	case have >= want:
		v.units++
	case have == 0 || progressing.Reason == "ProgressDeadlineExceeded":
		v.wrong(time.Time{}, "%s: %d of %d pods are available (not for %s)", w, have, want, v.now.Sub(w.since(pods)).Round(time.Second))
	default:
		v.wrong(w.since(pods), "%s: %d of %d pods are available", w, have, want)
	}
}

func (w workload) String() string {
	return fmt.Sprintf("%s %s/%s", w.kind, w.Metadata.Namespace, w.Metadata.Name)
}

func (w workload) desired() int {
	if w.kind == "DaemonSet" {
		return w.Status.DesiredNumberScheduled
	}
	if w.Spec.Replicas == nil {
		return 1 // what Kubernetes takes
	}
	return *w.Spec.Replicas
}

func (w workload) available() int {
	if w.kind == "DaemonSet" {
		return w.Status.NumberAvailable
	}
	return w.Status.AvailableReplicas
}

func (w workload) own(pods []kubernetes.Pod) []kubernetes.Pod {
	var own []kubernetes.Pod
	for _, pod := range pods {
		if pod.Metadata.Namespace == w.Metadata.Namespace && w.Spec.Selector.Matches(pod.Metadata.Labels) {
			own = append(own, pod)
		}
	}
	return own
}

// since is when the first of the workload's pods that is not ready stopped being so; without such a pod, what its
// condition says; at last, when the workload was made.
func (w workload) since(pods []kubernetes.Pod) time.Time {
	var first time.Time
	for _, pod := range w.own(pods) {
		ready, known := kubernetes.Named(pod.Status.Conditions, "Ready")
		at := ready.LastTransitionTime
		if !known || at.IsZero() {
			at = pod.Metadata.CreationTimestamp
		}
		if ready.Status != "True" && (first.IsZero() || at.Before(first)) {
			first = at
		}
	}
	available, _ := kubernetes.Named(w.Status.Conditions, "Available")
	switch {
	case !first.IsZero():
		return first
	case available.Status == "False" && !available.LastTransitionTime.IsZero():
		return available.LastTransitionTime
	}
	return w.Metadata.CreationTimestamp
}

// crashes are the reasons for which a container waits that time alone does not mend.
var crashes = []string{"CrashLoopBackOff", "RunContainerError", "CreateContainerConfigError", "CreateContainerError", "InvalidImageName"}

// pods judges pods: none may crash, and none be pending for long.
func (v *view) pods(pods []kubernetes.Pod) {
	for _, pod := range pods {
		if pod.Metadata.DeletionTimestamp != nil || pod.Status.Phase == "Succeeded" || pod.Status.Phase == "Failed" {
			continue
		}
		name := pod.Metadata.Namespace + "/" + pod.Metadata.Name
		if c, found := crashing(pod); found {
			v.wrong(time.Time{}, "pod %s: container %s crashes (%s, restarted %d times%s)", name, c.Name, c.State.Waiting.Reason, c.RestartCount, exit(c))
			continue
		}
		if pod.Status.Phase == "Pending" {
			v.wrong(pod.Metadata.CreationTimestamp, "pod %s is pending (%s)", name, cmp.Or(pendingReason(pod), "no reason given"))
		}
	}
}

func containers(pod kubernetes.Pod) []kubernetes.Container {
	return slices.Concat(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses)
}

func crashing(pod kubernetes.Pod) (kubernetes.Container, bool) {
	for _, c := range containers(pod) {
		if c.State.Waiting != nil && slices.Contains(crashes, c.State.Waiting.Reason) {
			return c, true
		}
	}
	return kubernetes.Container{}, false
}

func exit(c kubernetes.Container) string {
	if c.LastState.Terminated == nil {
		return ""
	}
	return fmt.Sprintf(", last exit status %d %s", c.LastState.Terminated.ExitCode, c.LastState.Terminated.Reason)
}

func pendingReason(pod kubernetes.Pod) string {
	for _, c := range containers(pod) {
		if c.State.Waiting != nil && c.State.Waiting.Reason != "PodInitializing" {
			return because(c.State.Waiting.Reason, c.State.Waiting.Message)
		}
	}
	if scheduled, ok := kubernetes.Named(pod.Status.Conditions, "PodScheduled"); ok && scheduled.Status != "True" {
		return because(scheduled.Reason, scheduled.Message)
	}
	return ""
}

// because joins a reason and the message to it, and keeps both short.
func because(reason, message string) string {
	const most = 160
	text := strings.Trim(reason+": "+message, ": ")
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "…"
	}
	return text
}
