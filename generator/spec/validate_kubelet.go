package spec

import (
	"fmt"
	"strings"
)

// EKS takes at most 110 pods on a managed node of fewer than 30 vCPUs, and 250 on others:
// https://docs.aws.amazon.com/eks/latest/userguide/choosing-instance-type.html#determine-max-pods
const mostPodsOnSmall = 110

// smallMachine is the size of a machine of fewer than 30 vCPUs.
var smallMachine = lazily(`\.(nano|micro|small|medium|large|[2346]?xlarge)$`)

// cpuQuantity is an amount of processors as Kubernetes writes it.
var cpuQuantity = form{lazily(`^([1-9][0-9]{0,5}m|[1-9][0-9]{0,2}(\.[0-9]{1,3})?|0\.[0-9]{1,3})$`), "an amount of processors", `"250m"`}

func (v *validator) kubelet(path string, p NodePool) {
	k := p.Kubelet
	switch {
	case k == nil:
		return
	case len(v.rules.systems) == 0:
		v.forAWS(path, "setting of the kubelet")
		return
	case *k == (Kubelet{}) && !v.failedWithin(path):
		v.wrong(path, path+" sets nothing", "write a setting, such as maxPods: 58, or remove it")
	}
	v.maxPods(path+".maxPods", p)
	v.reservation(path+".kubeReserved", k.KubeReserved, p.Disk)
	v.reservation(path+".systemReserved", k.SystemReserved, p.Disk)
	if gc := k.ImageGC; gc != nil {
		high := v.within(path+".imageGC.high", gc.High)
		low := v.within(path+".imageGC.low", gc.Low)
		if high && low && gc.Low >= gc.High && !v.failedWithin(path+".imageGC") {
			v.wrong(path+".imageGC.low", fmt.Sprintf("%s.imageGC.low is %d, and high %d: the kubelet does not start, as low has to be less", path, gc.Low, gc.High), "write a number below high", v.where(path+".imageGC.high"))
		}
	}
}

func (v *validator) maxPods(path string, p NodePool) {
	n := p.Kubelet.MaxPods
	if !v.has(path) || !v.within(path, n) || n <= mostPodsOnSmall {
		return
	}
	for _, m := range p.Machines {
		if smallMachine.MatchString(m) {
			v.wrong(path, fmt.Sprintf("%s is %d, and EKS takes at most %d on a machine of fewer than 30 vCPUs, such as %s", path, n, mostPodsOnSmall, m), fmt.Sprintf("write %d or less, or name larger machines", mostPodsOnSmall))
			return
		}
	}
}

// within checks a number by its bounds.
func (v *validator) within(path string, n int) bool {
	b, ok := bounds[anyIndex(path)]
	if !ok || b.hold(n) || v.silent(path) {
		return true
	}
	v.wrong(path, fmt.Sprintf("%s is %d, and can be %d to %d", path, n, b.least, b.most), "write a number between them")
	return false
}

func (v *validator) reservation(path string, r *Reservation, disk Size) {
	switch {
	case r == nil:
		return
	case *r == (Reservation{}) && !v.failedWithin(path):
		v.wrong(path, path+" reserves nothing", "write cpu, memory or disk, or remove it")
	}
	v.formed(path+".cpu", r.CPU, cpuQuantity)
	if v.has(path+".memory") && r.Memory <= 0 {
		v.wrong(path+".memory", path+".memory reserves nothing", "write it like 512Mi, or remove the line")
	}
	if v.has(path+".disk") && (r.Disk <= 0 || r.Disk >= disk) {
		v.wrong(path+".disk", fmt.Sprintf("%s.disk is %s, and the disk of a node has %s", path, r.Disk, disk), "write less than the disk has, such as 2Gi")
	}
}

// kubeletForms are the forms of the texts in the settings of the kubelet, for the schema.
func kubeletForms() map[string]string {
	out := map[string]string{}
	for _, of := range strings.Fields("kubeReserved systemReserved") {
		out["spec.nodePools[].kubelet."+of+".cpu"] = cpuQuantity.pattern.text
	}
	return out
}
