package rehearsal

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"drover/generator/spec"
)

// seed makes what a spec expects to be in its account already: the hosted zone that it adopts.
func (c *Cloud) seed(ctx context.Context, s spec.Cluster) error {
	if s.Spec.Ingress.Zone != "adopt" {
		return nil
	}
	private := ""
	if s.Spec.Ingress.Visibility == "internal" {
		vpc, err := c.defaultVPC(ctx)
		if err != nil {
			return err
		}
		private = "<VPC><VPCRegion>" + c.options.Region + "</VPCRegion><VPCId>" + vpc + "</VPCId></VPC>"
	}
	body := `<?xml version="1.0"?><CreateHostedZoneRequest xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><Name>` +
		s.Spec.Ingress.Domain + `</Name>` + private + `<CallerReference>drover rehearsal</CallerReference></CreateHostedZoneRequest>`
	err := c.direct().RESTXML(ctx, "route53", "CreateHostedZone", http.MethodPost, "/2013-04-01/hostedzone", []byte(body), nil)
	if err != nil {
		return fmt.Errorf("make the hosted zone %s, which the spec adopts: %w", s.Spec.Ingress.Domain, err)
	}
	c.dns.Refresh()
	return nil
}

func (c *Cloud) defaultVPC(ctx context.Context) (string, error) {
	var out struct {
		ID string `xml:"vpcSet>item>vpcId"`
	}
	filter := url.Values{"Filter.1.Name": {"is-default"}, "Filter.1.Value.1": {"true"}}
	if err := c.direct().Query(ctx, "ec2", "2016-11-15", "DescribeVpcs", filter, &out); err != nil {
		return "", fmt.Errorf("find the account's default VPC: %w", err)
	}
	return out.ID, nil
}
