package terratest

import (
	"encoding/base64"
	"net/url"
	"slices"
	"testing"

	"github.com/gruntwork-io/terratest/modules/terraform"
)

// checkCluster: the API has no public endpoint, secrets are encrypted with the foundation's key, what the spec asks to
// be logged is, access is by entries alone, and the control plane is in its own color's subnets.
func checkCluster(t *testing.T, e *example, foundation *terraform.Options) {
	t.Helper()
	name := e.name + "-blue"
	var answer struct {
		Cluster struct {
			Version string `json:"version"`
			Network struct {
				Public  bool     `json:"endpointPublicAccess"`
				Private bool     `json:"endpointPrivateAccess"`
				Subnets []string `json:"subnetIds"`
			} `json:"resourcesVpcConfig"`
			Encryption []struct {
				Resources []string `json:"resources"`
				Provider  struct {
					Key string `json:"keyArn"`
				} `json:"provider"`
			} `json:"encryptionConfig"`
			Logging struct {
				Cluster []struct {
					Types   []string `json:"types"`
					Enabled bool     `json:"enabled"`
				} `json:"clusterLogging"`
			} `json:"logging"`
			Access struct {
				Mode string `json:"authenticationMode"`
			} `json:"accessConfig"`
		} `json:"cluster"`
	}
	e.account.rest(t, "DescribeCluster", "/clusters/"+name, &answer)
	c := answer.Cluster
	if c.Version != e.spec.Spec.Kubernetes.Version {
		t.Errorf("the cluster has version %s, want %s", c.Version, e.spec.Spec.Kubernetes.Version)
	}
	if c.Network.Public || !c.Network.Private {
		t.Errorf("the API's endpoint is public: %t, private: %t; want it private only", c.Network.Public, c.Network.Private)
	}
	var ids map[string][]string
	terraform.OutputStruct(t, foundation, "subnet_ids", &ids)
	if !slices.Equal(slices.Sorted(slices.Values(c.Network.Subnets)), slices.Sorted(slices.Values(ids["blue"]))) {
		t.Errorf("the control plane is in %v, want blue's subnets %v", c.Network.Subnets, ids["blue"])
	}
	key := terraform.Output(t, foundation, "kms_key_arn")
	if len(c.Encryption) != 1 || !slices.Equal(c.Encryption[0].Resources, []string{"secrets"}) || c.Encryption[0].Provider.Key != key {
		t.Errorf("encrypted is %+v, want secrets with %s", c.Encryption, key)
	}
	var logged []string
	for _, l := range c.Logging.Cluster {
		if l.Enabled {
			logged = append(logged, l.Types...)
		}
	}
	if want := slices.Sorted(slices.Values(e.spec.Spec.Kubernetes.Logs)); !slices.Equal(slices.Sorted(slices.Values(logged)), want) {
		t.Errorf("logged is %v, want %v", logged, want)
	}
	if c.Access.Mode != "API" {
		t.Errorf("the authentication mode is %q, want API", c.Access.Mode)
	}
	checkLogGroups(t, e, key)
}

type template struct {
	Name string `xml:"launchTemplateName"`
	Data struct {
		Metadata struct {
			Tokens string `xml:"httpTokens"`
			Hops   int    `xml:"httpPutResponseHopLimit"`
		} `xml:"metadataOptions"`
		Disks []struct {
			Device    string `xml:"deviceName"`
			Encrypted bool   `xml:"ebs>encrypted"`
			Key       string `xml:"ebs>kmsKeyId"`
		} `xml:"blockDeviceMappingSet>item"`
		UserData string `xml:"userData"`
	} `xml:"launchTemplateData"`
}

// checkNodes: the nodes of every pool ask for their metadata by session (IMDSv2), one hop far, on disks that are
// encrypted with the foundation's key, without a public address.
func checkNodes(t *testing.T, e *example, foundation *terraform.Options) {
	t.Helper()
	key := terraform.Output(t, foundation, "kms_key_arn")
	var list struct {
		Templates []struct {
			ID   string `xml:"launchTemplateId"`
			Name string `xml:"launchTemplateName"`
		} `xml:"launchTemplates>item"`
	}
	e.account.ask(t, "DescribeLaunchTemplates", nil, &list)
	pools := map[string]bool{}
	for _, l := range list.Templates {
		var versions struct {
			Templates []template `xml:"launchTemplateVersionSet>item"`
		}
		e.account.ask(t, "DescribeLaunchTemplateVersions", url.Values{"LaunchTemplateId": {l.ID}}, &versions)
		if len(versions.Templates) == 0 {
			t.Errorf("the launch template %s has no version", l.Name)
		}
		for _, v := range versions.Templates {
			checkTemplate(t, v, key)
			pools[v.Name] = true
		}
	}
	for _, pool := range e.spec.Spec.NodePools {
		if !pools[e.name+"-blue-"+pool.Name] {
			t.Errorf("the pool %s has no launch template among %v", pool.Name, pools)
		}
	}
}

func checkTemplate(t *testing.T, v template, key string) {
	t.Helper()
	if v.Data.Metadata.Tokens != "required" || v.Data.Metadata.Hops != 1 {
		t.Errorf("%s: the metadata options are %+v, want tokens required and one hop", v.Name, v.Data.Metadata)
	}
	if len(v.Data.Disks) == 0 {
		t.Errorf("%s names no disk, which would take the image's, unencrypted", v.Name)
	}
	for _, disk := range v.Data.Disks {
		if !disk.Encrypted || disk.Key != key {
			t.Errorf("%s: the disk %s is encrypted: %t, with %q; want %s", v.Name, disk.Device, disk.Encrypted, disk.Key, key)
		}
	}
	if _, err := base64.StdEncoding.DecodeString(v.Data.UserData); err != nil {
		t.Errorf("%s: the user data is not base64: %v", v.Name, err)
	}
}

// checkSecurityGroups: from everywhere, nothing is let in but the two ports of the load balancer; the VPC's default
// group lets nothing in or out.
func checkSecurityGroups(t *testing.T, e *example) {
	t.Helper()
	type rules []struct {
		From   int `xml:"fromPort"`
		Ranges []struct {
			CIDR string `xml:"cidrIp"`
		} `xml:"ipRanges>item"`
	}
	var answer struct {
		Groups []struct {
			Name string `xml:"groupName"`
			In   rules  `xml:"ipPermissions>item"`
			Out  rules  `xml:"ipPermissionsEgress>item"`
		} `xml:"securityGroupInfo>item"`
	}
	vpcs := e.account.networks(t)
	if len(vpcs) != 1 {
		t.Fatalf("there are %d networks, want one", len(vpcs))
	}
	e.account.ask(t, "DescribeSecurityGroups", inNetwork(vpcs[0].ID), &answer)
	public, locked := map[int]bool{}, false
	for _, group := range answer.Groups {
		if group.Name == "default" {
			locked = len(group.In) == 0 && len(group.Out) == 0
		}
		for _, rule := range group.In {
			for _, r := range rule.Ranges {
				if r.CIDR != everywhere {
					continue
				}
				if group.Name != e.name+"-blue-ingress" {
					t.Errorf("the security group %s lets everyone in on port %d", group.Name, rule.From)
				}
				public[rule.From] = true
			}
		}
	}
	if !locked {
		t.Error("the VPC's default security group is not there, or lets something through")
	}
	if e.spec.Spec.Ingress.Visibility == "public" && (len(public) != 2 || !public[80] || !public[443]) {
		t.Errorf("everyone is let in on the ports %v, want 80 and 443", public)
	}
}
