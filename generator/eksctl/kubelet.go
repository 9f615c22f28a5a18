package eksctl

import "drover/generator/spec"

// kubelet are the settings of a pool's kubelets. eksctl takes every field of the kubelet's own configuration; what a
// spec has not is told about with the rest.
func (v *conversion) kubelet(n *node, path string, p func() *spec.NodePool) {
	k := &spec.Kubelet{}
	extra := n.get("kubeletExtraConfig")
	from := n.get("maxPodsPerNode")
	if from == nil {
		from = extra.get("maxPods")
	}
	set := false
	if most, ok := from.number(); ok {
		k.MaxPods, set = most, true
		v.carry(path+".kubelet.maxPods", from, func() { k.MaxPods = 0; v.noKubelet(p) })
	}
	for _, one := range []struct {
		name string
		at   **spec.Reservation
	}{{"kubeReserved", &k.KubeReserved}, {"systemReserved", &k.SystemReserved}} {
		if r := reservation(extra.get(one.name)); r != nil {
			*one.at, set = r, true
			v.carry(path+".kubelet."+one.name, extra.get(one.name), func() { *one.at = nil; v.noKubelet(p) })
		}
	}
	high, hasHigh := extra.get("imageGCHighThresholdPercent").number()
	low, hasLow := extra.get("imageGCLowThresholdPercent").number()
	if hasHigh && hasLow {
		k.ImageGC, set = &spec.ImageGC{High: high, Low: low}, true
		v.carry(path+".kubelet.imageGC", extra.get("imageGCHighThresholdPercent"), func() { k.ImageGC = nil; v.noKubelet(p) })
	} else if hasHigh || hasLow {
		v.note(extra, "the thresholds of image garbage collection are not carried over: write both to kubelet.imageGC")
	}
	if set {
		p().Kubelet = k
	}
}

// noKubelet takes the settings away once none is left.
func (v *conversion) noKubelet(p func() *spec.NodePool) {
	if k := p().Kubelet; k != nil && *k == (spec.Kubelet{}) {
		p().Kubelet = nil
	}
}

// reservation reads amounts that a spec can say; the others are told about.
func reservation(n *node) *spec.Reservation {
	if n == nil {
		return nil
	}
	r := spec.Reservation{CPU: n.get("cpu").string()}
	for name, at := range map[string]*spec.Size{"memory": &r.Memory, "ephemeral-storage": &r.Disk} {
		if amount := n.get(name); amount != nil && at.UnmarshalText([]byte(amount.text)) == nil {
			amount.used = true
		}
	}
	if r == (spec.Reservation{}) {
		return nil
	}
	return &r
}
