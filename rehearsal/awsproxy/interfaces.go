package awsproxy

import (
	"context"
	"encoding/xml"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"drover/rehearsal/nic"
)

// follow is what AWS does of itself after a call that moto answered with success, and moto does not.
type follow struct {
	service, operation string
	do                 func(*Proxy, context.Context, *call, []byte) error
}

// follows keep the network interfaces that services have in subnets.
var follows = []follow{
	{"elasticloadbalancing", "CreateLoadBalancer", (*Proxy).attachBalancer},
	{"elasticloadbalancing", "DeleteLoadBalancer", (*Proxy).detachBalancer},
	{"rds", "CreateDBInstance", (*Proxy).attachDatabase},
	{"rds", "DeleteDBInstance", (*Proxy).detachDatabase},
	{"ec2", "DeleteNatGateway", (*Proxy).detachNAT},
}

// followed reports whether a call has consequences, so that its answer is kept.
func followed(c *call) bool {
	return slices.ContainsFunc(follows, func(f follow) bool { return f.service == c.service && f.operation == c.operation })
}

// afterwards does what follows from a call's answer.
func (p *Proxy) afterwards(c *call, status int, body []byte) {
	if status >= http.StatusMultipleChoices {
		return
	}
	for _, f := range follows {
		if f.service != c.service || f.operation != c.operation {
			continue
		}
		if err := f.do(p, context.WithoutCancel(c.Context()), c, body); err != nil {
			p.validation.log("after %s: %v", c.name(), err)
		}
	}
}

// balancerOf is how the interfaces of a load balancer are described: ELB net/name/id.
func balancerOf(arn string) string {
	_, name, _ := strings.Cut(arn, ":loadbalancer/")
	return "ELB " + name
}

func (p *Proxy) attachBalancer(ctx context.Context, c *call, body []byte) error {
	var out struct {
		ARN     string   `xml:"CreateLoadBalancerResult>LoadBalancers>member>LoadBalancerArn"`
		Groups  []string `xml:"CreateLoadBalancerResult>LoadBalancers>member>SecurityGroups>member"`
		Subnets []string `xml:"CreateLoadBalancerResult>LoadBalancers>member>AvailabilityZones>member>SubnetId"`
	}
	if err := xml.Unmarshal(body, &out); err != nil || out.ARN == "" {
		return err
	}
	return nic.Attach(ctx, p.Moto(c.region), balancerOf(out.ARN), out.Subnets, out.Groups)
}

func (p *Proxy) detachBalancer(ctx context.Context, c *call, _ []byte) error {
	return nic.Detach(ctx, p.Moto(c.region), balancerOf(c.form.Get("LoadBalancerArn")))
}

func (p *Proxy) attachDatabase(ctx context.Context, c *call, _ []byte) error {
	name := c.form.Get("DBInstanceIdentifier")
	list, err := p.databaseList(c, url.Values{"DBInstanceIdentifier": {name}})
	if err != nil || len(list) == 0 {
		return err
	}
	return nic.Attach(ctx, p.Moto(c.region), "RDSNetworkInterface "+name, list[0].Subnets, list[0].Groups)
}

func (p *Proxy) detachDatabase(ctx context.Context, c *call, _ []byte) error {
	return nic.Detach(ctx, p.Moto(c.region), "RDSNetworkInterface "+c.form.Get("DBInstanceIdentifier"))
}

// detachNAT deletes the interface of a NAT gateway, which moto keeps.
func (p *Proxy) detachNAT(ctx context.Context, c *call, _ []byte) error {
	var out struct {
		Interfaces []string `xml:"natGatewaySet>item>natGatewayAddressSet>item>networkInterfaceId"`
	}
	ec2, id := p.Moto(c.region), c.form.Get("NatGatewayId")
	if err := ec2.Query(ctx, "ec2", ec2Version, "DescribeNatGateways", url.Values{"NatGatewayId.1": {id}}, &out); err != nil {
		return err
	}
	for _, nic := range out.Interfaces {
		if err := ec2.Query(ctx, "ec2", ec2Version, "DeleteNetworkInterface", url.Values{"NetworkInterfaceId": {nic}}, nil); err != nil {
			return err
		}
	}
	return nil
}
