package awsproxy

import (
	"context"
	"encoding/xml"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"drover/rehearsal/aws/nic"
)

// follow is what AWS does of itself after a call that moto answered with success, and moto does not.
type follow struct {
	service, operation string
	do                 func(*Proxy, context.Context, *call, []byte) error
	edit               func([]byte) []byte // puts moto's answer right; nil leaves it
}

// follows keep the network interfaces that services have in subnets, and what moto loses of a request.
var follows = []follow{
	{"elasticloadbalancing", "CreateLoadBalancer", (*Proxy).attachBalancer, nil},
	{"elasticloadbalancing", "DeleteLoadBalancer", (*Proxy).detachBalancer, nil},
	{"rds", "CreateDBInstance", (*Proxy).attachDatabase, nil},
	{"rds", "DeleteDBInstance", (*Proxy).detachDatabase, nil},
	{"ec2", "DeleteNatGateway", (*Proxy).detachNAT, nil},
	{"ec2", "TerminateInstances", (*Proxy).replaced, nil},
	{"ec2", "AuthorizeSecurityGroupIngress", (*Proxy).describeRules, nil},
	{"ec2", "AuthorizeSecurityGroupEgress", (*Proxy).describeRules, nil},
	{"ec2", "CreateLaunchTemplateVersion", nil, withoutTemplateTags},
	{"ec2", "DescribeLaunchTemplateVersions", nil, withoutTemplateTags},
	{"ec2", "CreateTransitGatewayVpcAttachment", (*Proxy).tagAttachment, nil},
	{"events", "DescribeConnection", nil, withoutKeys},
	{"logs", "DeleteLogGroup", (*Proxy).logAgain, nil},
}

// following are the rows for a call.
func following(c *call) []follow {
	var rows []follow
	for _, f := range follows {
		if f.service == c.service && f.operation == c.operation {
			rows = append(rows, f)
		}
	}
	return rows
}

// serveFollowed has moto answer a call that has consequences, and sees to them before the caller can rely on it.
func (p *Proxy) serveFollowed(w http.ResponseWriter, c *call, rows []follow) {
	kept := &recorded{header: w.Header()}
	p.serveMoto(kept, c)
	body := kept.body.Bytes()
	if kept.status < http.StatusMultipleChoices {
		body = p.afterwards(c, rows, body)
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	}
	w.WriteHeader(kept.status)
	_, _ = w.Write(body) // the client is gone; there is nobody to tell
}

// afterwards does what follows from a call's answer, and gives the answer as the caller gets it.
func (p *Proxy) afterwards(c *call, rows []follow, body []byte) []byte {
	for _, f := range rows {
		if f.edit != nil {
			body = f.edit(body)
		}
		if f.do == nil {
			continue
		}
		if err := f.do(p, context.WithoutCancel(c.Context()), c, body); err != nil {
			p.validation.log("after %s: %v", c.name(), err)
		}
	}
	return body
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

// replaced deletes the interfaces of instances that were ended, and has everything that follows Auto Scaling groups look
// again: moto's groups have replaced their instances.
func (p *Proxy) replaced(ctx context.Context, c *call, _ []byte) error {
	p.eks.Refresh()
	if p.wrote != nil {
		p.wrote("autoscaling")
	}
	var ids []string
	for key, value := range c.form {
		if strings.HasPrefix(key, "InstanceId.") {
			ids = append(ids, value...)
		}
	}
	interfaces, err := nic.Of(ctx, p.Moto(c.region), ids)
	if err != nil {
		return err
	}
	return nic.DeleteEnded(ctx, p.Moto(c.region), interfaces)
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
