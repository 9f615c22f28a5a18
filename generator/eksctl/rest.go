package eksctl

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"sync"

	"drover/generator/spec"
)

// builtIn are the add-ons that every cluster of drover has.
var builtIn = []string{"vpc-cni", "coredns", "kube-proxy", "eks-pod-identity-agent", "aws-ebs-csi-driver", "metrics-server"}

// reasons say why a field has no place in a spec; [] stands for any index, and
// a reason holds for everything below its path.
var reasons = map[string]string{
	"metadata.annotations":               "a spec has labels, which become tags",
	"iam.withOIDC":                       "workloads get identities by EKS Pod Identity, which needs no OIDC provider",
	"iamIdentityMappings":                "people get access by IAM: access.admins and access.viewers",
	"managedNodeGroups[].launchTemplate": "drover makes the launch templates itself",
	"iam":                                "drover makes the roles of clusters and nodes itself",
	"iam.serviceAccounts":                identities,
	"iam.podIdentityAssociations":        identities,
	"identityProviders":                  "people get access by IAM: access.admins and access.viewers",
	"secretsEncryption":                  "drover encrypts secrets with a key that it makes, and rotates it",
	"addons":                             "write an add-on of the platform with its version in kubernetes.addons; others arrive by GitOps",
	"addons[].configurationValues":       "write it to kubernetes.addons, with the add-on's version",
	"addons[].tags":                      "tags are of the whole cluster: metadata.labels",
	"addons[].attachPolicyARNs":          ownRights,
	"addons[].wellKnownPolicies":         ownRights,
	"addons[].serviceAccountRoleARN":     ownRights,
	"addons[].podIdentityAssociations":   ownRights,
	"addonsConfig":                       "drover configures its add-ons itself",
	"fargateProfiles":                    "drover's pods run on nodes",
	"autoModeConfig":                     "see kubernetes.autoscaler",
	"autoModeConfig.nodePools":           "Auto Mode has its node pool general-purpose, and others are made in the cluster",
	"autoModeConfig.nodeRoleARN":         "drover makes the roles of clusters and nodes itself",
	"gitops":                             "name the repository in gitops.repository",
	"git":                                "name the repository in gitops.repository",
	"outpost":                            "drover builds in regions only",
	"cloudWatch":                         "drover keeps the logs in spec.kubernetes.logs",
	"vpc":                                "drover plans its own network",
	"vpc.extraCIDRs":                     "write one range that is large enough as network.cidr",
	"privateCluster":                     "see network.nat and network.endpoints",
	"upgradePolicy":                      "see kubernetes.support",
	"zonalShiftConfig":                   "see kubernetes.zonalShift",
	"accessConfig":                       "see access.admins and access.viewers",
	"managedNodeGroups[].ssh":            "nodes have no SSH; use a privileged pod",
	"nodeGroups[].ssh":                   "nodes have no SSH; use a privileged pod",
	"managedNodeGroups[].iam":            "workloads get identities of their own: see services.identities; a pool has policies",
	"nodeGroups[].iam":                   "workloads get identities of their own: see services.identities; a pool has policies",
	"managedNodeGroups[].ami":            "without an id it is the platform's newest image for the version",
	"nodeGroups[].ami":                   "without an id it is the platform's newest image for the version",
	"managedNodeGroups[].overrideBootstrapCommand": "drover tells nodes how to join; what runs before it is userData of the pool",
	"nodeGroups[].overrideBootstrapCommand":        "drover tells nodes how to join; what runs before it is userData of the pool",
	"nodeGroups[].kubeletExtraConfig":              "a spec has maxPods, kubeReserved, systemReserved and imageGC: see kubelet of the pool",
	"managedNodeGroups[].bottlerocket":             bottlerocket,
	"nodeGroups[].bottlerocket":                    bottlerocket,
	"managedNodeGroups[].tags":                     "tags are of the whole cluster: metadata.labels",
	"nodeGroups[].tags":                            "tags are of the whole cluster: metadata.labels",
	"managedNodeGroups[].availabilityZones":        "a pool spans all zones, or those whose numbers are in its zones",
	"nodeGroups[].availabilityZones":               "a pool spans all zones, or those whose numbers are in its zones",
	"managedNodeGroups[].updateConfig":             "see maxUnavailable of the pool",
	"managedNodeGroups[].instanceSelector":         "name machines",
	"nodeGroups[].instanceSelector":                "name machines",
	"nodeGroups[].instancesDistribution":           "a pool is on demand or spot",
	"managedNodeGroups[].volumeIOPS":               "drover's disks have the speed that gp3 has by itself",
	"managedNodeGroups[].volumeThroughput":         "drover's disks have the speed that gp3 has by itself",
}

const bottlerocket = "a pool has maxPods, kubeReserved, systemReserved and imageGC: see its kubelet; drover makes the other settings itself"

const identities = "an identity has secrets, databases, buckets and policies: see services.identities"

const ownRights = "drover gives its add-ons the rights that they need"

// otherwise is the reason for what has none of its own.
const otherwise = "a spec has nothing like it"

// rest says of everything that was not looked at why it is not in the spec.
func (v *conversion) rest(root *node) {
	for _, n := range root.get("addons").list() {
		if slices.Contains(builtIn, n.get("name").string()) {
			n.get("name").used = true
			v.addonSettings(n)
			if version := n.get("version"); version.string() != "" && version.string() != "latest" {
				v.drop(version, "drover pins the versions of its add-ons; write another in kubernetes.addons")
			}
		} else {
			n.get("name").unuse()
		}
	}
	v.untouched(root)
}

// addonSettings are what an add-on is configured with, that every cluster of drover has.
func (v *conversion) addonSettings(n *node) {
	settings, name := n.get("configurationValues"), n.get("name").string()
	text := settings.string()
	if text == "" {
		return
	}
	var object map[string]any
	if json.Unmarshal([]byte(text), &object) != nil {
		v.drop(settings, "it is not the JSON of an object; write it as a mapping to kubernetes.addons."+name+".configuration")
		return
	}
	data, err := json.Marshal(object)
	if err != nil {
		v.drop(settings, "it holds what JSON has not")
		return
	}
	k := &v.c.Spec.Kubernetes
	if k.Addons == nil {
		k.Addons = map[string]spec.Addon{}
	}
	k.Addons[name] = spec.Addon{Configuration: spec.Values(data)}
	v.carry("spec.kubernetes.addons."+name, settings, func() { delete(k.Addons, name) })
}

func (n *node) unuse() {
	if n != nil {
		n.used = false
	}
}

func (v *conversion) untouched(n *node) {
	if !n.touched() && n.path != "" {
		if !n.says() {
			return
		}
		v.note(n, "not carried over: %s", reasonFor(n.path))
		return
	}
	for _, name := range n.names {
		v.untouched(n.fields[name])
	}
	for _, item := range n.items {
		v.untouched(item)
	}
}

// says tells whether there is anything in n: an empty or false part is what a
// spec has without it.
func (n *node) says() bool {
	return (n.scalar && n.text != "" && n.text != "false") || len(n.names) > 0 || len(n.items) > 0
}

var index = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\[[0-9]+\]`) })

// reasonFor gives the reason of the path, or of the nearest part around it.
func reasonFor(path string) string {
	path = index().ReplaceAllString(path, "[]")
	for path != "" {
		if why, ok := reasons[path]; ok {
			return why
		}
		if strings.HasSuffix(path, "[]") {
			path = strings.TrimSuffix(path, "[]")
			continue
		}
		path = path[:max(0, strings.LastIndexByte(path, '.'))]
	}
	return otherwise
}
