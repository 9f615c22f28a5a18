package awsproxy

import (
	"net/http"
	"net/url"
)

// rangeFilter is how Terraform's provider asks for the subnet that has a range of IPv6. moto answers it for networks only.
const rangeFilter = "ipv6-cidr-block-association.association-id"

// subnetOfRange has moto asked for the subnet by its id.
func (p *Proxy) subnetOfRange(_ http.ResponseWriter, c *call) bool {
	if c.operation != "DescribeSubnets" || c.form.Get("Filter.1.Name") != rangeFilter {
		return false
	}
	var out struct {
		Subnets []struct {
			ID     string   `xml:"subnetId"`
			Ranges []string `xml:"ipv6CidrBlockAssociationSet>item>associationId"`
		} `xml:"subnetSet>item"`
	}
	if err := p.ec2(c, "DescribeSubnets", nil, &out); err != nil {
		return false // moto says what is wrong
	}
	found := "none"
	for _, subnet := range out.Subnets {
		for _, id := range subnet.Ranges {
			if id == c.form.Get("Filter.1.Value.1") {
				found = subnet.ID
			}
		}
	}
	c.rewrite([]byte(url.Values{"Action": {c.operation}, "Version": {c.form.Get("Version")}, "Filter.1.Name": {"subnet-id"}, "Filter.1.Value.1": {found}}.Encode()))
	return false
}
