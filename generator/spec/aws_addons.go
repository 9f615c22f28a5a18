package spec

// awsAddons are the EKS add-ons that every cluster on AWS has, at versions
// that EKS has offered for each minor version of Kubernetes
// (https://docs.aws.amazon.com/eks/latest/userguide/eks-add-ons.html). Nothing
// asks EKS whether it still does: a version that was withdrawn fails the build
// of the standby, before any traffic, and the spec can say another.
var awsAddons = addonRules{
	always: []string{"coredns", "eks-pod-identity-agent", "kube-proxy", "vpc-cni"},
	usual:  []string{"aws-ebs-csi-driver", "metrics-server"},
	pinned: "2026-11-24",
	pins: map[int]map[string]string{
		30: awsPins("v1.30.14-eksbuild.8", "v1.11.4-eksbuild.2", "v1.20.4-eksbuild.2"),
		31: awsPins("v1.31.10-eksbuild.12", "v1.11.4-eksbuild.2", "v1.20.4-eksbuild.2"),
		32: awsPins("v1.32.6-eksbuild.8", "v1.11.4-eksbuild.2", "v1.20.4-eksbuild.2"),
		33: awsPins("v1.33.3-eksbuild.4", "v1.12.1-eksbuild.2", "v1.20.4-eksbuild.2"),
		34: awsPins("v1.34.0-eksbuild.2", "v1.12.3-eksbuild.1", "v1.20.4-eksbuild.2"),
		35: awsPins("v1.35.0-eksbuild.2", "v1.13.2-eksbuild.1", "v1.21.1-eksbuild.3"),
		36: {
			"aws-ebs-csi-driver": "v1.66.0-eksbuild.1", "coredns": "v1.14.3-eksbuild.23", "eks-pod-identity-agent": "v1.3.10-eksbuild.3",
			"kube-proxy": "v1.36.0-eksbuild.25", "metrics-server": "v0.9.0-eksbuild.11", "vpc-cni": "v1.22.4-eksbuild.3",
		},
	},
	known: []string{
		"amazon-cloudwatch-observability", "aws-efs-csi-driver", "aws-mountpoint-s3-csi-driver", "cert-manager",
		"eks-node-monitoring-agent", "external-dns", "kube-state-metrics", "prometheus-node-exporter", "snapshot-controller",
	},
	build:  form{lazily(`^v[0-9]+\.[0-9]+\.[0-9]+(-[A-Za-z0-9.]+)*-eksbuild\.[0-9]+$`), "a version of an EKS add-on, or none", "v1.20.4-eksbuild.2"},
	follow: "kube-proxy",
}

// awsPins are the versions for one minor version of Kubernetes: those that
// follow it, and those that are the same up to 1.35.
func awsPins(kubeProxy, coreDNS, vpcCNI string) map[string]string {
	return map[string]string{
		"aws-ebs-csi-driver":     "v1.53.0-eksbuild.1",
		"coredns":                coreDNS,
		"eks-pod-identity-agent": "v1.3.10-eksbuild.2",
		"kube-proxy":             kubeProxy,
		"metrics-server":         "v0.8.0-eksbuild.6",
		"vpc-cni":                vpcCNI,
	}
}
