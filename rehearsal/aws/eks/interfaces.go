package eks

import (
	"net/url"

	"drover/rehearsal/aws/nic"
)

// nodeInterfaces are those of the instances that run in a node group now.
func (s *Service) nodeInterfaces(c *call, ng *nodegroup) ([]nic.Interface, error) {
	ctx, aws := c.request.Context(), s.moto(c.region)
	var group struct {
		Instances []string `xml:"DescribeAutoScalingGroupsResult>AutoScalingGroups>member>Instances>member>InstanceId"`
	}
	err := aws.Query(ctx, "autoscaling", autoScalingVersion, "DescribeAutoScalingGroups",
		url.Values{"AutoScalingGroupNames.member.1": {ng.scalingGroup}}, &group)
	if err != nil || len(group.Instances) == 0 {
		return nil, err
	}
	return nic.Of(ctx, aws, group.Instances)
}
