package eksctl

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"drover/generator/spec"
)

// basics are names, versions and logs.
func (v *conversion) basics(root *node) {
	for _, same := range []struct {
		n     *node
		value string
	}{
		{root.get("metadata", "name"), v.c.Metadata.Name}, {root.get("metadata", "region"), v.c.Spec.Region}, {root.get("vpc", "cidr"), v.c.Spec.Network.CIDR},
	} {
		if was := same.n.string(); was != "" && was != same.value {
			v.note(same.n, "%s became %s", was, same.value)
		}
	}
	k := &v.c.Spec.Kubernetes
	version := root.get("metadata", "version")
	if k.Version = version.string(); k.Version != "" {
		v.carry("spec.kubernetes.version", version, func() { k.Version = "" })
	}
	tags := root.get("metadata", "tags")
	v.c.Metadata.Labels = tags.texts()
	for name := range v.c.Metadata.Labels {
		v.carry("metadata.labels."+name, tags.get(name), func() { delete(v.c.Metadata.Labels, name) })
	}
	support := root.get("upgradePolicy", "supportType")
	if strings.EqualFold(support.string(), "EXTENDED") {
		k.Support = "extended"
		v.carry("spec.kubernetes.support", support, func() { k.Support = "" })
	}
	shift := root.get("zonalShiftConfig", "enabled")
	if k.ZonalShift, _ = shift.truth(); k.ZonalShift {
		v.carry("spec.kubernetes.zonalShift", shift, func() { k.ZonalShift = false })
	}
	logging := root.get("cloudWatch", "clusterLogging")
	types := logging.get("enableTypes")
	for _, log := range types.strings() {
		if log == "*" || log == "all" {
			k.Logs = nil // all, which is what a spec has when it is left out
			break
		}
		k.Logs = append(k.Logs, log)
	}
	v.carry("spec.kubernetes.logs", types, func() { k.Logs = nil })
	if autoscaler := root.get("karpenter"); autoscaler != nil {
		autoscaler.use()
		k.Autoscaler = "karpenter"
		v.note(autoscaler, "carried over as kubernetes.autoscaler: karpenter; Karpenter gets its rights and its queue, and itself arrives by GitOps")
	}
	v.autoMode(root.get("autoModeConfig"))
	retention := logging.get("logRetentionInDays")
	if days, ok := retention.number(); ok {
		k.LogRetention = spec.Duration(time.Duration(days) * 24 * time.Hour)
		v.carry("spec.kubernetes.logRetention", retention, func() { k.LogRetention = 0 })
	}
}

// autoMode is EKS Auto Mode, beside which a spec has pools.
func (v *conversion) autoMode(n *node) {
	k := &v.c.Spec.Kubernetes
	if on, _ := n.get("enabled").truth(); !on || k.Autoscaler != "" {
		return
	}
	k.Autoscaler = spec.AutoMode
	v.carry("spec.kubernetes.autoscaler", n.get("enabled"), func() { k.Autoscaler = "" })
	v.note(n.get("enabled"), "carried over as kubernetes.autoscaler: auto-mode; a pool of drover's stays beside it, at which traffic arrives")
}

// network is what concerns addresses and the ways out.
func (v *conversion) network(root *node) {
	n := &v.c.Spec.Network
	zones := root.get("availabilityZones")
	if names := zones.strings(); len(names) == 1 {
		v.drop(zones, "a cluster spans two zones or more")
	} else if len(names) > 0 {
		n.Zones = len(names)
		v.carry("spec.network.zones", zones, func() { n.Zones = 0 })
		v.note(zones, "carried over as their number, %d: the names of zones differ between accounts", len(names))
	}
	services := root.get("kubernetesNetworkConfig", "serviceIPv4CIDR")
	if n.Services = services.string(); n.Services != "" {
		v.carry("spec.network.services", services, func() { n.Services = "" })
	}
	if family := root.get("kubernetesNetworkConfig", "ipFamily"); strings.EqualFold(family.string(), "ipv6") {
		n.IPFamily = "ipv6"
		v.carry("spec.network.ipFamily", family, func() { n.IPFamily = "" })
	}
	nat := root.get("vpc", "nat", "gateway")
	switch strings.ToLower(nat.string()) {
	case "":
	case "single":
		n.NAT = "single"
	case "disable":
		n.NAT = "none"
	case "highlyavailable": // which is the default of a spec
	default:
		v.drop(nat, "it can be HighlyAvailable, Single or Disable")
	}
	v.carry("spec.network.nat", nat, func() { n.NAT = "" })
	private := root.get("privateCluster")
	if enabled, _ := private.get("enabled").truth(); enabled {
		n.NAT = "none"
		v.carry("spec.network.nat", private.get("enabled"), func() { n.NAT = "" })
		v.note(private.get("enabled"), "carried over as nat: none, with the endpoints that nodes need")
		v.endpoints(private.get("additionalEndpointServices"))
	}
	v.drop(root.get("vpc", "id"), "drover makes a network of its own; to use this one, name it in network.adopt, and a part of its range in network.cidr")
	v.drop(root.get("vpc", "subnets"), "drover plans the subnets; to use some that exist, name them by color in network.adopt.subnets")
}

