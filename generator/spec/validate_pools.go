package spec

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

func (v *validator) nodePools() {
	pools := v.c.Spec.NodePools
	if len(pools) == 0 {
		v.wrong("spec.nodePools", "spec.nodePools is empty: the cluster would have no node", "remove the line for a default pool, or write one: - {name: general, min: 3}")
		return
	}
	least, untainted := 0, false
	for i, p := range pools {
		path := fmt.Sprintf("spec.nodePools[%d]", i)
		v.matches(path+".name", p.Name, v.rules.pool)
		v.machines(path, p)
		oneIs(v, path+".capacity", p.Capacity)
		v.system(path+".os", p.OS)
		v.bounds(path, p)
		v.diskSize(path+".disk", p.Disk, v.rules.disk)
		v.zonesOf(path+".zones", p.Zones)
		v.matches(path+".maxUnavailable", p.MaxUnavailable, atATime)
		v.nodeLabels(path, p)
		v.policies(path+".policies", p.Policies, ofEveryNode)
		v.kubelet(path+".kubelet", p)
		v.images(path, p)
		least += max(p.Min, 0)
		untainted = untainted || !slices.ContainsFunc(p.Taints, func(t Taint) bool { return t.Effect != "PreferNoSchedule" })
	}
	v.unique(namesOf(pools, func(p NodePool) string { return p.Name }), "the pool", field("spec.nodePools", "name"))
	if least == 0 {
		v.wrong("spec.nodePools[0].min", "every pool may shrink to no node, and then nothing runs that could ask for one", "write min: 3 in one pool")
	}
	if !untainted {
		v.unwise("all-tainted", "spec.nodePools", "every pool has a taint, so that cluster add-ons such as DNS find no node", "leave one pool without taints")
	}
	v.addresses(pools)
	if !slices.ContainsFunc(pools, func(p NodePool) bool { return p.Capacity != "spot" }) {
		v.unwise("all-spot", "spec.nodePools", "every pool is spot: the platform may take all nodes back within minutes", "make one pool capacity: on-demand")
	}
}

// share is how many bits a subnet of one color in one zone is smaller than the
// range that it is planned in: a sixteenth, of the network and of that for pods.
const share = 4

// addresses warns of pools that may have more nodes than a color has addresses for.
func (v *validator) addresses(pools []NodePool) {
	n := v.c.Spec.Network
	path, text := "spec.network.cidr", n.CIDR
	if n.Pods != "" {
		path, text = "spec.network.pods", n.Pods
	}
	p, err := netip.ParsePrefix(text)
	if err != nil || n.IPv6() || p.Bits()+share > 28 || v.rules.perNode == 0 || n.AdoptsSubnets() || v.silent("spec.network.zones") {
		return
	}
	most := 0
	for _, pool := range pools {
		if pool.Min > pool.Max {
			return // it is told what is wrong with that
		}
		most += pool.Max
	}
	room := n.Zones * (1<<(32-p.Bits()-share) - 5) / v.rules.perNode // the platform keeps five of each subnet
	if most > room {
		v.unwise("few-addresses", path, fmt.Sprintf("the pools may have %d nodes, and %s has addresses for about %d in each color, at %d for a node and its pods", most, p, room, v.rules.perNode),
			"take a larger range, or lower max")
	}
}

// atATime is how much of a pool an update replaces at a time. EKS takes 1 to
// 100 of either (https://docs.aws.amazon.com/eks/latest/APIReference/API_NodegroupUpdateConfig.html).
var atATime = form{lazily(`^([1-9][0-9]?|100)%?$`), "a number of nodes, or a share of the pool, 1 to 100 of either", `"33%"`}

// zonesOf checks the zones that a pool is in.
func (v *validator) zonesOf(path string, zones []int) {
	all := v.c.Spec.Network.Zones
	if zones != nil && len(zones) == 0 {
		v.wrong(path, path+" is empty: the pool would have no place", "remove the line for all zones, or write one: zones: [1]")
	}
	first := map[int]int{}
	for i, zone := range zones {
		at := fmt.Sprintf("%s[%d]", path, i)
		if zone < 1 || zone > all {
			v.wrong(at, fmt.Sprintf("there is no zone %d: spec.network.zones is %d", zone, all), fmt.Sprintf("write numbers from 1 to %d", all))
		} else if j, twice := first[zone]; twice {
			v.wrong(at, fmt.Sprintf("the zone %d is there twice", zone), "remove one of the two", v.where(fmt.Sprintf("%s[%d]", path, j)))
		}
		first[zone] = i
	}
}

// system checks the system of a pool's nodes.
func (v *validator) system(path, name string) {
	switch {
	case len(v.rules.systems) > 0:
		oneIs(v, path, name)
	case name != "":
		v.wrong(path, fmt.Sprintf("%s is for AWS; on %s the platform chooses the system of the nodes", path, v.rules.name), "remove the line")
	}
}

