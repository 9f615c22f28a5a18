package eks

import (
	"context"
	"encoding/base64"
	"net/url"
	"strings"
)

// launched is what EKS looks at in a launch template.
type launched struct {
	UserData string `xml:"userData"`
	Image    string `xml:"imageId"`
	Profile  string `xml:"iamInstanceProfile>arn"`
	Subnets  string `xml:"networkInterfaceSet>item>subnetId"`
}

// launchTemplate refuses a node group whose launch template EKS would not take. The rules:
// https://docs.aws.amazon.com/eks/latest/userguide/launch-templates.html
func (s *Service) launchTemplate(ctx context.Context, region string, in nodegroupRequest) error {
	if in.Template == nil {
		return nil
	}
	params := url.Values{"LaunchTemplateVersion.1": {"$Default"}}
	if in.Template.Version != "" {
		params.Set("LaunchTemplateVersion.1", in.Template.Version)
	}
	if in.Template.ID != "" {
		params.Set("LaunchTemplateId", in.Template.ID)
	} else {
		params.Set("LaunchTemplateName", in.Template.Name)
	}
	var out struct {
		List []launched `xml:"launchTemplateVersionSet>item>launchTemplateData"`
	}
	if err := s.moto(region).Query(ctx, "ec2", ec2Version, "DescribeLaunchTemplateVersions", params, &out); err != nil || len(out.List) != 1 {
		return refuse(invalidParameter, "Launch template details can't be null for Custom ami type node group, and this one cannot be read: %v", err)
	}
	return out.List[0].check(in)
}

func (l launched) check(in nodegroupRequest) error {
	switch {
	case l.Profile != "":
		return refuse(invalidParameter, "Launch template should not specify an instance profile. The noderole in your request will be used to construct an instance profile.")
	case l.Subnets != "":
		return refuse(invalidParameter, "Launch template should not specify a subnet: those of the node group are used")
	case l.Image != "" && in.AMI != "" && in.AMI != "CUSTOM":
		return refuse(invalidParameter, "You cannot specify an AMI Type other than CUSTOM, when specifying an image id in your launch template.")
	case l.Image != "" && (in.askedVersion != "" || in.Release != ""):
		return refuse(invalidParameter, "You cannot specify the field kubernetesVersion or releaseVersion when using custom AMIs.")
	case l.Image == "" && in.AMI == "CUSTOM":
		return refuse(invalidParameter, "You cannot specify the AMI type CUSTOM without an image id in your launch template.")
	case l.Image != "" && l.UserData == "":
		return refuse(invalidRequest, "Ec2LaunchTemplateInvalidConfiguration: nodes of a custom AMI join no cluster without user data")
	}
	return l.checkUserData(in.AMI)
}

// checkUserData refuses what EKS could not merge with its own user data.
func (l launched) checkUserData(ami string) error {
	if l.UserData == "" || l.Image != "" {
		return nil
	}
	data, err := base64.StdEncoding.DecodeString(l.UserData)
	if err != nil {
		return refuse(invalidRequest, "Ec2LaunchTemplateInvalidConfiguration: User data is not in base64")
	}
	mime := strings.HasPrefix(string(data), "MIME-Version: 1.0\n") && strings.Contains(string(data), "\nContent-Type: multipart/mixed; boundary=")
	bottlerocket := strings.HasPrefix(ami, "BOTTLEROCKET")
	switch {
	case !bottlerocket && !mime:
		return refuse(invalidRequest, "Ec2LaunchTemplateInvalidConfiguration: User data was not in the MIME multipart format.")
	case bottlerocket && mime:
		return refuse(invalidRequest, "Ec2LaunchTemplateInvalidConfiguration: User data was not in the TOML format.")
	}
	return nil
}
