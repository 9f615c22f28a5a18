package awsproxy

import (
	"fmt"
	"net/url"
	"strings"

	"drover/rehearsal/aws/answer"
)

const elbVersion = "2015-12-01"

// subnetsHaveFamily refuses a load balancer of both families in subnets without IPv6.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-ip-address-type.html
func (p *Proxy) subnetsHaveFamily(c *call) error {
	if c.form.Get("IpAddressType") != "dualstack" {
		return nil
	}
	var ids []string
	for name, values := range c.form {
		if strings.HasPrefix(name, "Subnets.member.") {
			ids = append(ids, values...)
		}
	}
	subnets, err := p.Moto(c.region).Subnets(c.Context(), ids...)
	if err != nil {
		return nil //nolint:nilerr // moto says so of the call itself
	}
	for _, subnet := range subnets {
		if subnet.IPv6 == "" {
			return answer.Refuse("InvalidSubnet", "You must specify subnets with an associated IPv6 CIDR block: %s has none", subnet.ID)
		}
	}
	return nil
}

// balancerHasFamily refuses targets of IPv6 behind a load balancer that has IPv4 alone.
func (p *Proxy) balancerHasFamily(c *call) error {
	var groups, balancers struct {
		Group    string `xml:"DescribeTargetGroupsResult>TargetGroups>member>IpAddressType"`
		Balancer string `xml:"DescribeLoadBalancersResult>LoadBalancers>member>IpAddressType"`
	}
	elb := func(action, name, value string, out any) error {
		if err := p.Moto(c.region).Query(c.Context(), "elasticloadbalancing", elbVersion, action, url.Values{name: {value}}, out); err != nil {
			return fmt.Errorf("look for the family of its targets: %w", err)
		}
		return nil
	}
	for name, values := range c.form {
		if !strings.HasPrefix(name, "DefaultActions.member.") || !strings.HasSuffix(name, ".TargetGroupArn") {
			continue
		}
		if elb("DescribeTargetGroups", "TargetGroupArns.member.1", values[0], &groups) != nil || groups.Group != "ipv6" {
			continue // moto says so of the call itself, or there is nothing to mind
		}
		if err := elb("DescribeLoadBalancers", "LoadBalancerArns.member.1", c.form.Get("LoadBalancerArn"), &balancers); err != nil {
			return err
		}
		if balancers.Balancer != "dualstack" {
			return answer.Refuse("InvalidConfigurationRequest", "You cannot associate an IPv6 target group with a load balancer that has an '%s' IP address type", balancers.Balancer)
		}
	}
	return nil
}
