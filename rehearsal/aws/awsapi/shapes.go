package awsapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// Subnet is what the simulated services ask of one.
type Subnet struct {
	ID   string `xml:"subnetId"`
	VPC  string `xml:"vpcId"`
	Zone string `xml:"availabilityZone"`
	IPv6 string `xml:"ipv6CidrBlockAssociationSet>item>ipv6CidrBlock"`
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

// Trusts tells whether there is a role of this ARN that a service may take on.
func (c *Client) Trusts(ctx context.Context, role, service string) (bool, error) {
	var out struct {
		ARN   string `xml:"GetRoleResult>Role>Arn"`
		Trust string `xml:"GetRoleResult>Role>AssumeRolePolicyDocument"` // escaped, which a service's name is not changed by
	}
	_, name, _ := strings.Cut(role, ":role/")
	name = name[strings.LastIndexByte(name, '/')+1:]
	err := c.Query(ctx, "iam", "2010-05-08", "GetRole", url.Values{"RoleName": {name}}, &out)
	if missing(err) {
		return false, nil
	}
	return out.ARN == role && strings.Contains(out.Trust, service), err
}

// HasTopic tells whether there is an SNS topic of this ARN in the client's region.
func (c *Client) HasTopic(ctx context.Context, arn string) (bool, error) {
	err := c.Query(ctx, "sns", "2010-03-31", "GetTopicAttributes", url.Values{"TopicArn": {arn}}, nil)
	if missing(err) {
		return false, nil
	}
	return err == nil, err
}

// missing tells whether an error says that what was asked for is not there.
func missing(err error) bool {
	var refused *Error
	return errors.As(err, &refused) && (refused.Status == http.StatusNotFound || refused.Code == "NoSuchEntity" || refused.Code == "NotFound")
}
