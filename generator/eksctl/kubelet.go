package eksctl

import "drover/generator/spec"

// kubeletNames are what settings of the kubelet are called.
type kubeletNames struct{ maxPods, kubeReserved, systemReserved, high, low string }

// kubeletSettings are those of a group: eksctl takes every field of the kubelet's own configuration, and for Bottlerocket
// the settings of that (https://bottlerocket.dev/en/os/latest/#/api/settings/kubernetes/).
func kubeletSettings(n *node) (*node, kubeletNames) {
	if settings := n.get("bottlerocket", "settings", "kubernetes"); settings != nil {
		return settings, kubeletNames{"max-pods", "kube-reserved", "system-reserved", "image-gc-high-threshold-percent", "image-gc-low-threshold-percent"}
	}
	return n.get("kubeletExtraConfig"), kubeletNames{"maxPods", "kubeReserved", "systemReserved", "imageGCHighThresholdPercent", "imageGCLowThresholdPercent"}
}

// kubelet are the settings of a pool's kubelets. What a spec has not is told about with the rest.
func (v *conversion) kubelet(n *node, path string, p func() *spec.NodePool) {
	k := &spec.Kubelet{}
	extra, names := kubeletSettings(n)
	from := n.get("maxPodsPerNode")
	if from == nil {
		from = extra.get(names.maxPods)
	}
	set := false
	if most, ok := from.number(); ok {
		k.MaxPods, set = most, true
		v.carry(path+".kubelet.maxPods", from, func() { k.MaxPods = 0; v.noKubelet(p) })
	}
	for _, one := range []struct {
		name, as string
		at       **spec.Reservation
	}{{names.kubeReserved, "kubeReserved", &k.KubeReserved}, {names.systemReserved, "systemReserved", &k.SystemReserved}} {
		if r := reservation(extra.get(one.name)); r != nil {
			*one.at, set = r, true
			v.carry(path+".kubelet."+one.as, extra.get(one.name), func() { *one.at = nil; v.noKubelet(p) })
		}
	}
	high, hasHigh := extra.get(names.high).number()
	low, hasLow := extra.get(names.low).number()
	if hasHigh && hasLow {
		k.ImageGC, set = &spec.ImageGC{High: high, Low: low}, true
		v.carry(path+".kubelet.imageGC", extra.get(names.high), func() { k.ImageGC = nil; v.noKubelet(p) })
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