// endpoints are those that a private cluster has beside the needed ones.
func (v *conversion) endpoints(more *node) {
	names := more.strings()
	if len(names) == 0 {
		return
	}
	needed := []string{"s3", "ecr.api", "ecr.dkr", "sts", "ec2", "eks-auth"}
	v.c.Spec.Network.Endpoints = append(needed, names...)
	v.carry("spec.network.endpoints", more, func() { v.c.Spec.Network.Endpoints = nil })
}

// boundary is the permissions boundary of the roles. eksctl has one for each
// kind of role, and a spec has one for all.
func (v *conversion) boundary(root *node) {
	all := []*node{root.get("iam", "serviceRolePermissionsBoundary")}
	for _, kind := range []string{"managedNodeGroups", "nodeGroups"} {
		for _, group := range root.get(kind).list() {
			all = append(all, group.get("iam", "instanceRolePermissionsBoundary"))
		}
	}
	a := &v.c.Spec.Access
	for _, n := range all {
		switch arn := n.string(); {
		case arn == "" || arn == a.PermissionsBoundary:
		case a.PermissionsBoundary == "":
			a.PermissionsBoundary = arn
			v.carry("spec.access.permissionsBoundary", n, func() { a.PermissionsBoundary = "" })
		default:
			v.drop(n, "a spec has one boundary for every role: access.permissionsBoundary")
		}
	}
}

// access is who reaches the Kubernetes API.
func (v *conversion) access(root *node) {
	a := &v.c.Spec.Access
	endpoints := root.get("vpc", "clusterEndpoints")
	endpoints.get("privateAccess").use() // drover's is always reached from the network
	public, said := endpoints.get("publicAccess").truth()
	cidrs := root.get("vpc", "publicAccessCIDRs")
	open := cidrs.strings()
	switch {
	case said && !public:
		if len(open) > 0 {
			v.drop(cidrs, "the Kubernetes API is private")
		}
	case len(open) > 0:
		a.API, a.Allow = "restricted", open
		v.carry("spec.access", cidrs, func() { a.API, a.Allow = "", nil })
	case public:
		v.note(endpoints.get("publicAccess"), "became private: drover opens the Kubernetes API to named ranges only (access.api: restricted and access.allow)")
	}
	for _, entry := range root.get("accessConfig", "accessEntries").list() {
		v.entry(entry)
	}
	root.get("accessConfig", "authenticationMode").use() // drover's is always API
	root.get("accessConfig", "bootstrapClusterCreatorAdminPermissions").use()
}

const adminPolicy = "AmazonEKSClusterAdminPolicy"

// clusterPolicy is a principal of an access entry, and the name of its policy if it has one, for the whole cluster.
func clusterPolicy(n *node) (who, policy string) {
	who = n.get("principalARN").string()
	policies := n.get("accessPolicies").list()
	if len(policies) != 1 || !strings.EqualFold(policies[0].get("accessScope", "type").string(), "cluster") {
		return who, ""
	}
	arn := policies[0].get("policyARN").string()
	return who, arn[strings.LastIndexByte(arn, '/')+1:]
}