func (v *validator) machines(path string, p NodePool) {
	if len(p.Machines) == 0 {
		v.wrong(path+".machines", path+".machines is empty", fmt.Sprintf("write machines: [%s], or remove the line for that default", strings.Join(v.rules.machines, ", ")))
	}
	arm := 0
	for i, m := range p.Machines {
		v.matches(fmt.Sprintf("%s.machines[%d]", path, i), m, v.rules.machine)
		if v.rules.arm != nil && v.rules.arm.MatchString(m) {
			arm++
		}
		if n := v.c.Spec.Network; n.IPv6() && v.rules.noIPv6 != nil && v.rules.noIPv6.MatchString(m) {
			v.wrong(fmt.Sprintf("%s.machines[%d]", path, i), fmt.Sprintf("%s is older than the Nitro system, and has no addresses of IPv6 for pods", m), "take another, such as "+v.rules.machine.example, v.where("spec.network.ipFamily"))
		}
		if v.rules.noImage != nil && v.rules.noImage.MatchString(m) {
			v.wrong(fmt.Sprintf("%s.machines[%d]", path, i), fmt.Sprintf("no node image of %s runs on %s", v.rules.name, m), "take another, such as "+v.rules.machine.example)
		}
	}
	v.atMost(path+".machines", len(p.Machines), v.rules.machinesOf, "machines", "keep those that suit best")
	v.atMost(path+".taints", len(p.Taints), v.rules.taintsOf, "taints", "keep those that pods are told apart by")
	v.unique(p.Machines, "the machine", indexed(path+".machines"))
	if arm > 0 && arm < len(p.Machines) {
		v.wrong(path+".machines", "the machines of one pool have different processors, Arm and x86, and no node image runs on both", "make a pool for each")
	}
}

// atMost checks that a list is not longer than the platform takes; 0 is any length.
func (v *validator) atMost(path string, n, most int, what, help string) {
	if most > 0 && n > most {
		v.wrong(path, fmt.Sprintf("%s has %d %s, and %s takes at most %d", path, n, what, v.rules.name, most), help)
	}
}

func (v *validator) bounds(path string, p NodePool) {
	switch {
	case p.Min < bounds["spec.nodePools[].min"].least:
		v.wrong(path+".min", fmt.Sprintf("%s.min is %d, which is less than no node", path, p.Min), "write min: 0 or more")
	case p.Min > bounds["spec.nodePools[].min"].most:
		v.wrong(path+".min", fmt.Sprintf("%s.min is %d, and a managed node group has at most 450 nodes", path, p.Min), "write min: 450 or less, or split the pool")
	case p.Max < bounds["spec.nodePools[].max"].least:
		v.wrong(path+".max", fmt.Sprintf("%s.max is %d, so that the pool would never have a node", path, p.Max), "write max: 1 or more, or remove the pool")
	case p.Max < p.Min:
		v.wrong(path+".max", fmt.Sprintf("%s.max is %d, less than min, which is %d", path, p.Max, p.Min), fmt.Sprintf("write max: %d or more", p.Min), v.where(path+".min"))
	case p.Max > bounds["spec.nodePools[].max"].most:
		v.wrong(path+".max", fmt.Sprintf("%s.max is %d, and a managed node group has at most 450 nodes", path, p.Max), "write max: 450, or split the pool")
	case p.Min == 1:
		v.unwise("single-node", path+".min", fmt.Sprintf("the pool %q may shrink to one node, and what runs there stops when it fails", p.Name), "write min: 3, one for each zone, or 0 for a pool that is used now and then")
	}
}

func (v *validator) diskSize(path string, size Size, bounds [2]Size) {
	if size < bounds[0] || size > bounds[1] {
		v.wrong(path, fmt.Sprintf("%s is %s, and %s allows %s to %s", path, size, v.rules.name, bounds[0], bounds[1]), fmt.Sprintf("write %s", min(max(size, bounds[0]), bounds[1])))
	} else if size%gibi != 0 {
		v.wrong(path, fmt.Sprintf("%s is %s, and disks come in whole Gi", path, size), fmt.Sprintf("write %dGi", size.GiB()))
	}
}

// https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
var (
	labelKey   = lazily(`^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$`)
	labelValue = lazily(`^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$`)
	ownedKey   = lazily(`^([a-z0-9.-]+\.)?(kubernetes|k8s)\.io/`)
)

// effects are how a taint's effect is written, and how cloud APIs write it.
var effects = map[string]string{"NO_SCHEDULE": "NoSchedule", "PREFER_NO_SCHEDULE": "PreferNoSchedule", "NO_EXECUTE": "NoExecute"}

func (v *validator) nodeLabels(path string, p NodePool) {
	for _, key := range sortedKeys(p.Labels) {
		v.nodeLabel(path+".labels."+key, v.nameAt(path+".labels."+key), "label", key, p.Labels[key])
	}
	first := map[string]int{}
	for i, t := range p.Taints {
		at := fmt.Sprintf("%s.taints[%d]", path, i)
		if t.Key != "" {
			v.nodeLabel(at+".key", v.where(at+".key"), "taint", t.Key, t.Value)
		}
		if right, cloud := effects[t.Effect]; cloud {
			v.wrong(at+".effect", fmt.Sprintf("%s.effect %q is how the platform's API writes it", at, t.Effect), "write "+right)
		} else if t.Effect != "" {
			oneIs(v, at+".effect", t.Effect)
		}
		if j, twice := first[t.Key+":"+t.Effect]; twice {
			v.wrong(at, fmt.Sprintf("the taint %s with effect %s is there twice", t.Key, t.Effect), "remove one of the two", v.where(fmt.Sprintf("%s.taints[%d]", path, j)))
		}
		first[t.Key+":"+t.Effect] = i
	}
}

func (v *validator) nodeLabel(path string, name span, what, key, value string) {
	if v.silent(path) {
		return
	}
	switch {
	case !labelKey.MatchString(key):
		v.errorAt(path, "write it like workload or example.com/workload", name, fmt.Sprintf("the %s %q is not a name that Kubernetes takes: letters, digits, - _ and ., at most 63, perhaps behind a domain and a slash", what, key))
	case ownedKey.MatchString(key):
		v.errorAt(path, "take a name without kubernetes.io, such as workload", name, fmt.Sprintf("the %s %q is in a domain of Kubernetes, in which a node may not set its own", what, key))
	case !labelValue.MatchString(value):
		v.wrong(path, fmt.Sprintf("the value %q of the %s %s is not one that Kubernetes takes: at most 63 letters, digits, - _ and .", value, what, key), "write it like batch")
	}
}
