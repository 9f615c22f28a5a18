package eksctl

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"drover/generator/spec"
)

// pools are the groups of nodes.
func (v *conversion) pools(root *node) {
	groups := append(slices.Clone(root.get("managedNodeGroups").list()), root.get("nodeGroups").list()...)
	least := 0
	for _, n := range groups {
		v.pool(n)
		least += v.c.Spec.NodePools[len(v.c.Spec.NodePools)-1].Min
	}
	if len(groups) > 0 && least == 0 {
		v.c.Spec.NodePools[0].Min = 3
		v.c.Spec.NodePools[0].Max = max(3, v.c.Spec.NodePools[0].Max)
		v.note(groups[0], "minSize became 3: something has to run that can ask for more nodes")
	}
}

var notInName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[^a-z0-9]+`) })

// named is a name as drover writes names.
func named(s string) string {
	return strings.Trim(notInName().ReplaceAllString(strings.ToLower(s), "-"), "-")
}

// longestPool is how long the name of a pool may be.
const longestPool = 30

// poolName is the name of the pool i, which no pool before it has.
func (v *conversion) poolName(was string, i int) string {
	name := named(was)
	if name != "" && strings.ContainsRune("0123456789", rune(name[0])) {
		name = "pool-" + name
	}
	name = strings.TrimRight(name[:min(len(name), longestPool)], "-")
	taken := slices.ContainsFunc(v.c.Spec.NodePools[:i], func(p spec.NodePool) bool { return p.Name == name })
	if name == "" || taken {
		return "pool-" + strconv.Itoa(i+1)
	}
	return name
}

// pool is one group of nodes.
func (v *conversion) pool(n *node) {
	i := len(v.c.Spec.NodePools)
	path := "spec.nodePools[" + strconv.Itoa(i) + "]"
	v.c.Spec.NodePools = append(v.c.Spec.NodePools, spec.NodePool{})
	p := func() *spec.NodePool { return &v.c.Spec.NodePools[i] } // the slice moves as it grows

	was := n.get("name").string()
	p().Name = v.poolName(was, i)
	if p().Name != was {
		v.note(n, "the name %q became %q", was, p().Name)
	}
	v.machines(n, path, p)
	v.system(n, path, p)
	v.sizes(n, path, p)
	labels := n.get("labels")
	p().Labels = labels.texts()
	for name := range p().Labels {
		v.carry(path+".labels."+name, labels.get(name), func() { delete(p().Labels, name) })
	}
	p().Taints = taints(n.get("taints"))
	v.carry(path+".taints", n.get("taints"), func() { p().Taints = nil })
	v.kubelet(n, path, p)
	v.images(n, path, p)
	v.policies(path+".policies", n.get("iam", "attachPolicyARNs"), n.get("iam", "attachPolicy"), func() **spec.Policies { return &p().Policies })
	if private, said := n.get("privateNetworking").truth(); said && !private {
		v.note(n.get("privateNetworking"), "became true: drover's nodes are never in public subnets")
	}
}

func (v *conversion) machines(n *node, path string, p func() *spec.NodePool) {
	types := n.get("instanceTypes")
	if single := n.get("instanceType"); single.string() != "" && single.string() != "mixed" {
		p().Machines = []string{single.string()}
		types = single
	} else if mixed := n.get("instancesDistribution", "instanceTypes"); mixed != nil {
		types = mixed
	}
	if p().Machines == nil {
		p().Machines = types.strings()
	}
	v.carry(path+".machines", types, func() { p().Machines = nil })
	if spot, _ := n.get("spot").truth(); spot {
		p().Capacity = "spot"
	}
	share := n.get("instancesDistribution", "onDemandPercentageAboveBaseCapacity")
	base, _ := n.get("instancesDistribution", "onDemandBaseCapacity").number()
	if percent, ok := share.number(); ok && percent == 0 && base == 0 {
		p().Capacity = "spot"
	} else if ok && percent < 100 {
		v.drop(share, "a pool is on demand or spot; make one of each")
	}
}

// system is what runs on the nodes; drover's default is what eksctl calls AmazonLinux2023.
func (v *conversion) system(n *node, path string, p func() *spec.NodePool) {
	family := n.get("amiFamily")
	switch family.string() {
	case "", "AmazonLinux2023":
	case "Bottlerocket":
		p().OS = "bottlerocket"
		v.carry(path+".os", family, func() { p().OS = "" })
	default:
		v.drop(family, "drover's nodes run Amazon Linux 2023 or Bottlerocket: os: al2023 or bottlerocket")
	}
}

func (v *conversion) sizes(n *node, path string, p func() *spec.NodePool) {
	least, hasMin := n.get("minSize").number()
	most, hasMax := n.get("maxSize").number()
	desired, hasDesired := n.get("desiredCapacity").number()
	if !hasMin {
		least = 2 // what eksctl takes
		if hasDesired {
			least = desired
		}
	}
	p().Min = least
	if hasMax {
		p().Max = max(most, 1)
	} else if p().Max = max(least, desired); p().Max < 1 {
		p().Max = 1
	}
	if hasDesired && hasMin && desired != least {
		v.note(n.get("desiredCapacity"), "not carried over: the number of nodes follows the load, from min to max")
	}
	from := n.get("maxSize")
	if from == nil {
		from = n
	}
	v.carry(path+".max", from, func() { p().Max = 0 })
	from = n.get("minSize")
	if from == nil {
		from = n
	}
	v.carry(path+".min", from, func() { p().Min = 3 })
	v.updates(n, path, p)
	size := n.get("volumeSize")
	if gib, ok := size.number(); ok {
		p().Disk = spec.Size(gib) << 30
		v.carry(path+".disk", size, func() { p().Disk = 0 })
	}
	if kind := n.get("volumeType"); kind.string() != "" && kind.string() != "gp3" {
		v.drop(kind, "drover's disks are gp3")
	}
	if encrypted, said := n.get("volumeEncrypted").truth(); said && !encrypted {
		v.note(n.get("volumeEncrypted"), "became true: drover's disks are always encrypted")
	}
}

// updates is how many nodes are replaced at a time.
func (v *conversion) updates(n *node, path string, p func() *spec.NodePool) {
	update := n.get("updateConfig")
	if nodes := update.get("maxUnavailable"); nodes.string() != "" {
		p().MaxUnavailable = nodes.string()
	} else if share := update.get("maxUnavailablePercentage"); share.string() != "" {
		p().MaxUnavailable = share.string() + "%"
	}
	v.carry(path+".maxUnavailable", update, func() { p().MaxUnavailable = "" })
}

// taints reads both forms: a list, and the older name: value:effect.
func taints(n *node) []spec.Taint {
	var out []spec.Taint
	for _, t := range n.list() {
		out = append(out, spec.Taint{Key: t.get("key").string(), Value: t.get("value").string(), Effect: t.get("effect").string()})
	}
	if n == nil {
		return out
	}
	for _, key := range n.names {
		value, effect, both := strings.Cut(n.fields[key].string(), ":")
		if !both {
			value, effect = "", value
		}
		out = append(out, spec.Taint{Key: key, Value: value, Effect: effect})
	}
	return out
}
