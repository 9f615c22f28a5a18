package spec

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// Every version of Kubernetes that drover knows on AWS has a version of every
// add-on that a cluster gets, in EKS' form, and no kube-proxy newer than it.
func TestEveryKnownVersionOfKubernetesPinsEveryAddon(t *testing.T) {
	t.Parallel()
	want := []string{"aws-ebs-csi-driver", "coredns", "eks-pod-identity-agent", "kube-proxy", "metrics-server", "vpc-cni"}
	for minor := awsRules.oldest; minor <= awsRules.newest; minor++ {
		c := Cluster{Spec: Spec{Platform: AWS, Kubernetes: Kubernetes{Version: fmt.Sprintf("1.%d", minor)}}}
		addons := c.Addons()
		if got := slices.Sorted(maps.Keys(addons)); !slices.Equal(got, want) {
			t.Errorf("a cluster at %s has the add-ons %v, want %v", c.Spec.Kubernetes.Version, got, want)
		}
		for name, version := range addons {
			if !awsAddons.build.pattern.MatchString(version) {
				t.Errorf("%s at %s is pinned to %q, which is no version of an add-on", name, c.Spec.Kubernetes.Version, version)
			}
		}
		if !strings.HasPrefix(addons["kube-proxy"], "v"+c.Spec.Kubernetes.Version+".") {
			t.Errorf("kube-proxy at %s is pinned to %s", c.Spec.Kubernetes.Version, addons["kube-proxy"])
		}
	}
}

func TestTheSpecDecidesAboutAddonsBeforeDrover(t *testing.T) {
	t.Parallel()
	c := Cluster{Spec: Spec{Platform: AWS, Kubernetes: Kubernetes{Version: "1.33", Addons: map[string]string{
		"coredns": "v1.12.4-eksbuild.1", "metrics-server": "none", "snapshot-controller": "v8.3.0-eksbuild.1",
	}}}}
	got := c.Addons()
	if _, there := got["metrics-server"]; there {
		t.Error("an add-on that the spec does without is there")
	}
	if got["coredns"] != "v1.12.4-eksbuild.1" || got["snapshot-controller"] != "v8.3.0-eksbuild.1" || got["vpc-cni"] != awsAddons.pins[33]["vpc-cni"] {
		t.Errorf("the add-ons are %v", got)
	}
	c.Spec.Kubernetes.Version, c.Spec.Kubernetes.Addons = "1.99", nil
	if got := c.Addons(); got["vpc-cni"] != "" || len(got) != 6 {
		t.Errorf("a version of Kubernetes that drover does not know pins %v", got)
	}
}
