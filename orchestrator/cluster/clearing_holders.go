package cluster

import (
	"slices"

	"drover/orchestrator/kubernetes"
)

// holder is a kind of object for which a controller in the cluster keeps
// something in the cloud that Terraform knows nothing of. The object goes only
// once its controller has taken that away.
type holder struct {
	kind       string // for people
	collection string
	optional   bool              // a cluster need not know this kind
	holds      func(object) bool // nil: every object of the kind
	stops      bool              // it is scaled to zero, and not deleted
}

// holders go stage by stage: the next begins once nothing of the one before is
// left. The agent goes first, as it would make what is deleted anew. Machines go last,
// as the controllers run on them, and their pools before them, as a pool would make new ones.
var holders = [][]holder{
	{
		{"StatefulSet", "/apis/apps/v1/statefulsets", true, runsAgent, true},
		{"Deployment", "/apis/apps/v1/deployments", true, runsAgent, true},
	},
	{
		{"Service", "/api/v1/services", false, func(o object) bool { return o.Spec.Type == "LoadBalancer" }, false},
		{"Ingress", "/apis/networking.k8s.io/v1/ingresses", false, nil, false},
		{"Gateway", "/apis/gateway.networking.k8s.io/v1/gateways", true, nil, false},
	},
	{{"NodePool", "/apis/karpenter.sh/v1/nodepools", true, outlivesCluster, false}},
	{{"NodeClaim", "/apis/karpenter.sh/v1/nodeclaims", true, outlivesCluster, false}},
}

// runsAgent is true of those programs of Argo CD that bring objects back, while they run: by the name that its manifests
// and its chart label them with.
func runsAgent(o object) bool {
	const label = "app.kubernetes.io/name"
	agent := slices.Contains([]string{"argocd-application-controller", "argocd-applicationset-controller"}, o.Metadata.Labels[label])
	return agent && (!o.stopped() || o.Status.Replicas > 0)
}

// outlivesCluster is false of machines that the platform itself ends with the cluster: those of EKS Auto Mode
// (https://docs.aws.amazon.com/eks/latest/userguide/delete-cluster.html). Its own pools are not for others to delete.
func outlivesCluster(o object) bool {
	const platform = "eks.amazonaws.com"
	return o.Spec.NodeClassRef.Group != platform && o.Spec.Template.Spec.NodeClassRef.Group != platform
}

// nodeClass is what machines of Karpenter's are made by.
type nodeClass struct{ Group string }

// object is what is looked at of such an object.
type object struct {
	Metadata kubernetes.Meta
	Spec     struct {
		Type         string
		Replicas     *int
		NodeClassRef nodeClass
		Template     struct {
			Spec struct{ NodeClassRef nodeClass }
		}
	}
	Status struct{ Replicas int }
}

// stopped is whether it is to have no pod.
func (o object) stopped() bool { return o.Spec.Replicas != nil && *o.Spec.Replicas == 0 }
