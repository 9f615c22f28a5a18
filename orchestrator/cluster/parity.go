package cluster

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"drover/generator/spec"
	"drover/orchestrator/color"
	"drover/orchestrator/journal"
	"drover/orchestrator/kubernetes"
	"drover/orchestrator/rotation"
	"drover/orchestrator/verify"
)

// own are the namespaces of the cluster itself.
var own = []string{"kube-system", "kube-public", "kube-node-lease"}

var runnable = []struct{ kind, collection string }{
	{"Deployment", "/apis/apps/v1/deployments"}, {"StatefulSet", "/apis/apps/v1/statefulsets"}, {"DaemonSet", "/apis/apps/v1/daemonsets"}, {"CronJob", "/apis/batch/v1/cronjobs"},
}

// parity is whether a new color has every workload of the old one, by namespace and name. Neither color may be unread.
func (s *session) parity(ctx context.Context, c color.Color) journal.Result {
	r := journal.Result{Check: rotation.Parity, Name: rotation.Parity, Verdict: string(verify.Pass)}
	began := s.Clock.Now()
	missing, count, err := s.missing(ctx, c)
	r.Seconds = s.Clock.Now().Sub(began).Seconds()
	ignored := s.Spec.Spec.Parity()
	switch text := fmt.Sprintf("%d of the %d workloads of %s are missing: %s", len(missing), count, c.Other(), listed(missing)); {
	case err != nil:
		r.Verdict, r.Detail = string(verify.Error), err.Error()
	case len(missing) == 0:
		r.Detail = fmt.Sprintf("all %d workloads of %s are there", count, c.Other())
	case ignored.Missing == "report":
		r.Detail = text
	default:
		r.Verdict, r.Detail = string(verify.Fail), text+"; what is to be gone is named in spec.rotation.verify: [{parity: {ignore: [namespace/name]}}]"
	}
	return r
}

// missing names what only the old color has, and counts what is compared.
func (s *session) missing(ctx context.Context, c color.Color) (missing []string, count int, err error) {
	bundled, err := s.bundled(ctx, c.Other())
	if err != nil {
		return nil, 0, err
	}
	old, err := s.runnables(ctx, c.Other(), bundled)
	if err != nil {
		return nil, 0, err
	}
	have, err := s.runnables(ctx, c, nil)
	if err != nil {
		return nil, 0, err
	}
	for _, name := range old {
		if !slices.Contains(have, name) {
			missing = append(missing, name)
		}
	}
	return missing, len(old), nil
}

// bundled is what drover itself brought to a color: what becomes of that the bundle of the other one says.
func (s *session) bundled(ctx context.Context, c color.Color) ([]spec.Object, error) {
	digest := s.state().Colors[c].Bundle
	if digest == "" {
		return nil, nil
	}
	files, err := s.files(ctx, root(c), digest)
	if err != nil {
		return nil, err
	}
	return objectsOf(files.Manifests(s.name(), root(c)))
}

// runnables are the workloads of a color that nothing in it makes by itself.
func (s *session) runnables(ctx context.Context, c color.Color, but []spec.Object) (names []string, err error) {
	skip := map[string]bool{}
	for _, o := range but {
		skip[o.String()] = true
	}
	ignored := s.Spec.Spec.Parity()
	err = s.withAPI(ctx, c, func(ctx context.Context, client *kubernetes.Client) error {
		for _, k := range runnable {
			found, err := kubernetes.List[struct{ Metadata kubernetes.Meta }](ctx, client, k.collection)
			if err != nil {
				return fmt.Errorf("asking %s for every %s: %w", c, k.kind, err)
			}
			for _, w := range found {
				m := w.Metadata
				name := k.kind + " " + m.Namespace + "/" + m.Name
				if skip[name] || slices.Contains(own, m.Namespace) || len(m.OwnerReferences) > 0 || m.DeletionTimestamp != nil || ignored.Ignores(m.Namespace, m.Name) {
					continue
				}
				names = append(names, name)
			}
		}
		return nil
	})
	slices.Sort(names)
	return names, err
}

func listed(all []string) string {
	const most = 10
	if more := len(all) - most; more > 0 {
		all = append(all[:most:most], fmt.Sprintf("and %d more", more))
	}
	return strings.Join(all, ", ")
}
