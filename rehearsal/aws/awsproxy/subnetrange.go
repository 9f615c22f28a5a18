package awsproxy

import (
	"net/http"
	"net/url"
	"regexp"
	"sync"
)

// rangeFilter is how Terraform's provider asks for the subnet that has a range of IPv6. moto answers it for networks only.
const rangeFilter = "ipv6-cidr-block-association.association-id"

// rangeState is how moto says the state of such a range: as the dictionary that it has in memory.
var rangeState = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\{(?:'|&#39;|&apos;)State(?:'|&#39;|&apos;): (?:'|&#39;|&apos;)([a-z-]+)(?:'|&#39;|&apos;)\}`)
})

// serveSubnets describes subnets as moto does, and their ranges of IPv6 as EC2 does.
func (p *Proxy) serveSubnets(w http.ResponseWriter, c *call) bool {
	if c.operation != "DescribeSubnets" {
		return false
	}
	asked := c.form
	if c.form.Get("Filter.1.Name") == rangeFilter {
		found, err := p.subnetOfRange(c, c.form.Get("Filter.1.Value.1"))
		if err != nil {
			return false // moto says what is wrong
		}
		asked = url.Values{"Filter.1.Name": {"subnet-id"}, "Filter.1.Value.1": {found}}
	}
	var out xmlAnswer
	if err := p.ec2(c, "DescribeSubnets", asked, &out); err != nil {
		return false
	}
	writeXML(w, `<DescribeSubnetsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">`+rangeState().ReplaceAllString(out.Inner, "$1")+"</DescribeSubnetsResponse>")
	return true
}

// subnetOfRange is the id of the subnet that has a range, and "none" if nobody has it.
func (p *Proxy) subnetOfRange(c *call, id string) (string, error) {
	var out struct {
		Subnets []struct {
			ID     string   `xml:"subnetId"`
			Ranges []string `xml:"ipv6CidrBlockAssociationSet>item>associationId"`
		} `xml:"subnetSet>item"`
	}
	if err := p.ec2(c, "DescribeSubnets", url.Values{}, &out); err != nil {
		return "", err
	}
	for _, subnet := range out.Subnets {
		for _, has := range subnet.Ranges {
			if has == id {
				return subnet.ID, nil
			}
		}
	}
	return "none", nil
}
