package rehearsal

import (
	"slices"
	"strings"

	"drover/generator/spec"
	"drover/rehearsal/aws/eks"
	"drover/rehearsal/kubernetes"
)

// The mark of a Deployment that stands in for a team's own, as label and as annotation.
const (
	standInMark = "rehearsal.drover/stand-in"
	standInSays = "made by drover's rehearsal, by a name that a kubernetes check asks for, in place of what the team deploys; nothing runs in its pods"
)

// standIns are what the spec's kubernetes checks ask for and nobody deploys to a simulated cluster: a Deployment for
// each workload, and one for a namespace of which no workload is named. Add-ons run what they run.
func standIns(s spec.Spec) []kubernetes.Workload {
	var wanted, namespaces []string
	for _, c := range s.Rotation.Verify {
		if c.Kubernetes != nil {
			wanted = append(wanted, c.Kubernetes.Workloads...)
			namespaces = append(namespaces, c.Kubernetes.Namespaces...)
		}
	}
	for _, namespace := range namespaces {
		named := slices.ContainsFunc(wanted, func(w string) bool { return strings.HasPrefix(w, namespace+"/") })
		if namespace != "all" && namespace != "kube-system" && !named { // these are never empty
			wanted = append(wanted, namespace+"/stand-in")
		}
	}
	var taints []string
	for _, pool := range s.NodePools {
		for _, t := range pool.Taints {
			taints = append(taints, t.Key)
		}
	}
	slices.Sort(wanted)
	slices.Sort(taints)
	var list []kubernetes.Workload
	for _, w := range slices.Compact(wanted) {
		namespace, name, _ := strings.Cut(w, "/")
		if !eks.AddonRuns(namespace, name) {
			list = append(list, standIn(namespace, name, slices.Compact(taints)))
		}
	}
	return list
}

func standIn(namespace, name string, tolerates []string) kubernetes.Workload {
	label := strings.TrimRight(name[:min(len(name), 63)], "-.") // names may be longer than labels' values
	return kubernetes.Workload{Kind: kubernetes.Deployment, Namespace: namespace, Name: name, Replicas: 2, Image: "simulated/" + name + ":stand-in",
		Labels:      map[string]string{"app.kubernetes.io/name": label, standInMark: "true"},
		Annotations: map[string]string{standInMark: standInSays}, Tolerates: tolerates}
}
