package awsapi

import (
	"context"
	"fmt"
	"net/url"
)

// Subnet is what the simulated services ask of one.
type Subnet struct {
	ID   string `xml:"subnetId"`
	VPC  string `xml:"vpcId"`
	Zone string `xml:"availabilityZone"`
}

// Subnets describes subnets by their ids, all of which must exist.
func (c *Client) Subnets(ctx context.Context, ids ...string) ([]Subnet, error) {
	params := url.Values{}
	for i, id := range ids {
		params.Set(fmt.Sprintf("SubnetId.%d", i+1), id)
	}
	var out struct {
		Subnets []Subnet `xml:"subnetSet>item"`
	}
	err := c.Query(ctx, "ec2", "2016-11-15", "DescribeSubnets", params, &out)
	return out.Subnets, err
}

// Tagged is one thing of a simulated service, as the inventory and the tagging API list it.
type Tagged struct {
	ARN  string
	Tags map[string]string
}
