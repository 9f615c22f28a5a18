// Package nic makes the network interfaces that AWS puts into subnets for its services (load balancers, EKS control
// planes, databases, endpoints) and that moto leaves out: they are what keeps subnets, security groups and networks
// from being deleted. It must never touch an interface whose description it did not make,
// but for those of instances that have ended.
package nic

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"drover/rehearsal/aws/awsapi"
)

const ec2Version = "2016-11-15"

// Attach makes an interface in each subnet, in the security groups. The description says what it is for, and is what
// Detach finds it by.
func Attach(ctx context.Context, ec2 *awsapi.Client, description string, subnets, groups []string) error {
	for _, subnet := range subnets {
		params := url.Values{"SubnetId": {subnet}, "Description": {description}}
		for i, group := range groups {
			params.Set(fmt.Sprintf("SecurityGroupId.%d", i+1), group)
		}
		if err := ec2.Query(ctx, "ec2", ec2Version, "CreateNetworkInterface", params, nil); err != nil {
			return fmt.Errorf("make the network interface of %s in %s: %w", description, subnet, err)
		}
	}
	return nil
}

// Detach deletes the interfaces with a description. One that is gone already is no error.
func Detach(ctx context.Context, ec2 *awsapi.Client, description string) error {
	var out struct {
		IDs []string `xml:"networkInterfaceSet>item>networkInterfaceId"`
	}
	params := url.Values{"Filter.1.Name": {"description"}, "Filter.1.Value.1": {description}}
	if err := ec2.Query(ctx, "ec2", ec2Version, "DescribeNetworkInterfaces", params, &out); err != nil {
		return fmt.Errorf("find the network interfaces of %s: %w", description, err)
	}
	for _, id := range out.IDs {
		err := ec2.Query(ctx, "ec2", ec2Version, "DeleteNetworkInterface", url.Values{"NetworkInterfaceId": {id}}, nil)
		var refused *awsapi.Error
		if err != nil && !errors.As(err, &refused) {
			return fmt.Errorf("delete the network interface %s of %s: %w", id, description, err)
		}
	}
	return nil
}
