package cluster

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"drover/generator/spec"
	"drover/orchestrator/kubernetes"
)

// persistent is what is read of a persistent volume.
type persistent struct {
	Metadata kubernetes.Meta
	Spec     struct {
		StorageClassName string
		ClaimRef         struct{ Namespace, Name string }
	}
	Status struct{ Phase string }
}

// volumesAreDeclared refuses to begin while the active cluster has data on volumes of which the spec does not say what becomes:
// the new color starts without them.
func (p *preflight) volumesAreDeclared(ctx context.Context) (string, error) {
	var volumes []persistent
	err := p.withAPI(ctx, p.from, func(ctx context.Context, client *kubernetes.Client) (err error) {
		volumes, err = kubernetes.List[persistent](ctx, client, "/api/v1/persistentvolumes")
		return err
	})
	if kubernetes.Denied(err) { // it answers, and would say so again when the volumes are recorded before it is destroyed
		return "", refuse(fmt.Sprintf("%s does not say whether it has data on volumes: %v", p.from, err), "the new color would start without that data")
	}
	if err != nil { // an active cluster that is not well is a reason to rotate, and no volume is ever deleted
		return p.volumesUnknown(err)
	}
	undeclared, bound := undeclaredVolumes(volumes, p.Spec.Spec.Rotation.Volumes)
	switch {
	case len(undeclared) > 0:
		claim := undeclared[0].Spec.ClaimRef.Namespace
		return "", refuse(fmt.Sprintf("%s has data on volumes that the new color will not have:\n%s", p.from, strings.Join(described(undeclared), "\n")),
			fmt.Sprintf("declare what becomes of it in the spec: rotation.volumes: [{namespace: %s, data: migrated}], which your team copies; "+
				"or data: external, which is outside of the cluster and mounted by both; or data: disposable, which may be lost", claim))
	case bound > 0:
		return fmt.Sprintf("%d volumes in use, declared", bound), nil
	}
	return "no volumes in use", nil
}

// volumesUnknown lets a rotation begin only if the spec says what becomes of data on any volume, or if drover has no part in
// what runs inside.
func (p *preflight) volumesUnknown(why error) (string, error) {
	s := p.Spec.Spec
	p.Observer.Progress(fmt.Sprintf("preflight: whether %s has data on volumes is not known: %v", p.from, why))
	all := slices.ContainsFunc(s.Rotation.Volumes, func(d spec.VolumeData) bool { return d.Namespace == "" && d.StorageClass == "" })
	if all || s.GitOps == nil && s.Bootstrap == nil && s.Rotation.Handover == nil {
		return "volumes unknown", nil
	}
	return "", refuse(fmt.Sprintf("%s does not say whether it has data on volumes: %v", p.from, why),
		"the new color would start without that data: see that its Kubernetes API answers here; or if it is broken, declare what becomes of data on any volume, "+
			"as in rotation.volumes: [{data: disposable}], which may be lost")
}

func undeclaredVolumes(volumes []persistent, declared []spec.VolumeData) (undeclared []persistent, bound int) {
	for _, v := range volumes {
		if v.Status.Phase != "Bound" {
			continue
		}
		bound++
		if !slices.ContainsFunc(declared, func(d spec.VolumeData) bool { return d.Covers(v.Spec.ClaimRef.Namespace, v.Spec.StorageClassName) }) {
			undeclared = append(undeclared, v)
		}
	}
	return undeclared, bound
}

func described(volumes []persistent) []string {
	const most = 10
	var lines []string
	for _, v := range volumes {
		line := fmt.Sprintf("  %s/%s (volume %s", v.Spec.ClaimRef.Namespace, v.Spec.ClaimRef.Name, v.Metadata.Name)
		if class := v.Spec.StorageClassName; class != "" {
			line += ", storage class " + class
		}
		lines = append(lines, line+")")
	}
	if more := len(lines) - most; more > 0 {
		lines = append(lines[:most], fmt.Sprintf("  and %d more", more))
	}
	return lines
}
