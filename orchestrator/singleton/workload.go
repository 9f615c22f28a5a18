package singleton

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"drover/generator/spec"
	"drover/orchestrator/kubernetes"
)

// keeps is the annotation of a workload that is stopped: what it had before, as replicas=3 or suspend=false.
const keeps = "drover.dev/handover"

// workload is a CronJob, a Deployment or a StatefulSet: their fields do not contradict each other.
type workload struct {
	kind     string
	Metadata kubernetes.Meta
	Spec     struct {
		Suspend  *bool
		Replicas *int
	}
	Status struct {
		LastScheduleTime   *time.Time
		ObservedGeneration int64
		Replicas           int
		ReadyReplicas      int
		Conditions         []kubernetes.Condition
	}
}

var collections = map[string]string{
	"CronJob": "/apis/batch/v1/cronjobs", "Deployment": "/apis/apps/v1/deployments", "StatefulSet": "/apis/apps/v1/statefulsets",
}

func (w workload) String() string {
	return w.kind + " " + w.Metadata.Namespace + "/" + w.Metadata.Name
}

func (w workload) path() string { return w.Metadata.Path(collections[w.kind]) }

// stopped is true of a workload that is to have no pods.
func (w workload) stopped() bool {
	if w.kind == "CronJob" {
		return w.Spec.Suspend != nil && *w.Spec.Suspend
	}
	return w.Spec.Replicas != nil && *w.Spec.Replicas == 0
}

func (w workload) desired() int {
	if w.Spec.Replicas == nil {
		return 1 // what Kubernetes takes
	}
	return *w.Spec.Replicas
}

// workloads are the singletons that are there, and the entries that name none.
func (k *Keeper) workloads(ctx context.Context) (found []workload, missing []string, err error) {
	lists := map[string][]workload{}
	for _, s := range k.All {
		namespace, name, _ := strings.Cut(s.Name, "/")
		path := (kubernetes.Meta{Namespace: namespace}).Path(collections[s.Kind])
		path = strings.TrimSuffix(path, "/")
		if _, asked := lists[path]; !asked {
			if lists[path], err = kubernetes.List[workload](ctx, k.Client, path); err != nil {
				return nil, nil, fmt.Errorf("asking for every %s of %s: %w", s.Kind, namespace, err)
			}
		}
		some := false
		for _, w := range lists[path] {
			if w.kind = s.Kind; !s.Names(s.Kind, namespace, w.Metadata.Name) {
				continue
			}
			some = true
			w.Metadata.Namespace = namespace
			if !slices.ContainsFunc(found, func(have workload) bool { return have.String() == w.String() }) {
				found = append(found, w)
			}
		}
		if !some && name != spec.EveryName {
			missing = append(missing, s.Kind+" "+s.Name)
		}
	}
	return found, missing, nil
}

// stop has one workload have no pods, and keeps with it what it had.
func (k *Keeper) stop(ctx context.Context, w workload) error {
	had, stopped := "suspend=false", object{"suspend": true}
	if w.kind != "CronJob" {
		had, stopped = "replicas="+strconv.Itoa(w.desired()), object{"replicas": 0}
	}
	return k.change(ctx, w, w.path(), holder, object{"metadata": object{"resourceVersion": w.Metadata.ResourceVersion, "annotations": object{keeps: had}}, "spec": stopped})
}

// start gives one workload what it had when it was stopped. One that drover did not stop stays as it is.
func (k *Keeper) start(ctx context.Context, w workload) error {
	what, value, _ := strings.Cut(w.Metadata.Annotations[keeps], "=")
	wanted := object{"suspend": false}
	if what == "replicas" {
		n, err := strconv.Atoi(value)
		if err != nil {
			return fmt.Errorf("starting %s: its annotation %s is %q, and no number of replicas: %w", w, keeps, value, err)
		}
		wanted = object{"replicas": n}
	}
	patch := object{"metadata": object{"resourceVersion": w.Metadata.ResourceVersion, "annotations": object{keeps: nil}}}
	if w.stopped() { // else somebody else has started it
		patch["spec"] = wanted
	}
	return k.change(ctx, w, w.path(), starter, patch)
}

// ran tells a CronJob when it last began in the other color: it begins what it missed since, and nothing twice.
// https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#job-creation
func (k *Keeper) ran(ctx context.Context, w workload, last time.Time) error {
	if had := w.Status.LastScheduleTime; had != nil && !had.Before(last) {
		return nil
	}
	return k.change(ctx, w, w.path()+"/status", starter, object{"status": object{"lastScheduleTime": last.UTC().Format(time.RFC3339)}})
}

func (k *Keeper) change(ctx context.Context, w workload, path, manager string, patch object) error {
	body, err := json.Marshal(patch)
	if err != nil {
		return fmt.Errorf("encoding the change of %s: %w", w, err)
	}
	if err := k.Valid(); err != nil {
		return err
	}
	if err := k.Client.Merge(ctx, path, manager, body); err != nil {
		return fmt.Errorf("changing %s: %w", w, err)
	}
	return nil
}
