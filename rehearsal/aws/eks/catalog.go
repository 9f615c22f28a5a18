package eks

import "slices"

// offeredAddon is one of Amazon's own add-ons. The builds are ones that EKS has offered; which is newest changes weekly.
type offeredAddon struct {
	name, kind, build, namespace string
}

// offeredAddons are Amazon's add-ons that a cluster of drover's may ask for. kube-proxy has no build: it is that of
// its cluster.
var offeredAddons = []offeredAddon{
	{"amazon-cloudwatch-observability", "observability", "v3.3.0-eksbuild.1", "amazon-cloudwatch"},
	{"aws-ebs-csi-driver", "storage", "v1.39.0-eksbuild.1", "kube-system"},
	{"aws-efs-csi-driver", "storage", "v2.1.4-eksbuild.1", "kube-system"},
	{"aws-mountpoint-s3-csi-driver", "storage", "v1.11.0-eksbuild.1", "kube-system"},
	{"cert-manager", "security", "v1.17.2-eksbuild.1", "cert-manager"},
	{"coredns", "networking", "v1.11.4-eksbuild.2", "kube-system"},
	{"eks-node-monitoring-agent", "observability", "v1.1.0-eksbuild.1", "kube-system"},
	{"eks-pod-identity-agent", "security", "v1.3.4-eksbuild.1", "kube-system"},
	{"external-dns", "networking", "v0.16.1-eksbuild.2", "external-dns"},
	{"kube-proxy", "networking", "", "kube-system"},
	{"metrics-server", "observability", "v0.7.2-eksbuild.2", "kube-system"},
	{"snapshot-controller", "storage", "v8.2.0-eksbuild.1", "kube-system"},
	{"vpc-cni", "networking", "v1.19.2-eksbuild.5", "kube-system"},
}

func catalog(name string) *offeredAddon {
	for i := range offeredAddons {
		if offeredAddons[i].name == name {
			return &offeredAddons[i]
		}
	}
	return nil
}

func (a *offeredAddon) version(cluster string) string {
	if a.build == "" {
		return "v" + patchOf(cluster) + "-eksbuild.2"
	}
	return a.build
}

func (s *Service) describeAddonVersions(c *call) (any, error) {
	cluster, name := c.query.Get("kubernetesVersion"), c.query.Get("addonName")
	if name != "" && catalog(name) == nil {
		return nil, refuse(notFound, "Addon %s not found", name)
	}
	if cluster != "" && !offered(cluster) {
		return nil, refuse(invalidParameter, "Kubernetes version %s is not supported", cluster)
	}
	list := []object{}
	for i := range offeredAddons {
		a := &offeredAddons[i]
		types := c.query["types"]
		if name != "" && a.name != name || len(types) > 0 && !slices.Contains(types, a.kind) {
			continue
		}
		list = append(list, object{"addonName": a.name, "type": a.kind, "publisher": "eks", "owner": "aws",
			"defaultNamespace": a.namespace, "addonVersions": a.builds(cluster)})
	}
	part, next, err := page(c, list)
	if err != nil {
		return nil, err
	}
	return object{"addons": part, "nextToken": next}, nil
}

// builds lists the add-on's build for each cluster version, or for one.
func (a *offeredAddon) builds(cluster string) []object {
	byBuild := map[string][]object{}
	for _, v := range offeredVersions {
		if cluster != "" && v.minor != cluster {
			continue
		}
		build := a.version(v.minor)
		byBuild[build] = append(byBuild[build], object{"clusterVersion": v.minor, "platformVersions": []string{"*"}, "defaultVersion": true})
	}
	builds := []object{}
	for _, build := range sortedKeys(byBuild) {
		builds = append(builds, object{"addonVersion": build, "architecture": []string{"amd64", "arm64"},
			"compatibilities": byBuild[build], "requiresConfiguration": false})
	}
	return builds
}
