package generator

import (
	"github.com/hashicorp/hcl/v2/hclwrite"

	"drover/generator/spec"
)

// awsKubelet are the settings of the kubelets of a pool.
func awsKubelet(k spec.Kubelet) hclwrite.Tokens {
	var out []attribute
	if k.MaxPods > 0 {
		out = append(out, attribute{"max_pods", integer(k.MaxPods)})
	}
	if k.KubeReserved != nil {
		out = append(out, attribute{"kube_reserved", awsReservation(*k.KubeReserved)})
	}
	if k.SystemReserved != nil {
		out = append(out, attribute{"system_reserved", awsReservation(*k.SystemReserved)})
	}
	if k.ImageGC != nil {
		out = append(out, attribute{"image_gc", object(attribute{"high", integer(k.ImageGC.High)}, attribute{"low", integer(k.ImageGC.Low)})})
	}
	return object(out...)
}

// awsReservation is what a kubelet reserves, by the names that Kubernetes has for it.
func awsReservation(r spec.Reservation) hclwrite.Tokens {
	out := map[string]string{}
	if r.CPU != "" {
		out["cpu"] = r.CPU
	}
	if r.Memory > 0 {
		out["memory"] = r.Memory.String()
	}
	if r.Disk > 0 {
		out["ephemeral-storage"] = r.Disk.String()
	}
	return mapping(out, text)
}
