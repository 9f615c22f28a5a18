package eks

import (
	"errors"
	"fmt"
	"net/url"

	"drover/rehearsal/awsapi"
)

// nodeInterface is the network interface of a node.
type nodeInterface struct {
	ID         string `xml:"networkInterfaceId"`
	Instance   string `xml:"attachment>instanceId"`
	Attachment string `xml:"attachment>attachmentId"`
}

// nodeInterfaces are those of the instances that run in a node group now.
func (s *Service) nodeInterfaces(c *call, ng *nodegroup) ([]nodeInterface, error) {
	ctx, aws := c.request.Context(), s.moto(c.region)
	var group struct {
		Instances []string `xml:"DescribeAutoScalingGroupsResult>AutoScalingGroups>member>Instances>member>InstanceId"`
	}
	err := aws.Query(ctx, "autoscaling", autoScalingVersion, "DescribeAutoScalingGroups",
		url.Values{"AutoScalingGroupNames.member.1": {ng.scalingGroup}}, &group)
	if err != nil || len(group.Instances) == 0 {
		return nil, err
	}
	params := url.Values{"Filter.1.Name": {"attachment.instance-id"}}
	for i, id := range group.Instances {
		params.Set(fmt.Sprintf("Filter.1.Value.%d", i+1), id)
	}
	var out struct {
		Interfaces []nodeInterface `xml:"networkInterfaceSet>item"`
	}
	err = aws.Query(ctx, "ec2", ec2Version, "DescribeNetworkInterfaces", params, &out)
	return out.Interfaces, err
}

// deleteInterfaces deletes those whose instance has ended since: AWS does with the instance, and moto leaves them.
func (s *Service) deleteInterfaces(c *call, interfaces []nodeInterface) error {
	ctx, aws := c.request.Context(), s.moto(c.region)
	var refused *awsapi.Error
	for _, n := range interfaces {
		var out struct {
			State string `xml:"reservationSet>item>instancesSet>item>instanceState>name"`
		}
		if err := aws.Query(ctx, "ec2", ec2Version, "DescribeInstances", url.Values{"InstanceId.1": {n.Instance}}, &out); err != nil {
			return err
		}
		if out.State == "running" {
			continue
		}
		detach := url.Values{"AttachmentId": {n.Attachment}, "Force": {"true"}}
		if err := aws.Query(ctx, "ec2", ec2Version, "DetachNetworkInterface", detach, nil); err != nil && !errors.As(err, &refused) {
			return err // a refusal says that the end of the instance detached it
		}
		err := aws.Query(ctx, "ec2", ec2Version, "DeleteNetworkInterface", url.Values{"NetworkInterfaceId": {n.ID}}, nil)
		if err != nil && !errors.As(err, &refused) {
			return err // a refusal says that it is gone
		}
	}
	return nil
}
