package bootstrap

import (
	"context"
	"fmt"
	"slices"

	"drover/generator/spec"
	"drover/orchestrator/journal"
	"drover/orchestrator/kubernetes"
)

// factsAt are the ConfigMaps that tell a color what it is, by key: today's, and that of colors of before.
var factsAt = []string{"/ConfigMap drover/drover", "/ConfigMap " + argoNamespace + "/drover"}

// Told are the objects by which a color knows what it is and which role it has: a copy of the ConfigMap that is among its objects, and with
// Argo CD the secret of its cluster. There are none where nobody rendered such a ConfigMap.
func Told(objects []spec.Object, role journal.Role) []spec.Object {
	i := slices.IndexFunc(objects, func(o spec.Object) bool { return slices.Contains(factsAt, o.Key()) })
	if i < 0 {
		return nil
	}
	facts, data := map[string]string{"role": string(role)}, map[string]any{"role": string(role)}
	had, _ := objects[i].Body["data"].(map[string]any)
	for key, value := range had {
		facts[key], data[key] = fmt.Sprint(value), value
	}
	told := objects[i]
	told.Body = map[string]any{"apiVersion": told.APIVersion, "kind": told.Kind, "data": data,
		"metadata": map[string]any{"name": told.Name, "namespace": told.Namespace}}
	if followsGit(objects) {
		return []spec.Object{told, ClusterSecret(facts)}
	}
	return []spec.Object{told}
}

// InRole are the objects of a color with what it knows of itself in place of the ConfigMap that says nothing of its role.
func InRole(objects []spec.Object, role journal.Role) []spec.Object {
	told := Told(objects, role)
	if len(told) == 0 {
		return objects
	}
	all := slices.Clone(objects)
	for i, o := range all {
		if o.Key() == told[0].Key() {
			all[i] = told[0]
		}
	}
	return append(slices.Clone(told[1:]), all...)
}

// followsGit is true of objects that bring an Application of Argo CD's.
func followsGit(objects []spec.Object) bool {
	return slices.ContainsFunc(objects, func(o spec.Object) bool { return o.Group() == argo && o.Kind == "Application" })
}

// Tell applies what Told gives, once the API server answers. Nothing else of the color is touched, and nothing is waited for.
func (i *Installation) Tell(ctx context.Context, told []spec.Object) error {
	i.until = i.Clock.Now().Add(i.Limit)
	i.kinds = map[string]map[string]kubernetes.Resource{}
	return i.each(ctx, told, i.apply)
}
