package generator

import (
	"github.com/hashicorp/hcl/v2/hclwrite"

	"drover/generator/spec"
)

// awsIdentities are who has an identity that both colors share: the workloads
// of the spec, and the controllers whose rights are not over one cluster.
func awsIdentities(c spec.Cluster) map[string]hclwrite.Tokens {
	out := map[string]hclwrite.Tokens{}
	for _, i := range c.Spec.Services.Identities {
		rights := append(awsPlace(i.Namespace, i.ServiceAccount),
			attribute{"secrets", texts(i.Secrets)},
			attribute{"databases", texts(i.Databases)},
			attribute{"buckets", texts(i.Buckets)},
		)
		if i.Policies != nil {
			rights = append(rights, attribute{"policies", awsPolicies(*i.Policies)})
		}
		out[i.Name] = object(rights...)
	}
	for _, controller := range c.Controllers() {
		if right, shared := sharedControllers[controller.Name]; shared {
			out[controller.Name] = object(append(awsPlace(controller.Namespace, controller.ServiceAccount), right())...)
		}
	}
	return out
}

// sharedControllers are those whose rights are not over one cluster, with the rights.
var sharedControllers = map[string]func() attribute{
	spec.CertManager:     func() attribute { return attribute{"dns_challenges", boolean(true)} },
	spec.ExternalSecrets: func() attribute { return attribute{"secrets", texts([]string{"*"})} },
}

// awsColorControllers are the arguments for what adds nodes, and for controllers
// whose rights are over one color's cluster.
func awsColorControllers(c spec.Cluster) []attribute {
	names := map[string]string{spec.ClusterAutoscaler: "cluster_autoscaler", spec.Karpenter: "karpenter"}
	var out []attribute
	if c.Spec.Kubernetes.Autoscaler == spec.AutoMode {
		out = append(out, gap, attribute{"auto_mode", boolean(true)})
	}
	for _, controller := range c.Controllers() {
		if name, ours := names[controller.Name]; ours {
			out = append(out, gap, attribute{name, object(awsPlace(controller.Namespace, controller.ServiceAccount)...)})
		}
	}
	return out
}

// awsPlace is where in a cluster pods are that get an identity.
func awsPlace(namespace, serviceAccount string) []attribute {
	return []attribute{{"namespace", text(namespace)}, {"service_account", text(serviceAccount)}}
}