// entry is one principal with access.
func (v *conversion) entry(n *node) {
	switch who, policy := clusterPolicy(n); policy {
	case adminPolicy:
		v.c.Spec.Access.Admins = v.principal(v.c.Spec.Access.Admins, "spec.access.admins", n, who)
		return
	case "AmazonEKSViewPolicy":
		v.c.Spec.Access.Viewers = v.principal(v.c.Spec.Access.Viewers, "spec.access.viewers", n, who)
		return
	}
	if !v.teams(n) {
		v.drop(n, "a spec knows admins (AmazonEKSClusterAdminPolicy) and viewers (AmazonEKSViewPolicy) of the whole cluster, and teams of some namespaces; give others access by RBAC")
	}
}

func (v *conversion) principal(list []string, path string, n *node, who string) []string {
	n.get("type").use()
	if slices.Contains(v.c.Spec.Access.Admins, who) || slices.Contains(v.c.Spec.Access.Viewers, who) {
		v.drop(n, who+" has access already, by an entry above")
		return list
	}
	v.carry(path+"["+strconv.Itoa(len(list))+"]", n, func() {
		v.c.Spec.Access.Admins = without(v.c.Spec.Access.Admins, who)
		v.c.Spec.Access.Viewers = without(v.c.Spec.Access.Viewers, who)
	})
	return append(list, who)
}

func without(list []string, item string) []string {
	var out []string
	for _, s := range list {
		if s != item {
			out = append(out, s)
		}
	}
	return out
}

// identities are the service accounts with a role.
func (v *conversion) identities(root *node) {
	iam := root.get("iam")
	for _, n := range iam.get("serviceAccounts").list() {
		v.identity(n, n.get("metadata", "namespace").string(), n.get("metadata", "name").string())
	}
	for _, n := range iam.get("podIdentityAssociations").list() {
		v.identity(n, n.get("namespace").string(), n.get("serviceAccountName").string())
	}
}

// longestIdentity is how long the name of an identity may be.
const longestIdentity = 22

// identityName is the name of the service account, or the nearest that is
// right and that no identity has.
func (v *conversion) identityName(namespace, account string) string {
	all := v.c.Spec.Services.Identities
	for _, name := range []string{account, namespace + "-" + account} {
		name = named(name)
		name = strings.TrimRight(name[:min(len(name), longestIdentity)], "-")
		if !slices.ContainsFunc(all, func(have spec.Identity) bool { return have.Name == name }) {
			return name
		}
	}
	return "workload-" + strconv.Itoa(len(all)+1)
}

var serviceAccount = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$`) })

func (v *conversion) identity(n *node, namespace, account string) {
	if namespace == "kube-system" || namespace == "" || account == "" {
		v.drop(n, "only identities of applications are; add one under services.identities for what you start in kube-system")
		return
	}
	if !serviceAccount().MatchString(account) {
		v.drop(n, "Kubernetes takes no service account of this name")
		return
	}
	for _, have := range v.c.Spec.Services.Identities {
		if have.Namespace == namespace && have.ServiceAccount == account {
			v.drop(n, "the service account has an identity already, from above; a spec has one for each")
			return
		}
	}
	name := v.identityName(namespace, account)
	all := &v.c.Spec.Services.Identities
	path := "spec.services.identities[" + strconv.Itoa(len(*all)) + "]"
	*all = append(*all, spec.Identity{Name: name, Namespace: namespace, ServiceAccount: account})
	i := len(*all) - 1
	v.carry(path+".name", n, func() { (*all)[i].Name = "workload-" + strconv.Itoa(i+1) })
	if name != account {
		v.note(n, "the identity of %s/%s is called %s", namespace, account, name)
	}
	arns, document := n.get("attachPolicyARNs"), n.get("attachPolicy")
	if arns == nil && document == nil {
		arns, document = n.get("permissionPolicyARNs"), n.get("permissionPolicy")
	}
	v.policies(path+".policies", arns, document, func() **spec.Policies { return &v.c.Spec.Services.Identities[i].Policies })
	if (*all)[i].Policies == nil {
		v.note(n, "carried over without a policy: name what %s/%s may read under secrets, databases and buckets, and what else it may do under policies", namespace, account)
	}
}
