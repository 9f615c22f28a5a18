package rehearsal

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"drover/generator/spec"
	"drover/rehearsal/aws/eks"
	"drover/rehearsal/kubernetes"
)

// The mark of a Deployment that stands in for a team's own, as label and as annotation.
const (
	standInMark = "rehearsal.drover/stand-in"
	standInSays = "made by drover's rehearsal, by a name that a kubernetes check asks for, in place of what the team deploys; nothing runs in its pods"
	gatewaySays = "made by drover's rehearsal, on the node ports that the load balancers lead to, in place of the team's gateway; nothing runs in its pods"
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
	taints := taintsOf(s)
	slices.Sort(wanted)
	var list []kubernetes.Workload
	for _, w := range slices.Compact(wanted) {
		namespace, name, _ := strings.Cut(w, "/")
		if !eks.AddonRuns(namespace, name) {
			list = append(list, standIn(namespace, name, taints))
		}
	}
	return list
}

func taintsOf(s spec.Spec) []string {
	var taints []string
	for _, pool := range s.NodePools {
		for _, t := range pool.Taints {
			taints = append(taints, t.Key)
		}
	}
	slices.Sort(taints)
	return slices.Compact(taints)
}

// The node ports that a color's load balancers lead to, for clients and for management interfaces: see
// modules/aws/cluster/variables_network.tf and variables_management.tf.
var (
	ingressPorts    = []int{30080, 30443}
	managementPorts = []int{30081, 30444}
)

// gateway stands in for what a team has listen on the node ports that its load balancers lead to, but for the ports that a
// Service of the spec's own manifests has. None is left if they have all.
func gateway(s spec.Spec) []kubernetes.Workload {
	wanted := slices.Clone(ingressPorts)
	if s.Ingress.Management != nil {
		wanted = append(wanted, managementPorts...)
	}
	taken := map[string]bool{}
	if s.Bootstrap != nil {
		for _, file := range s.Bootstrap.Files {
			for _, m := range nodePort().FindAllStringSubmatch(file.Text, -1) {
				taken[m[1]] = true
			}
		}
	}
	wanted = slices.DeleteFunc(wanted, func(port int) bool { return taken[strconv.Itoa(port)] })
	if len(wanted) == 0 {
		return nil
	}
	w := standIn("gateway", "gateway", taintsOf(s))
	w.Annotations, w.NodePorts = map[string]string{standInMark: gatewaySays}, wanted
	return []kubernetes.Workload{w}
}

var nodePort = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`"?nodePort"?:\s*(\d+)`) })

func standIn(namespace, name string, tolerates []string) kubernetes.Workload {
	label := strings.TrimRight(name[:min(len(name), 63)], "-.") // names may be longer than labels' values
	return kubernetes.Workload{Kind: kubernetes.Deployment, Namespace: namespace, Name: name, Replicas: 2, Image: "simulated/" + name + ":stand-in",
		Labels:      map[string]string{"app.kubernetes.io/name": label, standInMark: "true"},
		Annotations: map[string]string{standInMark: standInSays}, Tolerates: tolerates}
}
