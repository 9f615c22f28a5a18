package nic

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"drover/rehearsal/aws/awsapi"
)

// Interface is the network interface of an instance.
type Interface struct {
	ID         string `xml:"networkInterfaceId"`
	Instance   string `xml:"attachment>instanceId"`
	Attachment string `xml:"attachment>attachmentId"`
}

// Of are the interfaces of instances, of which there is at least one.
func Of(ctx context.Context, ec2 *awsapi.Client, instances []string) ([]Interface, error) {
	params := url.Values{"Filter.1.Name": {"attachment.instance-id"}}
	for i, id := range instances {
		params.Set(fmt.Sprintf("Filter.1.Value.%d", i+1), id)
	}
	var out struct {
		Interfaces []Interface `xml:"networkInterfaceSet>item"`
	}
	if err := ec2.Query(ctx, "ec2", ec2Version, "DescribeNetworkInterfaces", params, &out); err != nil {
		return nil, fmt.Errorf("find the network interfaces of %v: %w", instances, err)
	}
	return out.Interfaces, nil
}

// DeleteEnded deletes those whose instance does not run any more: AWS does with the instance, and moto leaves them.
func DeleteEnded(ctx context.Context, ec2 *awsapi.Client, interfaces []Interface) error {
	var refused *awsapi.Error
	for _, n := range interfaces {
		var out struct {
			State string `xml:"reservationSet>item>instancesSet>item>instanceState>name"`
		}
		if err := ec2.Query(ctx, "ec2", ec2Version, "DescribeInstances", url.Values{"InstanceId.1": {n.Instance}}, &out); err != nil {
			return fmt.Errorf("look at instance %s: %w", n.Instance, err)
		}
		if out.State == "running" {
			continue
		}
		detach := url.Values{"AttachmentId": {n.Attachment}, "Force": {"true"}}
		if err := ec2.Query(ctx, "ec2", ec2Version, "DetachNetworkInterface", detach, nil); err != nil && !errors.As(err, &refused) {
			return fmt.Errorf("detach network interface %s: %w", n.ID, err) // a refusal says that the end of the instance detached it
		}
		err := ec2.Query(ctx, "ec2", ec2Version, "DeleteNetworkInterface", url.Values{"NetworkInterfaceId": {n.ID}}, nil)
		if err != nil && !errors.As(err, &refused) {
			return fmt.Errorf("delete network interface %s: %w", n.ID, err) // a refusal says that it is gone
		}
	}
	return nil
}
