package awsproxy_test

import (
	"encoding/base64"
	"slices"
	"testing"
)

// What EKS reads in a launch template, and does not take.
func TestLaunchTemplatesThatEKSRefuses(t *testing.T) {
	t.Parallel()
	_, subnets := network(t, "10.66", "a", "b")
	sdk.ok(t, "eks", "CreateCluster", params{"name": "templates", "version": "1.33", "roleArn": role, "resourcesVpcConfig": params{"subnetIds": subnets}})
	const parts = "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"b\"\n\n--b\nContent-Type: application/node.eks.aws\n\n{}\n--b--\n"
	const toml = "settings.kubernetes.max-pods = 58"
	data := func(text string) params { return params{"UserData": base64.StdEncoding.EncodeToString([]byte(text))} }
	image := func(of params) params {
		of["ImageId"] = "ami-12345678"
		return of
	}
	for what, c := range map[string]struct {
		data    params
		more    params
		refused string
	}{
		"a script":                  {data("#!/bin/sh\n"), params{"amiType": "AL2023_x86_64_STANDARD"}, "MIME multipart"},
		"settings for AL2023":       {data(toml), params{}, "MIME multipart"},
		"parts":                     {data(parts), params{"amiType": "AL2023_x86_64_STANDARD"}, ""},
		"parts for Bottlerocket":    {data(parts), params{"amiType": "BOTTLEROCKET_x86_64"}, "TOML"},
		"settings for Bottlerocket": {data(toml), params{"amiType": "BOTTLEROCKET_x86_64"}, ""},
		"a profile":                 {params{"IamInstanceProfile": params{"Arn": "arn:aws:iam::210987654321:instance-profile/p"}}, params{}, "instance profile"},
		"an image and its kind":     {image(data(parts)), params{"amiType": "AL2023_x86_64_STANDARD"}, "CUSTOM"},
		"an image and a version":    {image(data(parts)), params{"version": "1.33"}, "kubernetesVersion"},
		"an image that joins not":   {image(params{}), params{"amiType": "CUSTOM"}, "user data"},
		"no image of one's own":     {data(parts), params{"amiType": "CUSTOM"}, "image id"},
		"an image":                  {image(data(parts)), params{"amiType": "CUSTOM"}, ""},
	} {
		name := base64.RawURLEncoding.EncodeToString([]byte(what))
		template := text(t, sdk.ok(t, "ec2", "CreateLaunchTemplate", params{"LaunchTemplateName": name, "LaunchTemplateData": c.data}), "LaunchTemplate", "LaunchTemplateId")
		in := params{"clusterName": "templates", "nodegroupName": name, "nodeRole": role, "subnets": subnets,
			"scalingConfig": params{"minSize": 0, "maxSize": 1, "desiredSize": 0}, "launchTemplate": params{"id": template, "version": "1"}}
		for key, value := range c.more {
			in[key] = value
		}
		t.Log(what)
		if c.refused == "" {
			sdk.ok(t, "eks", "CreateNodegroup", in)
		} else {
			code := "InvalidParameterException"
			if slices.Contains([]string{"MIME multipart", "TOML", "user data"}, c.refused) {
				code = "InvalidRequestException"
			}
			sdk.refused(t, "eks", "CreateNodegroup", in, code, c.refused)
		}
	}
}
