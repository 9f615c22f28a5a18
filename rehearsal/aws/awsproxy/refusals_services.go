package awsproxy

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"

	"drover/rehearsal/aws/answer"
	"drover/rehearsal/aws/awsapi"
)

// privateZoneHasNetwork refuses a private zone that no VPC could see.
func privateZoneHasNetwork(_ *Proxy, c *call) error {
	var in struct {
		Private string `xml:"HostedZoneConfig>PrivateZone"`
		VPC     string `xml:"VPC>VPCId"`
	}
	if err := xml.Unmarshal(bytes.TrimSpace(c.body), &in); err != nil {
		return nil //nolint:nilerr // moto says what is wrong with it
	}
	if in.Private == "true" && in.VPC == "" {
		return answer.Refuse("InvalidInput", "When you're creating a private hosted zone, you must specify a VPC")
	}
	return nil
}

// balancerIsUnprotected refuses to delete a load balancer that has deletion protection.
func (p *Proxy) balancerIsUnprotected(c *call) error {
	arn := c.form.Get("LoadBalancerArn")
	if arn == "" {
		return nil // a classic one
	}
	var out struct {
		Attributes []struct{ Key, Value string } `xml:"DescribeLoadBalancerAttributesResult>Attributes>member"`
	}
	err := p.Moto(c.region).Query(c.Context(), "elasticloadbalancing", "2015-12-01", "DescribeLoadBalancerAttributes", url.Values{"LoadBalancerArn": {arn}}, &out)
	var unknown *awsapi.Error
	switch {
	case errors.As(err, &unknown):
		return nil // moto says so of the deletion itself
	case err != nil:
		return fmt.Errorf("look for its protection: %w", err)
	}
	for _, attribute := range out.Attributes {
		if attribute.Key == "deletion_protection.enabled" && attribute.Value == "true" {
			return answer.Refuse("OperationNotPermitted", "Load balancer '%s' cannot be deleted because deletion protection is enabled", arn)
		}
	}
	return nil
}

const rdsVersion = "2014-10-31"

func (p *Proxy) rds(c *call, action string, params url.Values, out any) error {
	if err := p.Moto(c.region).Query(c.Context(), "rds", rdsVersion, action, params, out); err != nil {
		return fmt.Errorf("look for what is in use: %w", err)
	}
	return nil
}

// databaseZones refuses a subnet group that one zone's end would end.
func (p *Proxy) databaseZones(c *call) error {
	var subnets []string
	for i := 1; ; i++ {
		id := c.form.Get(fmt.Sprintf("SubnetIds.SubnetIdentifier.%d", i))
		if id == "" {
			id = c.form.Get(fmt.Sprintf("SubnetIds.member.%d", i))
		}
		if id == "" {
			break
		}
		subnets = append(subnets, id)
	}
	if len(subnets) == 0 {
		return nil
	}
	found, err := p.Moto(c.region).Subnets(c.Context(), subnets...)
	if err != nil {
		return answer.Refuse("InvalidSubnet", "Some input subnets are invalid: %v", err)
	}
	zones := map[string]bool{}
	for _, subnet := range found {
		zones[subnet.Zone] = true
	}
	if len(zones) < 2 {
		return answer.Refuse("DBSubnetGroupDoesNotCoverEnoughAZs",
			"The DB subnet group doesn't meet Availability Zone (AZ) coverage requirement. Current AZ coverage: %s. Add subnets to cover at least 2 AZs.", slices.Sorted(maps.Keys(zones)))
	}
	return nil
}

// database is what a database uses.
type database struct {
	Name           string   `xml:"DBInstanceIdentifier"`
	SubnetGroup    string   `xml:"DBSubnetGroup>DBSubnetGroupName"`
	Subnets        []string `xml:"DBSubnetGroup>Subnets>Subnet>SubnetIdentifier"`
	ParameterGroup string   `xml:"DBParameterGroups>DBParameterGroup>DBParameterGroupName"`
	Groups         []string `xml:"VpcSecurityGroups>VpcSecurityGroupMembership>VpcSecurityGroupId"`
}

func (p *Proxy) databaseList(c *call, params url.Values) ([]database, error) {
	var out struct {
		List []database `xml:"DescribeDBInstancesResult>DBInstances>DBInstance"`
	}
	err := p.rds(c, "DescribeDBInstances", params, &out)
	return out.List, err
}

func (p *Proxy) subnetGroupIsFree(c *call) error {
	name := c.form.Get("DBSubnetGroupName")
	list, err := p.databaseList(c, nil)
	if err != nil {
		return err
	}
	for _, d := range list {
		if d.SubnetGroup == name {
			return answer.Refuse("InvalidDBSubnetGroupStateFault", "Cannot delete the subnet group '%s' because at least one database instance: %s is still using it.", name, d.Name)
		}
	}
	return nil
}

func (p *Proxy) parameterGroupIsFree(c *call) error {
	name := c.form.Get("DBParameterGroupName")
	list, err := p.databaseList(c, nil)
	if err != nil {
		return err
	}
	for _, d := range list {
		if d.ParameterGroup == name {
			return answer.Refuse("InvalidDBParameterGroupState", "One or more database instances are still members of this parameter group %s, so the group cannot be deleted (%s)", name, d.Name)
		}
	}
	return nil
}

// finalSnapshot refuses to lose a database's data unless that is asked for.
func finalSnapshot(_ *Proxy, c *call) error {
	skip, name := answer.Bool(c.form, "SkipFinalSnapshot", false), c.form.Get("FinalDBSnapshotIdentifier")
	switch {
	case !skip && name == "":
		return answer.Refuse("InvalidParameterCombination", "FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.")
	case skip && name != "":
		return answer.Refuse("InvalidParameterCombination", "FinalDBSnapshotIdentifier can not be specified when deleting with SkipFinalSnapshot.")
	}
	return nil
}

// waitingPeriod refuses to delete a key sooner, or later, than KMS does.
func waitingPeriod(_ *Proxy, c *call) error {
	var in struct {
		Days *int `json:"PendingWindowInDays"`
	}
	if json.Unmarshal(c.body, &in) == nil && in.Days != nil && (*in.Days < 7 || *in.Days > 30) {
		return answer.Refuse("ValidationException", "PendingWindowInDays is 7 to 30, not %d", *in.Days)
	}
	return nil
}
