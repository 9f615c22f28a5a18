package bootstrap

import (
	"context"
	"fmt"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"drover/generator/spec"
	"drover/orchestrator/kubernetes"
)

// ready asks for one object; it is ready where the answer is empty.
func (i *Installation) ready(ctx context.Context, o spec.Object) (wait string, err error) {
	path, wait, err := i.path(ctx, o)
	if err != nil || wait != "" {
		return wait, err
	}
	data, err := i.Client.Raw(ctx, path)
	if kubernetes.Missing(err) {
		return "it is gone", nil
	}
	if err != nil {
		return "", err
	}
	wait, failed, err := judged(data)
	if err == nil && failed && o.Kind == "Job" { // it is not tried again
		return "", &StuckError{[]Stuck{{o.String(), wait}}}
	}
	return wait, err
}

// judged reads an object's own statements about itself, as kstatus understands them.
func judged(data []byte) (wait string, failed bool, err error) {
	var live unstructured.Unstructured
	if err := live.UnmarshalJSON(data); err != nil {
		return "", false, fmt.Errorf("the answer is not an object: %w", err)
	}
	result, err := status.Compute(&live)
	if err != nil {
		return "", false, fmt.Errorf("understanding its status: %w", err)
	}
	if result.Status == status.CurrentStatus {
		return "", false, nil
	}
	return fmt.Sprintf("%s (%s)", result.Message, result.Status), result.Status == status.FailedStatus, nil
}

// explained adds what the pods of workloads wait for, as far as that can be asked.
func (i *Installation) explained(ctx context.Context, objects []spec.Object, stuck []Stuck) error {
	for n, o := range objects {
		if why := i.pods(ctx, o); why != "" {
			stuck[n].Why += "; " + why
		}
	}
	return &StuckError{stuck}
}

// pods says what keeps a workload's pods from running; empty if that is not known.
func (i *Installation) pods(ctx context.Context, o spec.Object) string {
	path, wait, err := i.path(ctx, o)
	if err != nil || wait != "" {
		return ""
	}
	var workload kubernetes.Workload
	if err := i.Client.Get(ctx, path, &workload); err != nil {
		return ""
	}
	pods, err := kubernetes.List[kubernetes.Pod](ctx, i.Client, "/api/v1/namespaces/"+workload.Metadata.Namespace+"/pods")
	if err != nil || workload.Metadata.Namespace == "" {
		return ""
	}
	for _, p := range pods {
		if !workload.Spec.Selector.Matches(p.Metadata.Labels) {
			continue
		}
		if why := whyNot(p); why != "" {
			return fmt.Sprintf("pod %s: %s", p.Metadata.Name, why)
		}
	}
	return ""
}

func whyNot(p kubernetes.Pod) string {
	for _, c := range append(p.Status.InitContainerStatuses, p.Status.ContainerStatuses...) {
		if w := c.State.Waiting; w != nil {
			return fmt.Sprintf("container %s: %s %s", c.Name, w.Reason, w.Message)
		}
	}
	if c, has := kubernetes.Named(p.Status.Conditions, "PodScheduled"); has && c.Status != "True" {
		return "not scheduled: " + c.Message
	}
	return ""
}
