package eks

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"strconv"
	"strings"

	"drover/rehearsal/aws/awsapi"
	"drover/rehearsal/aws/nic"
)

const autoScalingVersion = "2011-01-01"

// createScalingGroup makes the Auto Scaling group behind a node group, as EKS does: moto then starts its instances,
// and registers them with every target group that is attached.
func (s *Service) createScalingGroup(c *call, cl *cluster, ng *nodegroup, in nodegroupRequest) error {
	template, version, err := s.templateOf(c, cl, ng, in)
	if err != nil {
		return err
	}
	if ng.machine = "t3.medium"; len(in.InstanceTypes) > 0 { // EKS' own default
		ng.machine = in.InstanceTypes[0]
	}
	s.launching.Lock()
	defer s.launching.Unlock()
	fits, err := s.fits(c.request.Context(), c.region, ng, 0, *in.Scaling.Desired)
	if err != nil {
		return err
	}
	ng.failed = ng.short != nil // EKS gives up one that it could not make
	params := url.Values{
		"AutoScalingGroupName":            {ng.scalingGroup},
		"LaunchTemplate.LaunchTemplateId": {template},
		"LaunchTemplate.Version":          {version},
		"VPCZoneIdentifier":               {strings.Join(in.Subnets, ",")},
		"MinSize":                         {strconv.Itoa(min(*in.Scaling.Min, fits))},
		"MaxSize":                         {strconv.Itoa(*in.Scaling.Max)},
		"DesiredCapacity":                 {strconv.Itoa(fits)},
	}
	all := map[string]string{"eks:cluster-name": cl.name, "eks:nodegroup-name": ng.name, "kubernetes.io/cluster/" + cl.name: "owned"}
	maps.Copy(all, in.Tags)
	for i, key := range sortedKeys(all) {
		prefix := fmt.Sprintf("Tags.member.%d.", i+1)
		params.Set(prefix+"Key", key)
		params.Set(prefix+"Value", all[key])
		params.Set(prefix+"PropagateAtLaunch", "true")
		params.Set(prefix+"ResourceId", ng.scalingGroup)
		params.Set(prefix+"ResourceType", "auto-scaling-group")
	}
	if err := s.moto(c.region).Query(c.request.Context(), "autoscaling", autoScalingVersion, "CreateAutoScalingGroup", params, nil); err != nil {
		return err
	}
	return s.giveTypes(c.request.Context(), c.region, ng)
}

// giveTypes gives the machines of a node group their type: moto takes that from the launch template alone, which has none
// where the node group names it.
func (s *Service) giveTypes(ctx context.Context, region string, ng *nodegroup) error {
	machines, err := s.machines(ctx, region, ng)
	if err != nil {
		return err
	}
	for _, m := range machines {
		if m.Type != "" || ng.machine == "" {
			continue
		}
		err := s.moto(region).Query(ctx, "ec2", ec2Version, "ModifyInstanceAttribute", url.Values{"InstanceId": {m.ID}, "InstanceType.Value": {ng.machine}}, nil)
		if err != nil {
			return fmt.Errorf("give the instance %s its type: %w", m.ID, err)
		}
	}
	return nil
}

// templateOf is the launch template of the request, or one that is made for the node group when it has none.
func (s *Service) templateOf(c *call, cl *cluster, ng *nodegroup, in nodegroupRequest) (id, version string, err error) {
	if t := in.Template; t != nil {
		version = t.Version
		if version == "" {
			version = "$Default"
		}
		if t.ID != "" {
			return t.ID, version, nil
		}
		id, err := s.templateNamed(c, t.Name)
		return id, version, err
	}
	params := url.Values{"LaunchTemplateName": {ng.scalingGroup}, "TagSpecification.1.ResourceType": {"launch-template"}}
	if len(in.InstanceTypes) > 0 {
		params.Set("LaunchTemplateData.InstanceType", in.InstanceTypes[0])
	}
	tags(params, "TagSpecification.1.Tag", map[string]string{"eks:cluster-name": cl.name, "eks:nodegroup-name": ng.name})
	var out struct {
		ID string `xml:"launchTemplate>launchTemplateId"`
	}
	err = s.moto(c.region).Query(c.request.Context(), "ec2", ec2Version, "CreateLaunchTemplate", params, &out)
	return out.ID, "$Latest", err
}

func (s *Service) templateNamed(c *call, name string) (string, error) {
	var out struct {
		IDs []string `xml:"launchTemplates>item>launchTemplateId"`
	}
	err := s.moto(c.region).Query(c.request.Context(), "ec2", ec2Version, "DescribeLaunchTemplates",
		url.Values{"LaunchTemplateName.1": {name}}, &out)
	if err != nil || len(out.IDs) == 0 {
		return "", refuse(invalidParameter, "Launch template %s does not exist", name)
	}
	return out.IDs[0], nil
}

// deleteScalingGroup ends the group with its instances, and the launch template if it was made here.
func (s *Service) deleteScalingGroup(c *call, ng *nodegroup) error {
	interfaces, err := s.nodeInterfaces(c, ng)
	if err != nil {
		return err
	}
	aws := s.moto(c.region)
	err = aws.Query(c.request.Context(), "autoscaling", autoScalingVersion, "DeleteAutoScalingGroup",
		url.Values{"AutoScalingGroupName": {ng.scalingGroup}, "ForceDelete": {"true"}}, nil)
	var refused *awsapi.Error
	if err != nil && !errors.As(err, &refused) {
		return err
	}
	err = aws.Query(c.request.Context(), "ec2", ec2Version, "DeleteLaunchTemplate", url.Values{"LaunchTemplateName": {ng.scalingGroup}}, nil)
	if err != nil && !errors.As(err, &refused) {
		return err
	}
	return nic.DeleteEnded(c.request.Context(), aws, interfaces)
}

func (s *Service) resizeScalingGroup(c *call, ng *nodegroup, to scaling) error {
	s.launching.Lock()
	defer s.launching.Unlock()
	to, err := s.resized(c.request.Context(), c.region, ng, to)
	if err != nil {
		return err
	}
	params := url.Values{"AutoScalingGroupName": {ng.scalingGroup}}
	for name, value := range map[string]*int{"MinSize": to.Min, "MaxSize": to.Max, "DesiredCapacity": to.Desired} {
		if value != nil {
			params.Set(name, strconv.Itoa(*value))
		}
	}
	interfaces, err := s.nodeInterfaces(c, ng)
	if err != nil {
		return err
	}
	if err := s.moto(c.region).Query(c.request.Context(), "autoscaling", autoScalingVersion, "UpdateAutoScalingGroup", params, nil); err != nil {
		return err
	}
	if err := s.giveTypes(c.request.Context(), c.region, ng); err != nil {
		return err
	}
	return nic.DeleteEnded(c.request.Context(), s.moto(c.region), interfaces)
}
