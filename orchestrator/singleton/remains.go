package singleton

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"drover/generator/spec"
	"drover/orchestrator/kubernetes"
)

// job is what is read of a Job.
type job struct {
	Metadata kubernetes.Meta
	Status   struct {
		Active     int
		Conditions []kubernetes.Condition
	}
}

// over is true of a Job that is complete or has failed for good.
func (j job) over() bool {
	return slices.ContainsFunc(j.Status.Conditions, func(c kubernetes.Condition) bool {
		return (c.Type == "Complete" || c.Type == "Failed") && c.Status == "True"
	})
}

// remains are the pods and Jobs of the singletons that have not ended.
func (k *Keeper) remains(ctx context.Context) ([]string, error) {
	var left, namespaces []string
	for _, s := range k.All {
		namespace, _, _ := strings.Cut(s.Name, "/")
		namespaces = append(namespaces, namespace)
	}
	slices.Sort(namespaces)
	for _, namespace := range slices.Compact(namespaces) {
		some, err := k.remainsIn(ctx, namespace)
		if err != nil {
			return nil, err
		}
		left = append(left, some...)
	}
	return left, nil
}

func (k *Keeper) remainsIn(ctx context.Context, namespace string) (left []string, err error) {
	jobs, err := kubernetes.List[job](ctx, k.Client, "/apis/batch/v1/namespaces/"+namespace+"/jobs")
	if err != nil {
		return nil, fmt.Errorf("asking for the Jobs of %s: %w", namespace, err)
	}
	there := map[string]bool{} // UIDs
	for _, j := range jobs {
		there[j.Metadata.UID] = true
		if !k.owned(j.Metadata, namespace) {
			continue
		}
		if !slices.Contains(k.jobs, j.Metadata.UID) {
			k.jobs = append(k.jobs, j.Metadata.UID)
		}
		k.saw(j)
		if !j.over() {
			left = append(left, "Job "+namespace+"/"+j.Metadata.Name+" runs")
		}
	}
	pods, err := kubernetes.List[kubernetes.Pod](ctx, k.Client, "/api/v1/namespaces/"+namespace+"/pods")
	if err != nil {
		return nil, fmt.Errorf("asking for the pods of %s: %w", namespace, err)
	}
	for _, p := range pods {
		ofJob := slices.ContainsFunc(p.Metadata.OwnerReferences, func(o kubernetes.Owner) bool {
			return slices.Contains(k.jobs, o.UID) || o.Kind == "Job" && !there[o.UID] && k.named(o.Name, namespace)
		})
		if (ofJob || k.owned(p.Metadata, namespace)) && p.Status.Phase != "Succeeded" && p.Status.Phase != "Failed" {
			left = append(left, "pod "+namespace+"/"+p.Metadata.Name+" is there")
		}
	}
	return left, nil
}

// scheduled is the annotation of a Job that says for when its CronJob began it; what a person began has none.
// https://kubernetes.io/docs/reference/labels-annotations-taints/#batch-kubernetes-io-cronjob-scheduled-timestamp
const scheduled = "batch.kubernetes.io/cronjob-scheduled-timestamp"

// saw remembers for when a Job was: its CronJob does not say so if its controller ended, or met another writer, between the two.
func (k *Keeper) saw(j job) {
	at, err := time.Parse(time.RFC3339, j.Metadata.Annotations[scheduled])
	if err != nil {
		return
	}
	for _, o := range j.Metadata.OwnerReferences {
		if name := j.Metadata.Namespace + "/" + o.Name; o.Kind == "CronJob" && at.After(k.began[name]) {
			if k.began == nil {
				k.began = map[string]time.Time{}
			}
			k.began[name] = at
		}
	}
}

// named is true of a Job that is called as a CronJob of the singletons calls its own. One that is replaced or deleted goes before
// its pods do, which may run for all of their grace period.
func (k *Keeper) named(job, namespace string) bool {
	end := strings.LastIndex(job, "-")
	return end > 0 && slices.ContainsFunc(k.All, func(s spec.Singleton) bool { return s.Names("CronJob", namespace, job[:end]) })
}

// owned is true of what a singleton itself makes: a Job of a CronJob, a pod of a StatefulSet or of a Deployment's ReplicaSet.
func (k *Keeper) owned(m kubernetes.Meta, namespace string) bool {
	for _, o := range m.OwnerReferences {
		kind, name := o.Kind, o.Name
		if hash := m.Labels["pod-template-hash"]; kind == "ReplicaSet" && hash != "" {
			kind, name = "Deployment", strings.TrimSuffix(name, "-"+hash)
		}
		for _, s := range k.All {
			if s.Names(kind, namespace, name) {
				return true
			}
		}
	}
	return false
}
