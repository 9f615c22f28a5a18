package singleton

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"drover/generator/spec"
	"drover/orchestrator/kubernetes"
)

const (
	// holder is the name of the policy and of its binding, and the manager of every field that stops something: Argo CD is
	// told to leave what that manager owns. starter is the manager of what starts it again, which is anybody's field.
	holder  = "drover-handover"
	starter = "drover-start"

	policies  = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies/" + holder
	bindings  = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings/" + holder
	probeName = "drover-handover-probe"
	probeIn   = "default"
	confirms  = 3 // probes one after the other: there can be several API servers, and each learns of a policy by itself
)

type object = map[string]any

// OnlyOurs is true of a conflict with nobody but who stops and starts singletons.
func OnlyOurs(err error) bool {
	parts := strings.Split(err.Error(), `with "`)
	for _, part := range parts[1:] {
		if manager, _, _ := strings.Cut(part, `"`); manager != holder && manager != starter {
			return false
		}
	}
	return len(parts) > 1
}

// hold has the API server deny every pod and Job of the singletons, and returns once it does.
func (k *Keeper) hold(ctx context.Context) error {
	held := 0
	return k.until(ctx, k.Patience, "holding singletons", func(ctx context.Context) ([]string, error) {
		if held == 0 {
			if err := k.apply(ctx, policies, policyOf(k.All)); err != nil {
				return nil, err
			}
			if err := k.apply(ctx, bindings, binding()); err != nil {
				return nil, err
			}
		}
		if held >= confirms {
			return nil, nil
		}
		is, err := k.held(ctx)
		if err != nil {
			return nil, err
		}
		if held++; !is {
			held = 0
		}
		return []string{"the admission policy to take effect"}, nil
	})
}

// release takes the policy's binding away, and returns once a Job would be taken.
func (k *Keeper) release(ctx context.Context) error {
	return k.until(ctx, k.Patience, "letting singletons go", func(ctx context.Context) ([]string, error) {
		var found struct{ Metadata kubernetes.Meta }
		err := k.Client.Get(ctx, bindings, &found)
		switch {
		case kubernetes.Missing(err):
		case err != nil:
			return nil, err
		default:
			if err := k.Valid(); err != nil {
				return nil, err
			}
			if err := k.Client.Delete(ctx, bindings, found.Metadata.UID); err != nil {
				return nil, err
			}
		}
		if is, err := k.held(ctx); err != nil || !is {
			return nil, err
		}
		return []string{"the admission policy to be gone"}, nil
	})
}

// held asks, without making anything, whether the policy denies.
func (k *Keeper) held(ctx context.Context) (bool, error) {
	probe := object{"apiVersion": "batch/v1", "kind": "Job", "metadata": object{"name": probeName, "namespace": probeIn}, "spec": object{
		"template": object{"spec": object{"restartPolicy": "Never", "automountServiceAccountToken": false,
			"containers": []object{{"name": "probe", "image": "registry.k8s.io/pause:3.10"}}}}}}
	body, err := json.Marshal(probe)
	if err != nil {
		return false, fmt.Errorf("encoding a Job: %w", err)
	}
	err = k.Client.WouldCreate(ctx, "/apis/batch/v1/namespaces/"+probeIn+"/jobs", body)
	switch {
	case kubernetes.Rejected(err, holder):
		return true, nil
	case kubernetes.Invalid(err): // by a policy of somebody else
		return false, nil
	}
	return false, err
}

func (k *Keeper) apply(ctx context.Context, path string, o object) error {
	body, err := json.Marshal(o)
	if err != nil {
		return fmt.Errorf("encoding the %v: %w", o["kind"], err)
	}
	if err := k.Valid(); err != nil {
		return err
	}
	_, err = k.Client.Apply(ctx, path, holder, body)
	return err
}

const admission = "admissionregistration.k8s.io/v1"

func binding() object {
	return object{"apiVersion": admission, "kind": "ValidatingAdmissionPolicyBinding", "metadata": object{"name": holder},
		"spec": object{"policyName": holder, "validationActions": []string{"Deny"}}}
}

// policyOf denies what keeps a singleton running: https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
// A pod of a Deployment is known by its ReplicaSet, whose name ends with the hash that the pod carries as a label.
func policyOf(all []spec.Singleton) object {
	rule := func(group, resource string) object {
		return object{"apiGroups": []string{group}, "apiVersions": []string{"v1"}, "operations": []string{"CREATE"}, "resources": []string{resource}}
	}
	denied := []string{fmt.Sprintf("(request.namespace == %q && object.metadata.name == %q)", probeIn, probeName)}
	for _, s := range all {
		denied = append(denied, denial(s))
	}
	return object{"apiVersion": admission, "kind": "ValidatingAdmissionPolicy", "metadata": object{"name": holder}, "spec": object{
		"failurePolicy":    "Fail",
		"matchConstraints": object{"resourceRules": []object{rule("", "pods"), rule("batch", "jobs")}},
		"validations": []object{{"expression": "!(" + strings.Join(denied, " || ") + ")",
			"message": "singletons of spec.rotation.handover are stopped in this color by drover; they run in the other one"}},
	}}
}

func denial(s spec.Singleton) string {
	namespace, name, _ := strings.Cut(s.Name, "/")
	resource, owner, same := "pods", s.Kind, fmt.Sprintf("o.name == %q", name)
	switch s.Kind {
	case "CronJob":
		resource = "jobs"
	case "Deployment":
		owner = "ReplicaSet"
		same = fmt.Sprintf("has(object.metadata.labels) && 'pod-template-hash' in object.metadata.labels && o.name == %q + object.metadata.labels['pod-template-hash']", name+"-")
	}
	if name == spec.EveryName {
		same = "true"
	}
	return fmt.Sprintf("(request.resource.resource == %q && request.namespace == %q && has(object.metadata.ownerReferences) && object.metadata.ownerReferences.exists(o, o.kind == %q && %s))",
		resource, namespace, owner, same)
}
