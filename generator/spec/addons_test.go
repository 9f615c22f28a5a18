package spec

import (
	"encoding/json"
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
		for name, addon := range addons {
			if !awsAddons.build.pattern.MatchString(addon.Version) {
				t.Errorf("%s at %s is pinned to %q, which is no version of an add-on", name, c.Spec.Kubernetes.Version, addon.Version)
			}
		}
		if !strings.HasPrefix(addons["kube-proxy"].Version, "v"+c.Spec.Kubernetes.Version+".") {
			t.Errorf("kube-proxy at %s is pinned to %s", c.Spec.Kubernetes.Version, addons["kube-proxy"].Version)
		}
	}
}

func TestTheSpecDecidesAboutAddonsBeforeDrover(t *testing.T) {
	t.Parallel()
	c := Cluster{Spec: Spec{Platform: AWS, Kubernetes: Kubernetes{Version: "1.33", Addons: map[string]Addon{
		"coredns": {Version: "v1.12.4-eksbuild.1"}, "metrics-server": {Version: "none"}, "snapshot-controller": {Version: "v8.3.0-eksbuild.1"},
		"vpc-cni": {Configuration: `{"env":{"WARM_IP_TARGET":"4"}}`},
	}}}}
	got := c.Addons()
	if _, there := got["metrics-server"]; there {
		t.Error("an add-on that the spec does without is there")
	}
	if got["coredns"].Version != "v1.12.4-eksbuild.1" || got["snapshot-controller"].Version != "v8.3.0-eksbuild.1" || got["vpc-cni"].Version != awsAddons.pins[33]["vpc-cni"] || got["vpc-cni"].Configuration == "" {
		t.Errorf("the add-ons are %v", got)
	}
	c.Spec.Kubernetes.Version, c.Spec.Kubernetes.Addons = "1.99", nil
	if got := c.Addons(); got["vpc-cni"].Version != "" || len(got) != 6 {
		t.Errorf("a version of Kubernetes that drover does not know pins %v", got)
	}
}

// A rotation that an earlier release began kept the version of an add-on alone.
func TestAnAddonIsReadAsEarlierReleasesWroteIt(t *testing.T) {
	t.Parallel()
	var got map[string]Addon
	if err := json.Unmarshal([]byte(`{"coredns":"v1","vpc-cni":{"Version":"v2","Configuration":"{}"}}`), &got); err != nil {
		t.Fatal(err)
	}
	if got["coredns"] != (Addon{Version: "v1"}) || got["vpc-cni"] != (Addon{Version: "v2", Configuration: "{}"}) {
		t.Errorf("the add-ons are %v", got)
	}
}

func TestSettingsAreTheJSONOfWhatIsWritten(t *testing.T) {
	t.Parallel()
	for written, want := range map[string]Values{
		"{a: {b: [1, two, 1.5, true, null]}, \"on\": \"1\"}": `{"a":{"b":[1,"two",1.5,true,null]},"on":"1"}`,
		`'{"a": 12345678901234567890}'`:                      `{"a":12345678901234567890}`,
		"{x: \"${var.y}\", y: <b>}":                          `{"x":"${var.y}","y":"<b>"}`,
	} {
		c, diags := Parse("cluster.yaml", []byte(strings.Replace(withAddon, "SETTINGS", written, 1)))
		if len(diags) > 0 || c.Spec.Kubernetes.Addons["coredns"].Configuration != want {
			t.Errorf("%s is %s, want %s\n%s", written, c.Spec.Kubernetes.Addons["coredns"].Configuration, want, diags.Error())
		}
	}
	for _, written := range []string{"[1]", "7", "'{\"a\":1} 2'", "'null'", "{a: .inf}", "{a: 1, a: 2}"} {
		if _, diags := Parse("cluster.yaml", []byte(strings.Replace(withAddon, "SETTINGS", written, 1))); !diags.HasErrors() {
			t.Errorf("%s is taken", written)
		}
	}
}

const withAddon = `apiVersion: drover/v1
kind: Cluster
metadata: {name: tiny}
spec:
  platform: aws
  region: eu-west-1
  kubernetes: {addons: {coredns: {configuration: SETTINGS}}}
  network: {cidr: 10.40.0.0/16}
  ingress: {domain: tiny.example.com}
  access: {admins: ["arn:aws:iam::123456789012:role/platform-admin"]}
`
