package spec

import (
	"fmt"
	"slices"
	"strings"
)

// EveryName stands in the name of a singleton for every workload of its kind in the namespace.
const EveryName = "*"

var singletonName = form{lazily(`^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?/([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?|\*)$`), "a namespace, a slash and the name of a workload, or * for every one there", "shop/report"}

// Names says whether a singleton is this workload.
func (s Singleton) Names(kind, namespace, name string) bool {
	within, which, _ := strings.Cut(s.Name, "/")
	return s.Kind == kind && within == namespace && (which == EveryName || which == name)
}

func (v *validator) handover(r Rotation) {
	const path = "spec.rotation.handover"
	h := r.Handover
	if h == nil {
		return
	}
	if len(h.Singletons) == 0 {
		v.wrong(path+".singletons", path+".singletons names nothing that runs in one color at a time", "write singletons: [{kind: CronJob, name: shop/report}], or remove handover")
	}
	names := namesOf(h.Singletons, func(s Singleton) string { return s.Kind + " " + s.Name })
	for i, s := range h.Singletons {
		at := fmt.Sprintf("%s.singletons[%d]", path, i)
		if oneIs(v, at+".kind", s.Kind) && v.matches(at+".name", s.Name, singletonName) && strings.HasPrefix(s.Name, "kube-system/") {
			v.wrong(at+".name", s.Name+" is the cluster's own, and each color needs its own", "name workloads of your teams")
		}
	}
	v.unique(names, "the singleton", indexed(path+".singletons"))
	v.positive(path+".timeout", h.Timeout, "10m")
	for i, check := range r.Verify {
		if check.Kubernetes != nil {
			v.notStopped(fmt.Sprintf("spec.rotation.verify[%d].kubernetes.workloads", i), check.Kubernetes.Workloads, *h)
		}
	}
	if a := v.c.Spec.Access; v.rules.closed && len(a.Admins)+len(a.Operators) == 0 {
		v.warn(path, "", "the handover asks the Kubernetes API, and nobody is given access to it", "name the role that drover runs as in spec.access.operators")
	}
}

// notStopped refuses to ask the new color for what it may not run before it has all traffic.
func (v *validator) notStopped(path string, workloads []string, h Handover) {
	for i, w := range workloads {
		namespace, name, _ := strings.Cut(w, "/")
		stopped := slices.ContainsFunc(h.Singletons, func(s Singleton) bool {
			return s.Names("Deployment", namespace, name) || s.Names("StatefulSet", namespace, name)
		})
		if stopped {
			v.wrong(fmt.Sprintf("%s[%d]", path, i), w+" is a singleton: the new color has none of its pods while it is verified", "remove it here; drover waits for it when it hands over", v.where("spec.rotation.handover.singletons"))
		}
	}
}
