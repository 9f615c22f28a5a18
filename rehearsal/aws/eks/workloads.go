package eks

import (
	"slices"

	"drover/rehearsal/kubernetes"
)

// part is one workload of an add-on. Replicas are those of EKS' defaults; 0 is one pod on each node.
type part struct {
	addon, name, account string
	replicas             int
	app                  string // value of the label k8s-app, or of app.kubernetes.io/name where Amazon's charts use that
	critical             bool
}

// parts are the workloads of EKS' add-ons, by the names that they have there.
var parts = []part{
	{"amazon-cloudwatch-observability", "amazon-cloudwatch-observability-controller-manager", "amazon-cloudwatch-observability-controller-manager", 1, "amazon-cloudwatch-observability", false},
	{"amazon-cloudwatch-observability", "cloudwatch-agent", "cloudwatch-agent", 0, "cloudwatch-agent", false},
	{"amazon-cloudwatch-observability", "fluent-bit", "cloudwatch-agent", 0, "fluent-bit", false},
	{"aws-ebs-csi-driver", "ebs-csi-controller", "ebs-csi-controller-sa", 2, "ebs-csi-controller", true},
	{"aws-ebs-csi-driver", "ebs-csi-node", "ebs-csi-node-sa", 0, "ebs-csi-node", true},
	{"aws-efs-csi-driver", "efs-csi-controller", "efs-csi-controller-sa", 2, "efs-csi-controller", true},
	{"aws-efs-csi-driver", "efs-csi-node", "efs-csi-node-sa", 0, "efs-csi-node", true},
	{"aws-mountpoint-s3-csi-driver", "s3-csi-node", "s3-csi-driver-sa", 0, "s3-csi-node", true},
	{"cert-manager", "cert-manager", "cert-manager", 1, "cert-manager", false},
	{"cert-manager", "cert-manager-cainjector", "cert-manager-cainjector", 1, "cert-manager-cainjector", false},
	{"cert-manager", "cert-manager-webhook", "cert-manager-webhook", 1, "cert-manager-webhook", false},
	{"coredns", "coredns", "coredns", 2, "kube-dns", true},
	{"eks-node-monitoring-agent", "eks-node-monitoring-agent", "eks-node-monitoring-agent", 0, "eks-node-monitoring-agent", true},
	{"eks-pod-identity-agent", "eks-pod-identity-agent", "", 0, "eks-pod-identity-agent", true},
	{"external-dns", "external-dns", "external-dns", 1, "external-dns", false},
	{"kube-proxy", "kube-proxy", "kube-proxy", 0, "kube-proxy", true},
	{"metrics-server", "metrics-server", "metrics-server", 2, "metrics-server", true},
	{"snapshot-controller", "snapshot-controller", "snapshot-controller", 2, "snapshot-controller", false},
	{"vpc-cni", "aws-node", "aws-node", 0, "aws-node", true},
}

// AddonRuns says whether a workload is one of an add-on's, by the name and in the namespace that it has on EKS.
func AddonRuns(namespace, name string) bool {
	return slices.ContainsFunc(parts, func(p part) bool { return p.name == name && catalog(p.addon).namespace == namespace })
}

// workloadsOf are what an add-on runs. The image says what it would be; nothing is pulled.
func workloadsOf(addon, version string) []kubernetes.Workload {
	var list []kubernetes.Workload
	for _, p := range parts {
		if p.addon != addon {
			continue
		}
		kind := kubernetes.Deployment
		if p.replicas == 0 {
			kind = kubernetes.DaemonSet
		}
		list = append(list, kubernetes.Workload{Kind: kind, Namespace: catalog(addon).namespace, Name: p.name, Account: p.account,
			Labels: map[string]string{"k8s-app": p.app, "app.kubernetes.io/name": p.app}, Image: "simulated/" + p.name + ":" + version,
			Replicas: p.replicas, Critical: p.critical && catalog(addon).namespace == "kube-system"})
	}
	return list
}
