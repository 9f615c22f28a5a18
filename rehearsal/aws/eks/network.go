package eks

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"drover/rehearsal/aws/awsapi"
)

const ec2Version = "2016-11-15"

// subnetsVPC says which VPC the subnets are in, and refuses them as EKS does: all must exist, in one VPC, in two
// zones at least, and for a cluster of IPv6 with ranges of it.
func (s *Service) subnetsVPC(c *call, subnets []string, family ipFamily) (string, error) {
	found, err := s.moto(c.region).Subnets(c.request.Context(), subnets...)
	var refused *awsapi.Error
	if errors.As(err, &refused) {
		return "", refuse(invalidParameter, "The subnet ID does not exist: %s", refused.Message)
	}
	if err != nil {
		return "", fmt.Errorf("look up the cluster's subnets: %w", err)
	}
	zones, vpc := map[string]bool{}, ""
	for _, subnet := range found {
		if vpc != "" && vpc != subnet.VPC {
			return "", refuse(invalidParameter, "Subnets %s are not all in one VPC", strings.Join(subnets, ", "))
		}
		if family.six() && subnet.IPv6 == "" {
			return "", refuse(invalidParameter, "Subnet %s has no IPv6 CIDR block, which a cluster with ipFamily ipv6 needs", subnet.ID)
		}
		zones[subnet.Zone], vpc = true, subnet.VPC
	}
	if len(zones) < 2 {
		return "", refuse(invalidParameter, "Subnets specified must be in at least two different AZs")
	}
	return vpc, nil
}

// createClusterGroup makes the security group that EKS makes for every cluster: control plane and nodes reach one
// another through it.
func (s *Service) createClusterGroup(c *call, cluster, vpc string) (string, error) {
	ec2 := s.moto(c.region)
	var out struct {
		ID string `xml:"groupId"`
	}
	params := url.Values{
		"GroupName":        {fmt.Sprintf("eks-cluster-sg-%s-%s", cluster, id(8))},
		"GroupDescription": {"EKS created security group applied to ENI that is attached to EKS Control Plane master nodes, as well as any managed workloads."},
		"VpcId":            {vpc},
	}
	tags(params, "TagSpecification.1.Tag", map[string]string{"aws:eks:cluster-name": cluster,
		"kubernetes.io/cluster/" + cluster: "owned", "Name": params.Get("GroupName")})
	params.Set("TagSpecification.1.ResourceType", "security-group")
	if err := ec2.Query(c.request.Context(), "ec2", ec2Version, "CreateSecurityGroup", params, &out); err != nil {
		return "", fmt.Errorf("make the cluster's security group: %w", err)
	}
	rule := url.Values{"GroupId": {out.ID}, "IpPermissions.1.IpProtocol": {"-1"},
		"IpPermissions.1.Groups.1.GroupId": {out.ID}}
	if err := ec2.Query(c.request.Context(), "ec2", ec2Version, "AuthorizeSecurityGroupIngress", rule, nil); err != nil {
		return "", fmt.Errorf("open the cluster's security group to itself: %w", err)
	}
	return out.ID, nil
}

// deleteClusterGroup removes the cluster's own security group. One that something else still uses stays behind, as
// on AWS, where it then keeps the VPC from being deleted.
func (s *Service) deleteClusterGroup(c *call, group string) error {
	err := s.moto(c.region).Query(c.request.Context(), "ec2", ec2Version, "DeleteSecurityGroup", url.Values{"GroupId": {group}}, nil)
	var refused *awsapi.Error
	if errors.As(err, &refused) {
		return nil
	}
	return err
}

func tags(params url.Values, prefix string, tags map[string]string) {
	for i, key := range sortedKeys(tags) {
		params.Set(fmt.Sprintf("%s.%d.Key", prefix, i+1), key)
		params.Set(fmt.Sprintf("%s.%d.Value", prefix, i+1), tags[key])
	}
}
