package rehearsal

import (
	"slices"
	"strings"
	"testing"

	"drover/generator/spec"
)

func checks(list ...spec.KubernetesCheck) spec.Spec {
	s := spec.Spec{NodePools: []spec.NodePool{{Name: "general"}, {Name: "batch", Taints: []spec.Taint{{Key: "only", Value: "batch"}}}}}
	for _, c := range list {
		s.Rotation.Verify = append(s.Rotation.Verify, spec.Check{Kubernetes: &c})
	}
	return s
}

func TestStandInsHaveTheNamesThatChecksAskFor(t *testing.T) {
	t.Parallel()
	var names []string
	for _, w := range standIns(checks(
		spec.KubernetesCheck{Workloads: []string{"checkout/checkout", "kube-system/coredns", "kube-system/cluster-autoscaler"}, Namespaces: []string{"checkout", "kube-system", "search"}},
		spec.KubernetesCheck{Workloads: []string{"checkout/checkout", "cart/cart"}, Namespaces: []string{"all"}})) {
		names = append(names, w.Namespace+"/"+w.Name)
		if w.Annotations[standInMark] != standInSays || w.Labels[standInMark] != "true" || w.Replicas == 0 || !slices.Equal(w.Tolerates, []string{"only"}) {
			t.Errorf("the stand-in is %+v", w)
		}
	}
	if want := []string{"cart/cart", "checkout/checkout", "kube-system/cluster-autoscaler", "search/stand-in"}; !slices.Equal(names, want) {
		t.Errorf("the stand-ins are %v, want %v", names, want)
	}
}

func TestNothingStandsInWhereNoCheckAsksForIt(t *testing.T) {
	t.Parallel()
	if list := standIns(checks(spec.KubernetesCheck{Namespaces: []string{"all", "kube-system"}, MinNodes: 2})); len(list) > 0 {
		t.Errorf("the stand-ins are %+v", list)
	}
}

func TestASelectorTakesTheLongestNames(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", 62) + "." + strings.Repeat("b", 60)
	label := standIn("shop", long, nil).Labels["app.kubernetes.io/name"]
	if len(label) > 63 || strings.HasSuffix(label, ".") {
		t.Errorf("%q is no label's value", label)
	}
}

func TestAGatewayStandsInOnThePortsThatNoManifestHas(t *testing.T) {
	t.Parallel()
	s := checks()
	if got := gateway(s); len(got) != 1 || !slices.Equal(got[0].NodePorts, []int{30080, 30443}) || got[0].Annotations[standInMark] != gatewaySays || !slices.Equal(got[0].Tolerates, []string{"only"}) {
		t.Errorf("the gateway is %+v", got)
	}
	s.Ingress.Management = &spec.Management{}
	s.Bootstrap = &spec.Bootstrap{Files: []spec.Manifest{{Text: "spec:\n  ports:\n    - {name: https, port: 443, nodePort: 30443}\n"}, {Text: `{"nodePort": 30080}`}}}
	if got := gateway(s); len(got) != 1 || !slices.Equal(got[0].NodePorts, []int{30081, 30444}) {
		t.Errorf("beside a team's own, the gateway is %+v", got)
	}
	s.Ingress.Management = nil
	if got := gateway(s); len(got) != 0 {
		t.Errorf("beside a team's own for all ports, there is %+v", got)
	}
}
